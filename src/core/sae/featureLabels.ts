// Labels of features and how reliable they are: labels.jsonl, explanations as published by Neuronpedia, and the user's
// own.

import { asObjects, asString, isObject } from '../json';
import { parseJson } from '../parseJson';
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

/**
 * Adds the labels of a file to `into`, by feature. Of several labels for a feature, the one with the highest score is
 * kept, else the last. A line that is no label is left out. Returns what was left out, as a sentence; empty: nothing.
 */
export function readLabels(text: string, into: Map<number, Label>): string {
  const scores = new Map<number, number>();
  let count = 0;
  const problems: string[] = [];
  for (const [number, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    count++;
    const read = readLine(line);
    if (typeof read === 'string') {
      problems.push(`line ${number + 1} ${read}`);
      continue;
    }
    const { feature, score, label } = read;
    if (score < (scores.get(feature) ?? -1)) continue;
    scores.set(feature, score);
    into.set(feature, label);
  }
  if (problems.length === 0) return '';
  const listed = problems.slice(0, LISTED_PROBLEMS).join(', ');
  const more = problems.length > LISTED_PROBLEMS ? ', …' : '';
  return `${problems.length} of ${count} lines left out: ${listed}${more}.`;
}

const LISTED_PROBLEMS = 3;
/** Characters; those of lines that people wrote are some hundreds. */
const LONGEST_LINE = 1 << 20;

/** A string says what is wrong with the line. */
function readLine(line: string): { feature: number; score: number; label: Label } | string {
  if (line.length > LONGEST_LINE) return 'is too long for a label';
  let json: unknown;
  try {
    json = parseJson(line);
  } catch {
    return 'is not JSON';
  }
  if (!isObject(json)) return 'is no JSON object';
  const feature = json.index ?? json.feature;
  const index = typeof feature === 'string' && feature !== '' ? Number(feature) : feature;
  if (typeof index !== 'number' || !Number.isInteger(index) || index < 0) return 'has no "index"';
  if (typeof json.description !== 'string') return 'has no "description"';
  const given = asObjects(json.scores).map(({ value }) => scoreOf(value));
  const label: Label = {
    description: json.description.trim(),
    kind: asString(json.typeName) ?? asString(json.explanationModelName) ?? 'explanation',
    precision: numberOrNull(json.precision),
    recall: numberOrNull(json.recall),
    count: numberOrNull(json.n),
    predicate: asString(json.predicate) ?? null,
  };
  const score = given.reduce((most, each) => Math.max(most, each), -1);
  return { feature: index, score, label };
}

/** -1 where it is no number. */
function scoreOf(value: unknown): number {
  return typeof value === 'number' || typeof value === 'string' ? Number(value) || -1 : -1;
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

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
