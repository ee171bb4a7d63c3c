// How well chunks fit passages that answer a question, in tokens (Smith and Troynikov 2024, "Evaluating Chunking Strategies
// for Retrieval", whose metrics "Domain-specific RAG" uses). No retrieval is run: which chunks are retrieved is given.
import type { TokenRange } from './chunkers';

/** Of one question. A ratio is null where it divides by no tokens. */
export interface ChunkMetrics {
  /** |Te ∩ Tr| / |Te|: how much of the passages was retrieved. */
  readonly recall: number | null;
  /** |Te ∩ Tr| / |Tr|: how much of what was retrieved is of the passages. */
  readonly precision: number | null;
  /** |Te ∩ Tr| / (|Te| + |Tr| - |Te ∩ Tr|). */
  readonly iou: number | null;
  /** The precision if all chunks that have a token of a passage, and no others, are retrieved. */
  readonly precisionOmega: number | null;
}

/**
 * Te are the tokens of the references, each once. Tr are those of the chunks that are retrieved, once for each chunk
 * that has it; in Te ∩ Tr each is once. `retrieved`: places in `chunks`, each once; by default those that have a token
 * of a reference.
 */
export function chunkMetrics(
  chunks: readonly TokenRange[],
  references: readonly TokenRange[],
  retrieved: readonly number[] = touchingChunks(chunks, references),
): ChunkMetrics {
  const passages = merged(references);
  const found = countsOf(chunks, passages, retrieved);
  const best = countsOf(chunks, passages, touchingChunks(chunks, references));
  const { expected, given, shared } = found;
  return {
    recall: ratio(shared, expected),
    precision: ratio(shared, given),
    iou: ratio(shared, expected + given - shared),
    precisionOmega: ratio(best.shared, best.given),
  };
}

/** Places of the chunks that have a token of a reference. */
export function touchingChunks(
  chunks: readonly TokenRange[],
  references: readonly TokenRange[],
): number[] {
  const passages = merged(references);
  return chunks.flatMap((chunk, i) =>
    passages.some(each => Math.max(each.first, chunk.first) < Math.min(each.end, chunk.end))
      ? [i]
      : [],
  );
}

/** Of each metric over questions, leaving out those where it is null; null without any. */
export function meanMetrics(questions: readonly ChunkMetrics[]): ChunkMetrics {
  const mean = (metric: keyof ChunkMetrics) => {
    const values = questions.map(each => each[metric]).filter(value => value !== null);
    return ratio(
      values.reduce((sum, value) => sum + value, 0),
      values.length,
    );
  };
  return {
    recall: mean('recall'),
    precision: mean('precision'),
    iou: mean('iou'),
    precisionOmega: mean('precisionOmega'),
  };
}

function countsOf(
  chunks: readonly TokenRange[],
  passages: readonly TokenRange[],
  retrieved: readonly number[],
) {
  const taken = retrieved.map(i => chunks[i]!);
  return {
    expected: sizeOf(passages),
    given: sizeOf(taken),
    shared: sharedBy(passages, merged(taken)),
  };
}

/** The same tokens in ascending ranges that share none. */
function merged(ranges: readonly TokenRange[]): TokenRange[] {
  const all: TokenRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.first - b.first)) {
    const last = all.at(-1);
    if (last && range.first <= last.end) {
      all[all.length - 1] = { first: last.first, end: Math.max(last.end, range.end) };
    } else {
      all.push(range);
    }
  }
  return all;
}

const sizeOf = (ranges: readonly TokenRange[]) =>
  ranges.reduce((sum, { first, end }) => sum + end - first, 0);

/** Both as `merged` gives them. */
function sharedBy(a: readonly TokenRange[], b: readonly TokenRange[]): number {
  let shared = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const [one, other] = [a[i]!, b[j]!];
    shared += Math.max(0, Math.min(one.end, other.end) - Math.max(one.first, other.first));
    if (one.end < other.end) i++;
    else j++;
  }
  return shared;
}

const ratio = (part: number, whole: number) => (whole > 0 ? part / whole : null);
