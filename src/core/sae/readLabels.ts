// Files of labels: labels.jsonl, and explanations as Neuronpedia exports them, as lines of JSON or in one piece.
import { asObjects, asString, isObject, type Json } from '../json';
import { parseJson } from '../parseJson';
import type { Label } from './featureLabels';
import { sourceName } from './neuronpedia';

export interface LabelLimits {
  /** Of the autoencoder on Neuronpedia, `model/source`: labels of others are left out. Undefined: all are taken. */
  readonly source?: string | undefined;
  /** How many features there are: labels of others are left out. */
  readonly features?: number;
}

/**
 * Adds the labels of a file to `into`, by feature. Of several labels for a feature, the one with the highest score is
 * kept, else the last. What is no label is left out. Returns what was left out, as a sentence; empty: nothing.
 */
export function readLabels(
  text: string,
  into: Map<number, Label>,
  limits: LabelLimits = {},
): string {
  const scores = new Map<number, number>();
  const { kind, rows } = rowsOf(text);
  let count = 0;
  const problems: string[] = [];
  for (const { number, row } of rows) {
    for (const read of typeof row === 'string' ? [row] : labelsOf(row, limits)) {
      count++;
      if (typeof read === 'string') {
        problems.push(`${kind} ${number} ${read}`);
        continue;
      }
      const { feature, score, label } = read;
      if (score < (scores.get(feature) ?? -1)) continue;
      scores.set(feature, score);
      into.set(feature, label);
    }
  }
  if (problems.length === 0) return '';
  const listed = problems.slice(0, LISTED_PROBLEMS).join(', ');
  const more = problems.length > LISTED_PROBLEMS ? ', …' : '';
  return `${problems.length} of ${count} ${kind}s left out: ${listed}${more}.`;
}

const LISTED_PROBLEMS = 3;
/** Characters; those of lines that people wrote are some hundreds. */
const LONGEST_LINE = 1 << 20;

/** A string says what is wrong with a row. */
type Row = { readonly number: number; readonly row: Json | string };

/** A file in one piece is a list of labels, or an object that has one. */
function rowsOf(text: string): { kind: 'line' | 'label'; rows: Iterable<Row> } {
  const whole = isOnePiece(text) ? strictly(text) : undefined;
  const list = isObject(whole) ? [whole] : whole;
  if (!Array.isArray(list)) return { kind: 'line', rows: linesOf(text) };
  return { kind: 'label', rows: list.map((each, i) => ({ number: i + 1, row: objectOf(each) })) };
}

/** Whether the first line is no object by itself. */
function isOnePiece(text: string): boolean {
  const start = text.search(/\S/);
  if (start < 0) return false;
  const end = text.indexOf('\n', start);
  const first = text.slice(start, end < 0 ? undefined : end);
  return text[start] === '[' || first.length > LONGEST_LINE || !isObject(parsed(first));
}

/** Without the numbers that Python writes: exports in one piece have none. */
function strictly(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
}

function* linesOf(text: string): Generator<Row> {
  for (const [i, line] of text.split('\n').entries())
    if (line.trim() !== '')
      yield {
        number: i + 1,
        row: line.length > LONGEST_LINE ? 'is too long for a label' : objectOf(parsed(line)),
      };
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function objectOf(value: unknown): Json | string {
  if (value === undefined) return 'is not JSON';
  return isObject(value) ? value : 'is not a JSON object';
}

type Read = { readonly feature: number; readonly score: number; readonly label: Label };

/** Of a row that is a label, or has several, as a feature of Neuronpedia's API and its older export do. */
function labelsOf(row: Json, limits: LabelLimits): (Read | string)[] {
  if (!Array.isArray(row.explanations)) return [labelOf(row, limits)];
  const { index, modelId, layer } = row;
  const all = asObjects(row.explanations);
  return all.map(each => labelOf({ index, modelId, layer, ...each }, limits));
}

/** A string says what is wrong. */
function labelOf(json: Json, { source, features = Infinity }: LabelLimits): Read | string {
  const feature = json.index ?? json.feature;
  const index = typeof feature === 'string' && feature !== '' ? Number(feature) : feature;
  if (typeof index !== 'number' || !Number.isInteger(index) || index < 0) return 'has no "index"';
  if (typeof json.description !== 'string') return 'has no "description"';
  if (index >= features) return `is for feature ${index}, and there are only ${features}`;
  const own = sourceName(json);
  if (source !== undefined && own !== undefined && own !== source) return `is of ${own}`;
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

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** Lines that `readLabels` reads. */
export function* labelLines(labels: ReadonlyMap<number, Label>): Generator<string> {
  for (const [index, { kind, count, ...label }] of labels)
    yield `${JSON.stringify({ index, typeName: kind, n: count, ...label })}\n`;
}
