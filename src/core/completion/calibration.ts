// Which form of prompt a model knows best in somebody's own files: bits per byte of true middles, cut by cut.
import type { HandBack, PromptMode } from './prompt';

export interface PromptChoice {
  readonly mode: PromptMode;
  readonly handBack: HandBack;
}

export interface Measured extends PromptChoice {
  /** [cut], bits for the true middle. */
  readonly bits: readonly number[];
  /** Of the prompts, for people: milliseconds for a cut. */
  readonly ms: number;
}

export interface CalibrationRow extends PromptChoice {
  readonly bitsPerByte: number;
  /** 95 % of paired resamples of the difference to the best, in bits per byte. */
  readonly differs: readonly [low: number, high: number];
  readonly ms: number;
}

const RESAMPLES = 2000;

/** The best first. `bytes` are the middles', cut by cut. */
export function calibrated(
  measured: readonly Measured[],
  bytes: readonly number[],
  random: () => number,
): CalibrationRow[] {
  const all = sum(bytes);
  const ordered = [...measured].sort((a, b) => sum(a.bits) - sum(b.bits));
  const [best] = ordered;
  return ordered.map(({ mode, handBack, bits, ms }) => ({
    ...{ mode, handBack, ms },
    bitsPerByte: sum(bits) / all,
    differs: interval(
      bits.map((own, cut) => own - best!.bits[cut]!),
      bytes,
      random,
    ),
  }));
}

/** The middle 95 % of Σ differences / Σ bytes over resampled cuts. */
export function interval(
  differences: readonly number[],
  weights: readonly number[],
  random: () => number,
): [number, number] {
  const n = differences.length;
  const means = Array.from({ length: RESAMPLES }, () => {
    let difference = 0;
    let weight = 0;
    for (let i = 0; i < n; i++) {
      const cut = Math.floor(random() * n);
      difference += differences[cut]!;
      weight += weights[cut]!;
    }
    return difference / weight;
  }).sort((a, b) => a - b);
  return [means[Math.floor(0.025 * RESAMPLES)]!, means[Math.floor(0.975 * RESAMPLES)]!];
}

/** Places in files, and the rest of the line behind each: at least this many bytes that are not blank. */
export interface Cut {
  readonly text: string;
  readonly at: number;
  readonly middle: string;
}

/** Random places in lines, file by file in turn; fewer where there are not so many. */
export function cutsIn(texts: readonly string[], count: number, random: () => number): Cut[] {
  const cuts: Cut[] = [];
  const usable = texts.filter(text => text.trim().length > 40);
  for (let tries = 0; cuts.length < count && tries < 20 * count && usable.length > 0; tries++) {
    const text = usable[tries % usable.length]!;
    const at = Math.floor(random() * text.length);
    if ((text.charCodeAt(at) & 0xfc00) === 0xdc00) continue;
    const end = text.indexOf('\n', at);
    const middle = text.slice(at, end < 0 ? text.length : end).replace(/\r$/, '');
    if (middle.trim().length < 3 || middle.length > 200) continue;
    cuts.push({ text, at, middle });
  }
  return cuts;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
