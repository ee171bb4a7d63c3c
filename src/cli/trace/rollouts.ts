// Rollouts of a trace: the model continues it from prefixes, and right answers are counted.
import { shareInterval } from '../../core/traces/successCurve';
import type { TraceText } from '../../core/traces/traceText';
import type { RolloutOptions, RolloutPoint, RolloutView } from '../../protocol/traces';
import type { Document } from '../../engine/documents/document';
import type { Model } from '../../engine/models/model';
import { rollOutDocument } from '../../engine/traces/rolloutView';
import { withProgress, type ProgressWords } from '../progressLine';
import type { RolloutFields } from '../../engine/traces/traceToken';

/** `document` is of `text`. Throws `UserError`, and `Cancelled` when aborted. */
export function rollOutTrace(
  { start }: TraceText,
  document: Document,
  model: Model,
  options: RolloutOptions,
  signal: AbortSignal,
): Promise<RolloutView> {
  const words: ProgressWords = {
    doing: 'rolling out',
    of: (done, most) => `rolled out ${done} of at most ${most} prefixes`,
  };
  return withProgress(words, report =>
    rollOutDocument(model, document, start, options, signal, report),
  );
}

/** Of the token with an index in the trace. */
export function rolloutFields({ points, problem }: RolloutView, token: number): RolloutFields {
  const unknown = { success: null, low: null, high: null, n: null, problem: null };
  const point = points.find(each => each.token === token);
  if (!point) return unknown;
  if (problem !== null) return { ...unknown, n: point.rollouts, problem };
  const [low, high] = shareInterval(point);
  return { success: point.right / point.rollouts, low, high, n: point.rollouts, problem };
}

/** What the shares are of, and where the curve begins, for people. */
export function describeRollouts({ isSuccess, target, points, problem }: RolloutView): string {
  if (problem !== null) return `success: ${problem}.`;
  const share = isSuccess
    ? `success: share of rollouts after the token that reach ${target ?? 'the right answer'}`
    : `success: no right answer is known; share of rollouts that agree on ${target ?? 'no answer'}`;
  const [first] = points;
  return first?.token === -1
    ? `${share}. Before the first token ${formatSuccess(first)}.`
    : `${share}.`;
}

/** For example '62 % (95 %: 44 to 77 %, n = 32)'. */
function formatSuccess(point: RolloutPoint): string {
  const percent = (share: number) => String(Math.round(100 * share));
  const [low, high] = shareInterval(point).map(percent);
  const share = percent(point.right / point.rollouts);
  return `${share} % (95 %: ${low} to ${high} %, n = ${point.rollouts})`;
}
