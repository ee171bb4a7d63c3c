// Which sequences of tokens are canonical: the beginning of what the tokenizer makes of some text.
import type { ByteString } from './byteString';
import { incompleteFrom } from './characters';
import type { Boundaries, Hypotheses } from './hypotheses';
import type { Pairs } from './pairs';
import type { SortedTokens } from './sortedTokens';
import type { TokenPrefix } from './tokenPrefix';

export class Canonical {
  readonly #pairs: Pairs;
  readonly #tokens: SortedTokens;
  readonly #hypotheses: Hypotheses;

  constructor(pairs: Pairs, tokens: SortedTokens, hypotheses: Hypotheses) {
    this.#pairs = pairs;
    this.#tokens = tokens;
    this.#hypotheses = hypotheses;
  }

  /** The prefix with one more token of text, whether or not that is canonical. */
  extend(prefix: TokenPrefix, token: number): TokenPrefix {
    return prefix.with(token, this.#tokens.bytesOf(token)!, this.#joins(prefix, token));
  }

  /** Whether the tokenizer makes of some text what begins with the prefix and the token. */
  follows(prefix: TokenPrefix, token: number): boolean {
    return this.#pairs.isReachable(token) && this.isCanonical(this.extend(prefix, token));
  }

  /** Whether the tokenizer makes of some text what begins with the prefix. */
  isCanonical(prefix: TokenPrefix): boolean {
    const state = this.#stateOf(prefix);
    return state === 'open' ? this.#isContinued(prefix) : state === 'closed';
  }

  /** Whether the tokenizer makes the prefix, and no more, of its bytes. */
  endsText(prefix: TokenPrefix): boolean {
    const ends = this.#hypotheses.ended(prefix.bytes);
    return ends !== undefined && isCutSo(prefix, ends);
  }

  #joins(prefix: TokenPrefix, token: number): boolean {
    return prefix.last === undefined || this.#pairs.isValid(prefix.last, token);
  }

  /** Closed: the text may end, or be cut, behind the prefix. Open: it must go on in the same pretoken. */
  #stateOf(prefix: TokenPrefix): 'closed' | 'open' | 'impossible' {
    const { bytes } = prefix;
    if (bytes === '') return 'closed';
    let state: 'open' | 'impossible' = 'impossible';
    for (const ends of this.#hypotheses.of(bytes)) {
      if (!isCutSo(prefix, ends)) continue;
      if (ends.at(-1) === bytes.length) return 'closed';
      state = 'open';
    }
    return state;
  }

  /**
   * Whether tokens can follow an open prefix, which ends inside a character or a contraction, that leave its
   * last token as it is, until it may close. Searched breadth first: mostly the first byte that can follow does.
   */
  #isContinued(prefix: TokenPrefix): boolean {
    const keyOf = ({ last, bytes }: TokenPrefix) => `${last} ${this.#hypotheses.openEndOf(bytes)}`;
    const open = [prefix];
    const seen = new Set([keyOf(prefix)]);
    for (const before of open) {
      for (const beginning of this.#candidates(before)) {
        const { start, end } = this.#tokens.startingWith(beginning);
        for (const token of this.#tokens.ids.subarray(start, end)) {
          if (!this.#pairs.isReachable(token)) continue;
          const longer = this.extend(before, token);
          const state = this.#stateOf(longer);
          if (state === 'closed') return true;
          if (state === 'impossible' || seen.has(keyOf(longer))) continue;
          seen.add(keyOf(longer));
          open.push(longer);
        }
      }
    }
    return false;
  }

  /** What the next token must begin with. */
  #candidates(prefix: TokenPrefix): ByteString[] {
    const { bytes } = prefix;
    if (incompleteFrom(bytes) < bytes.length) {
      return Array.from({ length: 0x40 }, (_, low) => String.fromCharCode(0x80 | low));
    }
    const isOpen = (ends: Boundaries) => ends.at(-1) !== bytes.length && isCutSo(prefix, ends);
    const firsts = this.#hypotheses.openers(bytes, isOpen);
    return firsts ? Array.from(firsts, byte => String.fromCharCode(byte)) : [''];
  }
}

/** Whether no boundary is inside a token and every two tokens without one between them may join. */
function isCutSo({ ends, joins }: TokenPrefix, boundaries: Boundaries): boolean {
  let next = 0;
  for (let token = 0; token < ends.length; token++) {
    const end = ends[token]!;
    if (next < boundaries.length && boundaries[next]! < end) return false;
    if (boundaries[next] === end) next++;
    else if (token + 1 < ends.length && !joins[token + 1]) return false;
  }
  return true;
}
