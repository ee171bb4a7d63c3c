// Hard boundaries: where a text may be split so that its parts can be encoded separately. There are three kinds; which
// of them a tokenizer has depends on its steps. Each examines at most two UTF-16 units on either side.
import type { CharacterAlphabet } from './bpe/alphabet';
import { LETTER_CLASS, SPACE_CLASS, classAt, classes } from './unicode/classes';
import { AdjacentCharacters } from './bpe/adjacentCharacters';
import type { MissingBytes } from './bpe/missingBytes';
import { LINE_FEED, METASPACE, SPACE, isLowSurrogate } from '../text/characters';

export interface HardBoundaries {
  isHard(text: string, at: number): boolean;
  /**
   * Whether the tokenizer prepends something to a text. If so, a part is encoded after the character before it, whose
   * own tokens are then dropped.
   */
  readonly needsBefore: boolean;
}

const METASPACE_UNIT = METASPACE.charCodeAt(0);

/**
 * For split patterns. No pretoken of the known patterns crosses such a boundary, no pretoken before it would end
 * elsewhere if the text ended there, and none after it looks back. Either before a space that follows a visible
 * character: every pattern begins a pretoken there, whatever follows. Or after a single line feed and before a letter:
 * more white space before the line feed would be divided differently at the end of a text, and what is not a letter may
 * belong to punctuation before the line feed (o200k's `[\r\n/]*`). NFC changes nothing across either: neither character
 * composes with what precedes it.
 */
export const beforeWords: HardBoundaries = {
  needsBefore: false,
  isHard(text, at) {
    if (at <= 0 || at >= text.length) return false;
    if (text.charCodeAt(at) === SPACE) return isVisibleBefore(text, at);
    return (
      text.charCodeAt(at - 1) === LINE_FEED &&
      isVisibleBefore(text, at - 1) &&
      classAt(classes, text, at, text.length) === LETTER_CLASS
    );
  },
};

/** For steps whose first one isolates every line feed: after each line feed. */
export const afterLineFeeds: HardBoundaries = {
  needsBefore: false,
  isHard: (text, at) => at > 0 && at < text.length && text.charCodeAt(at - 1) === LINE_FEED,
};

/**
 * For merging across a whole text, spaces included: between two characters whose adjacent bytes are not adjacent in any
 * token, so that no merge crosses. `tokens`: all that a text may become, with spaces as spaces; runs of characters that
 * are not in the alphabet may become one token.
 */
export function betweenTokens(
  tokens: Iterable<Uint8Array>,
  alphabet: CharacterAlphabet,
  needsBefore: boolean,
): HardBoundaries {
  let pairs: AdjacentCharacters | undefined;
  const isPlain = (unit: number) => (unit & 0xf800) !== 0xd800 && unit !== METASPACE_UNIT;
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

/**
 * Those boundaries between characters that both become tokens: text that is left out belongs to the token after it,
 * which must not be in another part.
 */
export function betweenKept(boundaries: HardBoundaries, missing: MissingBytes): HardBoundaries {
  return {
    ...boundaries,
    isHard: (text, at) =>
      boundaries.isHard(text, at) &&
      missing.keeps(text, at) &&
      missing.keeps(text, isLowSurrogate(text.charCodeAt(at - 1)) ? at - 2 : at - 1),
  };
}

/** The first hard boundary from `from` on, else the end of the text. */
export function nextHardBoundary(boundaries: HardBoundaries, text: string, from: number): number {
  let at = Math.max(from, 1);
  while (at < text.length && !boundaries.isHard(text, at)) at++;
  return Math.min(at, text.length);
}

/** Every white-space character is one UTF-16 unit. */
function isVisibleBefore(text: string, at: number): boolean {
  return at > 0 && classes[text.charCodeAt(at - 1)] !== SPACE_CLASS;
}

/** For a character of one UTF-16 unit, in UTF-8. */
const lastByteOf = (unit: number) => (unit < 0x80 ? unit : 0x80 | (unit & 0x3f));
const leadByteOf = (unit: number) =>
  unit < 0x80 ? unit : unit < 0x800 ? 0xc0 | (unit >> 6) : 0xe0 | (unit >> 12);
