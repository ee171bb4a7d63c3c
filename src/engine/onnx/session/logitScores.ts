// The graph's scores computed from logits in double precision: the reference of its self-test, the tests and the
// benchmark.
import { emptyScores, type Scores } from '../../../core/lenses/scores';

/** `logits` [row, vocabSize]; `targets` [row]. Contexts stay 0. */
export function scoresOfLogits(
  logits: Float32Array,
  vocabSize: number,
  targets: Uint32Array,
  topK: number,
): Scores {
  const scores = emptyScores(targets.length, topK);
  for (let row = 0; row < targets.length; row++) {
    // Indexed loops: before they are compiled, iterators would take most of the time.
    const x = logits.subarray(row * vocabSize, (row + 1) * vocabSize);
    const target = x[targets[row]!]!;
    let max = -Infinity;
    let above = 0;
    for (let id = 0; id < vocabSize; id++) {
      const logit = x[id]!;
      if (logit > max) max = logit;
      if (logit > target) above++;
    }
    let sum = 0;
    let weighted = 0;
    let squared = 0;
    for (let id = 0; id < vocabSize; id++) {
      const z = x[id]! - max;
      const e = Math.exp(z);
      sum += e;
      if (e === 0) continue;
      weighted += e * z;
      squared += e * z * z;
    }
    const logSum = Math.log(sum);
    scores.logprobs[row] = target - max - logSum;
    scores.entropiesNats[row] = logSum - weighted / sum;
    scores.varentropies[row] = squared / sum - (weighted / sum) ** 2;
    scores.ranks[row] = 1 + above;
    const top = likeliest(x, topK);
    scores.topIds.set(top, row * topK);
    top.forEach((id, k) => (scores.topLogprobs[row * topK + k] = x[id]! - max - logSum));
  }
  return scores;
}

/** The ids of the k largest, largest first; of equals the smaller id comes first. */
function likeliest(x: Float32Array, k: number): number[] {
  const top: number[] = [];
  let least = -Infinity;
  for (let id = 0; id < x.length; id++) {
    const logit = x[id]!;
    if (top.length === k && !(logit > least)) continue;
    let at = top.length;
    while (at > 0 && logit > x[top[at - 1]!]!) at--;
    top.splice(at, 0, id);
    if (top.length > k) top.pop();
    least = x[top.at(-1)!]!;
  }
  return top;
}
