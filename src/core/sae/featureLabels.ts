// Labels of features and how reliable they are: labels.jsonl, explanations as published by Neuronpedia, and the user's
// own.

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

interface Line {
  index?: unknown;
  feature?: unknown;
  description?: unknown;
  typeName?: unknown;
  explanationModelName?: unknown;
  precision?: unknown;
  recall?: unknown;
  n?: unknown;
  predicate?: unknown;
  scores?: { value?: unknown }[];
}

/** Keyed by feature. Of several labels for a feature, the one with the highest score is kept, else the last. */
export function readLabels(text: string, into = new Map<number, Label>()): Map<number, Label> {
  const scores = new Map<number, number>();
  for (const [number, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    let json: Line;
    try {
      json = JSON.parse(line) as Line;
    } catch {
      throw new SyntaxError(`line ${number + 1} is not JSON`);
    }
    const feature = Number(json.index ?? json.feature);
    if (!Number.isInteger(feature) || feature < 0 || typeof json.description !== 'string')
      throw new SyntaxError(`line ${number + 1} has no "index" and "description"`);
    const score = Math.max(-1, ...(json.scores ?? []).map(({ value }) => Number(value) || -1));
    if (score < (scores.get(feature) ?? -1)) continue;
    scores.set(feature, score);
    into.set(feature, {
      description: json.description.trim(),
      kind: String(json.typeName ?? json.explanationModelName ?? 'explanation'),
      precision: numberOrNull(json.precision),
      recall: numberOrNull(json.recall),
      count: numberOrNull(json.n),
      predicate: typeof json.predicate === 'string' ? json.predicate : null,
    });
  }
  return into;
}

/** The label of a feature about which nothing is known. */
export function unlabelled(feature: number): Label {
  const description = `unlabelled #${feature}`;
  return { description, kind: 'none', precision: null, recall: null, count: null, predicate: null };
}

/** "precision 0.86, recall 0.61"; empty if neither is known. */
export function formatTrust({ precision, recall }: Label): string {
  const share = (name: string, value: number | null) =>
    value === null ? [] : [`${name} ${value.toFixed(2)}`];
  return [...share('precision', precision), ...share('recall', recall)].join(', ');
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
