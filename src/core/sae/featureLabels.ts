// Labels of features, and how reliable they are.
import { showHidden } from '../showHidden';

export interface Label {
  readonly description: string;
  /** `predicate-v1`, `logits-v1`, `none`; the explainer's name; `user`. */
  readonly kind: string;
  /** Shares, measured on text that was not used to find the label; null if unknown. */
  readonly precision: number | null;
  readonly recall: number | null;
  /** Tokens of that text where the feature fired. */
  readonly count: number | null;
  readonly predicate: string | null;
}

/** The label of a feature about which nothing is known. */
export function unlabelled(feature: number): Label {
  const description = `unlabelled #${feature}`;
  return { description, kind: 'none', precision: null, recall: null, count: null, predicate: null };
}

/** With less a label is measured as wrong: it does not hold at four of five tokens where its feature fires. */
export const LEAST_PRECISION = 0.2;

/** Whether a label may stand for its feature: one that was measured as wrong may not, one that was not measured may. */
export function isTrusted({ kind, precision }: Label): boolean {
  return kind !== 'none' && (precision === null || precision >= LEAST_PRECISION);
}

/** The description, or "unlabelled" where it may not stand for the feature. */
export function labelWords(label: Label): string {
  return isTrusted(label) ? showHidden(label.description) : 'unlabelled';
}

/** A description that was measured as wrong, with its measurements; empty for every other label. */
export function guessWords(label: Label): string {
  const isGuess = label.kind !== 'none' && !isTrusted(label);
  return isGuess ? `${showHidden(label.description)} (${measurements(label)})` : '';
}

/** "precision 0.86, recall 0.61" of a label that may stand for its feature; empty if neither is known. */
export function formatTrust(label: Label): string {
  return isTrusted(label) ? measurements(label) : '';
}

function measurements({ precision, recall }: Label): string {
  const share = (name: string, value: number | null) =>
    value === null ? [] : [`${name} ${value.toFixed(2)}`];
  return [...share('precision', precision), ...share('recall', recall)].join(', ');
}
