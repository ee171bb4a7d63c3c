// Rollouts of a trace in a document: the trace's tokens, and where in the text the success curve falls.
import {
  cliffClass,
  cliffs,
  criticalToken,
  pivotal,
  recoversAfter,
  type Fall,
} from '../../core/traces/successCurve';
import { uncertaintyOf } from '../../core/traces/uncertainty';
import { UserError } from '../../core/errors';
import type { BranchView, RolloutFall, RolloutOptions, RolloutView } from '../../protocol/traces';
import type { Document } from '../documents/document';
import type { Model } from '../models/model';
import { rolloutProblem } from './rolloutProblem';
import { branchFrom, rollOut, type TraceTokens } from './rollouts';

interface LocatedTrace extends TraceTokens {
  /** [token of the trace] */
  readonly utf16Starts: Uint32Array;
  readonly utf16Ends: Uint32Array;
}

/**
 * The tokens before offset `start` and those of the trace, of which the first may begin before `start`. Throws
 * `UserError` if the trace has no tokens.
 */
function locateTrace(model: Model, document: Document, start: number): LocatedTrace {
  const { ids, utf16Starts, utf16Ends } = document.tokensBy(model.tokenizer);
  const found = utf16Ends.findIndex(end => end > start);
  const first = found < 0 ? ids.length : found;
  if (first === ids.length)
    throw new UserError('The trace is empty, so there is nothing to roll out.');
  return {
    before: [...ids.subarray(0, first)],
    ids: [...ids.subarray(first)],
    utf16Starts: utf16Starts.subarray(first),
    utf16Ends: utf16Ends.subarray(first),
  };
}

/** Throws `UserError`, and `Cancelled` when aborted or when the document changes. */
export async function rollOutDocument(
  model: Model,
  document: Document,
  start: number,
  options: RolloutOptions,
  signal: AbortSignal,
  onProgress: (points: number, most: number) => void,
): Promise<RolloutView> {
  const began = performance.now();
  const text = locateTrace(model, document, start);
  const { points, target } = await rollOut(model, text, options, {
    signal: AbortSignal.any([signal, document.current]),
    onPoint: (done, most) => onProgress(done.length, Math.max(most, done.length)),
  });
  const offsetAfter = (token: number) =>
    token < 0 ? text.utf16Starts[0]! : text.utf16Ends[token]!;
  const viewWith = (falls: RolloutFall[], problem: string | null): RolloutView => ({
    points: points.map(point => ({ ...point, utf16: offsetAfter(point.token) })),
    falls,
    target,
    model: model.info.name,
    isSuccess: options.target !== undefined || (options.checker?.length ?? 0) > 0,
    problem,
    ms: performance.now() - began,
  });
  const pointAt = (token: number) => points.find(point => point.token === token) ?? null;
  const fall = (kind: RolloutFall['kind'], token: number): RolloutFall => ({
    utf16Start: text.utf16Starts[token]!,
    utf16End: text.utf16Ends[token]!,
    token,
    kind,
    before: pointAt(token - 1),
    after: pointAt(token)!,
  });
  const problem = rolloutProblem(points, target, options);
  if (problem !== null) return viewWith([], problem);
  const falls: RolloutFall[] = [];
  const critical = criticalToken(points);
  if (critical !== undefined) {
    const recovers = recoversAfter(points, critical);
    falls.push({ ...fall('critical', critical), recovers });
  }
  const classOf = async ({ token }: Fall) => {
    const root = { parent: -1, token: -1 };
    const before = [...text.before, ...text.ids.slice(0, token)];
    const [row] = await model.asTokenModel(signal).rows(before, [root], [0]);
    const { gap, entropy } = uncertaintyOf(row!, text.ids[token]!);
    return cliffClass(gap, entropy);
  };
  const fallen = cliffs(points);
  for (const each of fallen) {
    falls.push({ ...fall('cliff', each.token), cliff: await classOf(each) });
  }
  for (const { token } of pivotal(points)) {
    if (!fallen.some(each => each.token === token)) falls.push(fall('pivotal', token));
  }
  falls.sort((a, b) => a.token - b.token);
  return viewWith(falls, null);
}

/**
 * Continues the trace that begins at `start` with token `id` in place of the token at offset `at`. Throws `UserError`,
 * and `Cancelled` when aborted or when the document changes.
 */
export function branchOfDocument(
  model: Model,
  document: Document,
  { start, at, id }: { start: number; at: number; id: number },
  options: RolloutOptions,
  signal: AbortSignal,
): Promise<BranchView> {
  const { before, ids, utf16Ends } = locateTrace(model, document, start);
  const token = utf16Ends.findIndex(end => end > at);
  if (token < 0)
    throw new UserError('There is no token of the trace here. Place the cursor inside the answer.');
  const stale = AbortSignal.any([signal, document.current]);
  return branchFrom(model, { before, ids: [...ids.slice(0, token), id] }, options, stale);
}
