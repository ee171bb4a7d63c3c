// Scores one window in chunks, small enough to react to a cancel soon and to keep the logits in memory small, large
// enough to be as fast as one run.
import { copyScores, emptyScores, sliceScores, type Scores } from '../../../core/lenses/scores';
import { Cancelled } from '../../../core/errors';
import { checkTokens } from './checkTokens';
import type { GraphSession } from './graphSession';
import type { PrefixCache } from './keyValues';
import { explainRuntimeError } from './runtimeErrors';

/**
 * Tokens in a run. Chunks begin at multiples of it and are scored whole or not at all, whatever was cached or requested
 * before: products of other shapes round differently, and a score must always have the same bits.
 */
export const CHUNK_TOKENS = 64;

export interface SessionScoreRequest {
  inputs: Uint32Array;
  targets: Uint32Array;
  /** The first row wanted. */
  from: number;
  /** Chunks that begin at it or after it are not run; all are, where it is not said. */
  until?: number | undefined;
  topK: number;
  /** Nothing is kept for another request. */
  isOnce?: boolean | undefined;
  isCancelled(): boolean;
  /** Called with rows [firstRow, firstRow + rows of `scores`) when they are done. */
  onChunk(firstRow: number, scores: Scores): void;
}

/**
 * Rows [from, until), with `topK` alternatives, of which those beyond the vocabulary stay unknown. Throws
 * `Cancelled`; what was computed until then is cached, unless the request is made once. Throws `UserError` for tokens outside the vocabulary and runs
 * that fail.
 */
export async function scoreWindow(
  session: GraphSession,
  cache: PrefixCache,
  vocabSize: number,
  request: SessionScoreRequest,
): Promise<Scores> {
  const { inputs, targets, from, until = targets.length } = request;
  checkRequest(request, vocabSize);
  const topK = Math.min(Math.max(1, request.topK), vocabSize);
  const scores = emptyScores(until - from, request.topK);
  let past = cache.find(inputs, from, CHUNK_TOKENS);
  let whole = past;
  try {
    for (let start = past.tokens; start < until; start = past.tokens) {
      if (request.isCancelled()) throw new Cancelled();
      const end = Math.min(start + CHUNK_TOKENS, inputs.length);
      const wanted = end > from;
      const { present, scores: chunk } = await session.run({
        ids: inputs.subarray(start, end),
        past,
        firstRow: wanted ? 0 : end - start,
        targets: wanted ? targets.subarray(start, end) : undefined,
        topK,
      });
      past = present;
      if (end - start === CHUNK_TOKENS) whole = present;
      if (wanted) {
        const firstRow = Math.max(start, from);
        const rows = sliceScores(withTopK(chunk, request.topK), firstRow - start, end - start);
        copyScores(rows, 0, Math.min(end, until) - firstRow, scores, firstRow - from);
        request.onChunk(firstRow, rows);
      }
    }
  } catch (error) {
    const what = `The model failed on ${inputs.length} tokens, perhaps more than it can hold`;
    throw explainRuntimeError(error, what);
  } finally {
    if (!request.isOnce) cache.add(inputs.subarray(0, whole.tokens), whole);
  }
  return scores;
}

/** The graph returns at least one alternative and no more than there are tokens; the others stay unknown. */
function withTopK(scores: Scores, topK: number): Scores {
  if (scores.topK === topK) return scores;
  const rows = scores.logprobs.length;
  const { topIds, topLogprobs } = emptyScores(rows, topK);
  const kept = Math.min(scores.topK, topK);
  for (let row = 0; row < rows; row++) {
    const start = row * scores.topK;
    topIds.set(scores.topIds.subarray(start, start + kept), row * topK);
    topLogprobs.set(scores.topLogprobs.subarray(start, start + kept), row * topK);
  }
  return { ...scores, topK, topIds, topLogprobs };
}

function checkRequest(
  { inputs, targets, from, until = targets.length }: SessionScoreRequest,
  vocabSize: number,
): void {
  const isRange = 0 <= from && from <= until && until <= targets.length;
  if (targets.length !== inputs.length || !isRange)
    throw new RangeError(
      `${inputs.length} inputs, ${targets.length} targets, rows ${from} to ${until}`,
    );
  for (const ids of [inputs, targets]) checkTokens(ids, vocabSize);
}
