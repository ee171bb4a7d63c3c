// The same scores as the graph's, computed here from logits in double precision: what its self-test,
// the tests and the benchmark compare it with.
import { emptyScores, type Scores } from '../../core/scores';

/** `logits` [row, vocabSize]; `targets` [row]. Contexts are left 0. */
export function scoresOfLogits(
  logits: Float32Array,
  vocabSize: number,
  targets: Uint32Array,
  topK: number,
): Scores {
  const scores = emptyScores(targets.length, topK);
  for (let row = 0; row < targets.length; row++) {
    const x = logits.subarray(row * vocabSize, (row + 1) * vocabSize);
    let max = -Infinity;
    for (const logit of x) if (logit > max) max = logit;
    let sum = 0;
    let weighted = 0;
    for (const logit of x) {
      const z = logit - max;
      const e = Math.exp(z);
      sum += e;
      if (e > 0) weighted += e * z;
    }
    const target = x[targets[row]!]!;
    const logSum = Math.log(sum);
    let above = 0;
    for (const logit of x) if (logit > target) above++;
    scores.logprobs[row] = target - max - logSum;
    scores.entropiesNats[row] = logSum - weighted / sum;
    scores.ranks[row] = 1 + above;
    const top = likeliest(x, topK);
    scores.topIds.set(top, row * topK);
    top.forEach((id, k) => (scores.topLogprobs[row * topK + k] = x[id]! - max - logSum));
  }
  return scores;
}

/** The ids of the k largest, largest first, of equals the smaller id first. */
function likeliest(x: Float32Array, k: number): number[] {
  const top: number[] = [];
  for (let id = 0; id < x.length; id++) {
    if (top.length === k && !(x[id]! > x[top[k - 1]!]!)) continue;
    let at = top.length;
    while (at > 0 && x[id]! > x[top[at - 1]!]!) at--;
    top.splice(at, 0, id);
    if (top.length > k) top.pop();
  }
  return top;
}
