// Where a text may be cut and its parts be encoded one by one: hard boundaries. There are three kinds. Which of them a
// tokenizer has depends on its steps; each looks at no more than two UTF-16 units on either side.
import type { CharacterAlphabet } from './bpe/alphabet';
import { LETTER_CLASS, SPACE_CLASS, classAt, classes } from './unicode/classes';
import { AdjacentCharacters } from './bpe/adjacentCharacters';

export interface HardBoundaries {
  isHard(text: string, at: number): boolean;
  /**
   * Whether the tokenizer puts something before a text, so that a part is encoded behind the character before it,
   * whose own tokens are then left out.
   */
  readonly needsBefore: boolean;
}

const BLANK = 0x20;
const LINE_FEED = 0x0a;
const SPELLED_BLANK = 0x2581;

/**
 * Of split patterns: no pretoken of the known ones lies across, none before it would end elsewhere at the text's
 * end, and none behind it looks back. Before a blank that follows something visible: every pattern begins a pretoken
 * there, whatever follows. Or behind a lone line end, before a letter: more white space before it would be divided
 * otherwise at a text's end, and what is no letter may belong to punctuation before the line end (o200k's
 * `[\r\n/]*`). NFC changes nothing across either: neither character composes with what stands before it.
 */
export const beforeWords: HardBoundaries = {
  needsBefore: false,
  isHard(text, at) {
    if (at <= 0 || at >= text.length) return false;
    if (text.charCodeAt(at) === BLANK) return isVisibleBefore(text, at);
    return (
      text.charCodeAt(at - 1) === LINE_FEED &&
      isVisibleBefore(text, at - 1) &&
      classAt(classes, text, at, text.length) === LETTER_CLASS
    );
  },
};

/** Of steps whose first one leaves every line feed alone: behind each. */
export const afterLineFeeds: HardBoundaries = {
  needsBefore: false,
  isHard: (text, at) => at > 0 && at < text.length && text.charCodeAt(at - 1) === LINE_FEED,
};

/**
 * Of merging over all of a text, blanks included: between two characters whose bytes at the border stand side by side
 * inside no token, so that no merge crosses. `tokens` are all that text may become, with blanks as such; runs of
 * characters that the alphabet lacks may become one token.
 */
export function betweenTokens(
  tokens: Iterable<Uint8Array>,
  alphabet: CharacterAlphabet,
  needsBefore: boolean,
): HardBoundaries {
  let pairs: AdjacentCharacters | undefined;
  const isPlain = (unit: number) => (unit & 0xf800) !== 0xd800 && unit !== SPELLED_BLANK;
  return {
    needsBefore,
    isHard(text, at) {
      if (at <= 0 || at >= text.length) return false;
      const [before, after] = [text.charCodeAt(at - 1), text.charCodeAt(at)];
      if (!isPlain(before) || !isPlain(after)) return false;
      if (!alphabet.has(before) && !alphabet.has(after)) return false;
      pairs ??= new AdjacentCharacters(tokens);
      return !pairs.has(lastByteOf(before), leadByteOf(after));
    },
  };
}

/** The first hard boundary at or behind `from`, else the text's end. */
export function nextHardBoundary(boundaries: HardBoundaries, text: string, from: number): number {
  let at = Math.max(from, 1);
  while (at < text.length && !boundaries.isHard(text, at)) at++;
  return Math.min(at, text.length);
}

/** Every character of white space is one UTF-16 unit. */
function isVisibleBefore(text: string, at: number): boolean {
  return at > 0 && classes[text.charCodeAt(at - 1)] !== SPACE_CLASS;
}

/** Of a character of one UTF-16 unit, in UTF-8. */
const lastByteOf = (unit: number) => (unit < 0x80 ? unit : 0x80 | (unit & 0x3f));
const leadByteOf = (unit: number) =>
  unit < 0x80 ? unit : unit < 0x800 ? 0xc0 | (unit >> 6) : 0xe0 | (unit >> 12);
