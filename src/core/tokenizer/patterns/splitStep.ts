// What a step that splits distinguishes, for those who have to know how far several steps together look ahead.
import type { Belongs } from '../unicode/ranges';
import type { Scan } from './scan';

export type StepKind =
  | 'digit' // each digit alone
  | 'digits in threes' // `\p{N}{1,3}`
  | 'line end' // each of `[\r\n]` alone
  | 'run' // `[...]+`
  | 'spaced run' // `\s?[...]+`
  | 'line tail' // `\s+$`
  | 'GPT-2'
  | 'DeepSeek 3';

export interface SplitStep {
  readonly kind: StepKind;
  /** The sets of characters that it distinguishes; a run's own is the first. */
  readonly classes: readonly Belongs[];
  /** The same step over other sets. */
  scanOver(classes: readonly Belongs[]): Scan;
}

const known = new WeakMap<Scan, SplitStep>();

/** Says what a scanner does; returns it. */
export function describedAs(scan: Scan, step: Omit<SplitStep, 'scanOver'>): Scan;
export function describedAs(scan: Scan, step: SplitStep): Scan;
export function describedAs(scan: Scan, step: Omit<SplitStep, 'scanOver'> & Partial<SplitStep>) {
  known.set(scan, { scanOver: () => scan, ...step });
  return scan;
}

/** Undefined for steps of which that is not known. */
export function stepOf(scan: Scan): SplitStep | undefined {
  return known.get(scan);
}
