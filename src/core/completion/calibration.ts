// Finds the prompt form that a model handles best in the user's own files: bits per byte of true middles, cut by cut.
import type { PromptForm } from './prompt';
import { bootstrapInterval } from '../statistics';
import { isLowSurrogate } from '../text/characters';

export interface MeasuredForm extends PromptForm {
  /** [cut], bits for the true middle, or for the middle and its end. */
  readonly bits: readonly number[];
  /** Milliseconds per cut of this prompt form, for display. */
  readonly ms: number;
}

export interface CalibrationRow extends PromptForm {
  readonly bitsPerByte: number;
  /** 95 % bootstrap interval of the paired difference to the best form, in bits per byte. */
  readonly differs: readonly [low: number, high: number];
  readonly ms: number;
}

/** Sorts the forms, best first. `bytes` are the lengths of the middles, by cut. */
export function rankPromptForms(
  measured: readonly MeasuredForm[],
  bytes: readonly number[],
  random: () => number,
): CalibrationRow[] {
  const all = sum(bytes);
  const ordered = [...measured].sort((a, b) => sum(a.bits) - sum(b.bits));
  const [best] = ordered;
  return ordered.map(({ mode, rollback, suffixFrom, bits, ms }) => ({
    mode,
    rollback,
    suffixFrom,
    ms,
    bitsPerByte: sum(bits) / all,
    differs: bootstrapInterval(
      bits.map((own, cut) => own - best!.bits[cut]!),
      bytes,
      random,
    ),
  }));
}

/** A place in a file and the text that follows it there. */
export interface CompletionCut {
  readonly text: string;
  readonly at: number;
  readonly middle: string;
}

/**
 * Random places in lines, taken from the files in turn; fewer than `count` if the files do not have enough. The middle
 * is the rest of the line, or with `inWord` the text up to a place inside one of its words.
 */
export function cutsIn(
  texts: readonly string[],
  count: number,
  random: () => number,
  inWord = false,
): CompletionCut[] {
  const cuts: CompletionCut[] = [];
  const usable = texts.filter(text => text.trim().length > 40);
  for (let tries = 0; cuts.length < count && tries < 20 * count && usable.length > 0; tries++) {
    const text = usable[tries % usable.length]!;
    const at = Math.floor(random() * text.length);
    if (isLowSurrogate(text.charCodeAt(at))) continue;
    const end = text.indexOf('\n', at);
    const line = text.slice(at, end < 0 ? text.length : end).replace(/\r$/, '');
    const ends = inWord ? [...line.matchAll(INSIDE_WORD)].map(({ index }) => index) : [];
    const middle = inWord ? line.slice(0, ends[Math.floor(random() * ends.length)] ?? 0) : line;
    if (middle.trim().length < 3 || middle.length > 200) continue;
    cuts.push({ text, at, middle });
  }
  return cuts;
}

const INSIDE_WORD = /(?<=[\p{L}\p{N}_]{2})(?=[\p{L}\p{N}_]{2})/gu;

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
