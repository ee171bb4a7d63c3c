// The markers that models put around a chain of thought.
import type { SegmentKind } from '../trace';

const PAIRS: readonly (readonly [open: string, close: string, kind: SegmentKind])[] = [
  ['<think>', '</think>', 'thinking'],
  ['<thinking>', '</thinking>', 'thinking'],
  ['<thought>', '</thought>', 'thinking'],
  ['<reasoning>', '</reasoning>', 'thinking'],
  ['<seed:think>', '</seed:think>', 'thinking'],
  ['[THINK]', '[/THINK]', 'thinking'],
  ['◁think▷', '◁/think▷', 'thinking'],
  ['<|begin_of_thought|>', '<|end_of_thought|>', 'thinking'],
  ['<|begin_of_solution|>', '<|end_of_solution|>', 'answer'],
  ['<answer>', '</answer>', 'answer'],
];

/** gpt-oss: `<|channel|>analysis<|message|>...<|end|>`. */
const CHANNEL =
  /<\|channel\|>(\w+)[^<]*<\|message\|>([^]*?)(?=<\|end\|>|<\|return\|>|<\|call\|>|<\|start\|>|$)/g;
const CHANNELS: Readonly<Record<string, SegmentKind>> = { analysis: 'thinking', final: 'answer' };

export interface MarkedText {
  readonly kind: SegmentKind;
  /** UTF-16, half-open, without the markers. */
  readonly start: number;
  readonly end: number;
}

/**
 * Splits a text at its markers; the text outside of them has the kind `rest`, and white space alone is left out. A
 * closing marker alone ends a chain of thought that began with the text, because chat templates often write the opening
 * one themselves.
 */
export function splitAtMarks(text: string, rest: SegmentKind = 'answer'): MarkedText[] {
  const found: MarkedText[] = [];
  const add = (kind: SegmentKind, start: number, end: number) => {
    if (text.slice(start, end).trim()) found.push({ kind, start, end });
  };
  const channels = [...text.matchAll(CHANNEL)];
  if (channels.length > 0) {
    for (const { 0: whole, 1: name, 2: content, index } of channels) {
      const end = index + whole.length;
      add(CHANNELS[name!] ?? 'tool', end - content!.length, end);
    }
    return found;
  }
  let at = 0;
  while (at < text.length) {
    const next = nextPair(text, at);
    if (!next) break;
    const { open, close, kind, opens, closes } = next;
    if (opens < 0) add(kind, at, closes);
    else {
      add(rest, at, opens);
      add(kind, opens + open.length, closes < 0 ? text.length : closes);
    }
    at = closes < 0 ? text.length : closes + close.length;
  }
  add(rest, at, text.length);
  return found;
}

/**
 * The pair whose marker comes first. `opens` is -1 for a closing marker alone, which counts only at the beginning of a
 * text.
 */
function nextPair(text: string, from: number) {
  let best:
    { open: string; close: string; kind: SegmentKind; opens: number; closes: number } | undefined;
  let first = Infinity;
  for (const [open, close, kind] of PAIRS) {
    const opens = text.indexOf(open, from);
    const alone = from === 0 && kind === 'thinking' ? text.indexOf(close) : -1;
    if (alone >= 0 && (opens < 0 || alone < opens) && alone < first) {
      first = alone;
      best = { open, close, kind, opens: -1, closes: alone };
    } else if (opens >= 0 && opens < first) {
      first = opens;
      best = { open, close, kind, opens, closes: text.indexOf(close, opens + open.length) };
    }
  }
  return best;
}
