// Added tokens, which are matched before the text is split into pretokens: leftmost first, then longest, as in
// `AddedVocabulary` of Rust `tokenizers` with `encode_special_tokens` set. Special tokens take part in the search and
// are then left as text: what looks like one in a user's file is text.

/** A token that replaces text. */
export interface TakenToken {
  readonly id: number;
  /** Its own bytes, decoded. */
  readonly bytes: string;
}

export interface AddedToken extends TakenToken {
  /** The string that it matches. */
  readonly content: string;
  readonly special: boolean;
  /** Matched in normalised text; otherwise before normalisation. */
  readonly normalized: boolean;
  /** Whether it takes the white space before it (`lstrip`) and after it (`rstrip`). */
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  /** Matches only without a word character on either side. */
  readonly singleWord: boolean;
}

/** text[start, end): an added token, including the white space that it takes, or, without a token, text. */
export interface AddedTokenPiece {
  readonly start: number;
  readonly end: number;
  readonly token?: TakenToken;
}

// Rust's \w and \s, on either side of a match.
const WORD = '[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]';
const WORD_BEFORE = new RegExp(`(?<=${WORD})`, 'uy');
const WORD_AFTER = new RegExp(WORD, 'uy');
const WHITE_SPACE = /\p{White_Space}/u;

export class AddedTokens {
  readonly #byContent: ReadonlyMap<string, AddedToken>;
  readonly #search: RegExp | undefined;

  /** `spell` maps a token's content to its form in the searched text. */
  constructor(tokens: readonly AddedToken[], spell = (content: string) => content) {
    this.#byContent = new Map(tokens.map(token => [spell(token.content), token]));
    // The first matching alternative wins. If all tokens are special, nothing is ever taken.
    const longestFirst = [...this.#byContent.keys()].sort((a, b) => b.length - a.length);
    const escaped = longestFirst.map(content => content.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
    const takes = tokens.some(token => !token.special);
    this.#search = takes ? new RegExp(escaped.join('|'), 'g') : undefined;
  }

  /** Splits text into added tokens and the text between them; no piece is empty. */
  split(text: string): AddedTokenPiece[] {
    const pieces: AddedTokenPiece[] = [];
    let at = 0;
    for (const match of this.#search ? text.matchAll(this.#search) : []) {
      const token = this.#byContent.get(match[0])!;
      let start = match.index;
      let end = start + match[0].length;
      // The white space that the previous token has taken may itself be a token.
      if (token.special || start < at) continue;
      if (
        token.singleWord &&
        (matchesAt(WORD_BEFORE, text, start) || matchesAt(WORD_AFTER, text, end))
      )
        continue;
      while (token.lstrip && start > at && WHITE_SPACE.test(text[start - 1]!)) start--;
      while (token.rstrip && end < text.length && WHITE_SPACE.test(text[end]!)) end++;
      if (start > at) pieces.push({ start: at, end: start });
      pieces.push({ start, end, token });
      at = end;
    }
    if (at < text.length) pieces.push({ start: at, end: text.length });
    return pieces;
  }
}

function matchesAt(expression: RegExp, text: string, index: number): boolean {
  expression.lastIndex = index;
  return expression.test(text);
}
