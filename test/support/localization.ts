// How well a score locates one token of a trace: the metrics of the reasoning models' report. A high score means that
// the method points at the token; ties never help it.

/** The probability that the target's score is above another token's, ties half (midranks); NaN if there is no other. */
export function auc(scores: readonly number[], target: number): number {
  const own = scores[target]!;
  let above = 0;
  scores.forEach((score, i) => {
    if (i !== target) above += score < own ? 1 : score === own ? 0.5 : 0;
  });
  return above / (scores.length - 1);
}

/** The same for the tokens before the target only: text after an error is unusual anyway. */
export function aucBefore(scores: readonly number[], target: number): number {
  return auc(scores.slice(0, target + 1), target);
}

/** 1 is the highest; the target is last among ties. */
export function rankOf(scores: readonly number[], target: number): number {
  return scores.filter((score, i) => i === target || score >= scores[target]!).length;
}
