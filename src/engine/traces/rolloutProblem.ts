// Why a success curve says nothing, in place of one that is 0 % everywhere.
import type { RolloutOptions, RolloutPoint } from '../../protocol/traces';

/** Answers that are named. */
const NAMED = 3;

/** For people; null where the shares mean what they say. */
export function rolloutProblem(
  points: readonly RolloutPoint[],
  target: string | null,
  { checker, isRight, maxTokens }: Pick<RolloutOptions, 'checker' | 'isRight' | 'maxTokens'>,
): string | null {
  const answers = points.flatMap(point => point.answers);
  if (!checker?.length && target === null) {
    const where = answers.length > 0 ? 'before the trace' : 'any prefix';
    return `no right answer is known, and no rollout from ${where} gave an answer within ${maxTokens} tokens. Give the right answer, or allow more tokens`;
  }
  if (!isRight || points.some(({ right }) => right > 0)) return null;
  if (checker?.length)
    return 'the checker accepts no rollout, although the file marks the trace as right';
  if (answers.length === 0) {
    return `no rollout gave an answer within ${maxTokens} tokens, although the file marks the trace as right. Allow more tokens`;
  }
  const found = [...new Set(answers.map(({ text }) => text))].slice(0, NAMED).join(', ');
  return `no rollout's answer matches, although the file marks the trace as right. The answers may be written differently (right: ${target}; rollouts: ${found})`;
}
