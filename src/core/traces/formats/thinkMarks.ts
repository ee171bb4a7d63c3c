// The markers that models put around a chain of thought.
import { literally } from '../../text/glob';
import type { SegmentKind } from '../trace';
import type { MarkedText } from './rawTrace';
import { channelsOf } from './harmonyChannels';
import { MarkStandings, type Standing } from './markStanding';

const PAIRS: readonly (readonly [open: string, close: string, kind: SegmentKind])[] = [
  ['<think>', '</think>', 'thinking'],
  ['<thinking>', '</thinking>', 'thinking'],
  ['<thought>', '</thought>', 'thinking'],
  ['<reasoning>', '</reasoning>', 'thinking'],
  ['<seed:think>', '</seed:think>', 'thinking'],
  ['[THINK]', '[/THINK]', 'thinking'],
  ['◁think▷', '◁/think▷', 'thinking'],
  ['<|START_THINKING|>', '<|END_THINKING|>', 'thinking'],
  ['<|START_RESPONSE|>', '<|END_RESPONSE|>', 'answer'],
  ['<|begin_of_thought|>', '<|end_of_thought|>', 'thinking'],
  ['<|begin_of_solution|>', '<|end_of_solution|>', 'answer'],
  ['<answer>', '</answer>', 'answer'],
];

/** A pattern of all of them. */
export const thinkMarks = PAIRS.flatMap(([open, close]) => [open, close])
  .map(literally)
  .join('|');

interface Mark {
  /** Index in `PAIRS`. */
  readonly pair: number;
  readonly isOpening: boolean;
  readonly start: number;
  readonly end: number;
  readonly standing: Standing;
}

/**
 * Splits a text at its markers; the text outside of them has the kind `rest`, and white space alone is left out.
 * Markers that are only mentioned are text. A closing marker alone ends a chain of thought that began with the text,
 * because chat templates often write the opening one themselves. Linear in the length of the text.
 */
export function splitAtMarks(text: string, rest: SegmentKind = 'answer'): MarkedText[] {
  const channels = channelsOf(text);
  if (channels) return channels;
  const marks = marksIn(text);
  const found: MarkedText[] = [];
  const add = (kind: SegmentKind, start: number, end: number) => {
    if (text.slice(start, end).trim()) found.push({ kind, start, end });
  };
  let at = 0;
  let next = 0;
  const alone = closingAlone(marks);
  if (alone >= 0) {
    add('thinking', 0, marks[alone]!.start);
    at = marks[alone]!.end;
    next = alone + 1;
  }
  while (next < marks.length) {
    const mark = marks[next]!;
    if (!isOpen(mark)) {
      next++;
      continue;
    }
    const close = closingOf(marks, next);
    const closing = marks[close];
    add(rest, at, mark.start);
    add(PAIRS[mark.pair]![2], mark.end, closing?.start ?? text.length);
    at = closing?.end ?? text.length;
    next = closing ? close + 1 : marks.length;
  }
  add(rest, at, text.length);
  return found;
}

const ANY = new RegExp(thinkMarks, 'g');
const NAMES = new Map<string, Pick<Mark, 'pair' | 'isOpening'>>();
for (const [pair, [open, close]] of PAIRS.entries()) {
  NAMES.set(open, { pair, isOpening: true });
  NAMES.set(close, { pair, isOpening: false });
}

/** In order, without the quoted ones. */
function marksIn(text: string): Mark[] {
  const standings = new MarkStandings(text);
  const found: Mark[] = [];
  for (const { 0: name, index: start } of text.matchAll(ANY)) {
    const { pair, isOpening } = NAMES.get(name)!;
    const end = start + name.length;
    const standing = standings.of(start, end, isOpening);
    if (standing !== 'quoted') found.push({ pair, isOpening, start, end, standing });
  }
  return found;
}

/** An answer may be marked in the middle of a sentence: "It is <answer>4</answer>." */
function isOpen(mark: Mark): boolean {
  return mark.isOpening && (mark.standing === 'mark' || !isOfThinking(mark));
}

function isOfThinking({ pair }: Mark): boolean {
  return PAIRS[pair]![2] === 'thinking';
}

/** The last marker that closes a thought before any opens; -1 without one. */
function closingAlone(marks: readonly Mark[]): number {
  const thinking = marks.filter(isOfThinking);
  const opening = thinking.findIndex(isOpen);
  const before = opening < 0 ? thinking : thinking.slice(0, opening);
  const last = before.findLast(({ isOpening, standing }) => !isOpening && standing === 'mark');
  return last ? marks.indexOf(last) : -1;
}

/**
 * The last marker that closes what marks[opening] opened, before the next of its kind opens, which is not nested in it;
 * of those that stand aside only if there is no other. -1 without one.
 */
function closingOf(marks: readonly Mark[], opening: number): number {
  const { pair } = marks[opening]!;
  let [found, aside] = [-1, -1];
  let depth = 1;
  for (let i = opening + 1; i < marks.length; i++) {
    const mark = marks[i]!;
    if (mark.pair !== pair) continue;
    if (mark.isOpening) {
      if (!isOpen(mark)) continue;
      if (depth === 0) break;
      depth++;
    } else {
      depth = Math.max(0, depth - 1);
      if (mark.standing === 'mark') found = i;
      else aside = i;
    }
  }
  return found >= 0 ? found : aside;
}
