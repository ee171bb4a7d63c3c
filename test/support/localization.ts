// How well a score finds one token of a trace: the measures of the reasoning models' report. A score is high where
// the method says "here"; ties never help it.

/** The chance that the target's score is above another token's, ties half (midranks); NaN where there is no other. */
export function auc(scores: readonly number[], target: number): number {
  const own = scores[target]!;
  let above = 0;
  scores.forEach((score, i) => {
    if (i !== target) above += score < own ? 1 : score === own ? 0.5 : 0;
  });
  return above / (scores.length - 1);
}

/** The same against the tokens before the target alone: what is behind an error is off the usual paths anyway. */
export function aucBefore(scores: readonly number[], target: number): number {
  return auc(scores.slice(0, target + 1), target);
}

/** 1 is the highest; the target comes last of its equals. */
export function rankOf(scores: readonly number[], target: number): number {
  return scores.filter((score, i) => i === target || score >= scores[target]!).length;
}
