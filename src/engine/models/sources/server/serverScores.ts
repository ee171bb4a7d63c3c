// Rows of a server as columns of scores: what a row leaves open stays unknown.
import { emptyScores, type Scores } from '../../../../core/lenses/scores';
import { entropyBounds } from '../../../../core/traces/entropyBounds';
import type { TokenRow } from '../../../../servers/server';

/** Nats: an entropy whose bounds are nearer than this is known. */
const EXACT = 1e-4;

/** `ids`: of the rows' tokens. */
export function serverScores(
  rows: readonly TokenRow[],
  ids: ArrayLike<number>,
  topK: number,
  vocabSize: number,
): Scores {
  const scores = emptyScores(rows.length, topK);
  for (const [row, { logprob, rank, top }] of rows.entries()) {
    scores.logprobs[row] = logprob;
    scores.ranks[row] = rank;
    top.slice(0, topK).forEach((each, k) => {
      scores.topIds[row * topK + k] = each.id;
      scores.topLogprobs[row * topK + k] = each.logprob;
    });
    // Of the token alone nothing is known of the others.
    if (top.length === 0) continue;
    const listed = top.map(each => each.logprob);
    if (!top.some(({ id }) => id === ids[row])) listed.push(logprob);
    const { entropy, varentropy } = entropyBounds(listed, vocabSize, top.at(-1)!.logprob);
    scores.entropiesNats[row] = entropy[0];
    if (entropy[1] - entropy[0] > EXACT) scores.entropyUppersNats[row] = entropy[1];
    scores.varentropies[row] = varentropy;
  }
  return scores;
}
