// A text cut into the units of a Less-is-Better lexicon, which is learned from its own lines.
import { Cancelled } from '../../core/errors';
import { seededRandom } from '../../core/random';
import { learn } from '../../core/tokenizerReport/measures/lessIsBetter/learn';
import type { Lexicon } from '../../core/tokenizerReport/measures/lessIsBetter/lexicon';
import { segment } from '../../core/tokenizerReport/measures/lessIsBetter/segment';
import { PUBLISHED_SETTINGS } from '../../core/tokenizerReport/measures/lessIsBetter/settings';
import type { CharacterView } from '../../protocol/scores';
import type { Range16 } from '../../protocol/types';
import type { Document } from '../documents/document';

/** Lines that are learned from, and the characters of the longest: the editor waits for it. */
const MOST_LINES = 2000;
const LONGEST_LINE = 300;
/** A fraction of the published ones: learning takes a fraction of a second, once for a text. */
const SETTINGS = { ...PUBLISHED_SETTINGS, linesPerDocument: 100, documents: 100, epochs: 200 };
const OPTIONS = { longestUnit: SETTINGS.longestUnit, subunits: false };
/** The same lexicon for the same text. */
const SEED = 1;
/** A text that is edited is learned anew once it rests. */
const REST_MS = 300;

interface Learned {
  readonly lexicon: Lexicon;
  readonly version: number;
}

const known = new WeakMap<Document, Learned>();

/**
 * The units of the lines in a range; `bits` are their numbers, counted from 0 in each line. They follow from the text alone,
 * whatever its edits were. Throws `Cancelled` where the text has changed before it was learned.
 */
export async function unitsOf(
  document: Document,
  { utf16Start, utf16End }: Range16,
): Promise<CharacterView> {
  const lexicon = await lexiconOf(document);
  const { text } = document;
  const starts: number[] = [];
  const ends: number[] = [];
  const numbers: number[] = [];
  let at = text.lastIndexOf('\n', Math.max(0, utf16Start - 1)) + 1;
  while (at < Math.min(utf16End, text.length)) {
    const found = text.indexOf('\n', at);
    const end = found < 0 ? text.length : found;
    const line = text.slice(at, Math.min(end, at + LONGEST_LINE));
    /** Offsets of what is no blank, and the end. */
    const offsets = [...line.matchAll(/\S/g)].map(({ index }) => at + index);
    let first = 0;
    segment(withoutBlanks(line), lexicon, OPTIONS).forEach((next, number) => {
      starts.push(offsets[first]!);
      ends.push(offsets[next - 1]! + 1);
      numbers.push(number);
      first = next;
    });
    at = end + 1;
  }
  return {
    utf16Starts: Uint32Array.from(starts),
    utf16Ends: Uint32Array.from(ends),
    bits: Float32Array.from(numbers),
    pending: 0,
  };
}

const withoutBlanks = (line: string) => line.replace(/\s+/g, '');

async function lexiconOf(document: Document): Promise<Lexicon> {
  const { text, version } = document;
  const before = known.get(document);
  if (before && before.version !== version) {
    await new Promise(resolve => setTimeout(resolve, REST_MS));
    if (document.version !== version) throw new Cancelled();
  }
  const learned = known.get(document);
  if (learned?.version === version) return learned.lexicon;
  const lines = text
    .split('\n', MOST_LINES)
    .map(line => withoutBlanks(line.slice(0, LONGEST_LINE)));
  const lexicon = learn(lines, SETTINGS, seededRandom(SEED));
  known.set(document, { lexicon, version });
  return lexicon;
}
