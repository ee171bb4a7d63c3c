// The surprisals of a window's tokens, of which nothing is kept in a document.
import type { Model } from '../models/model';

/** [token], nats; NaN for the first where nothing comes before it. `isOnce`: of a text that is not asked for again. Throws `Cancelled` when aborted. */
export async function surprisals(
  model: Model,
  ids: Uint32Array,
  signal: AbortSignal,
  isOnce = false,
): Promise<Float32Array> {
  const first = 1 - model.startTokens;
  const nats = new Float32Array(ids.length).fill(NaN);
  if (first >= ids.length) return nats;
  const logprobs = await model.logprobsOf(ids, first, signal, isOnce);
  nats.set(
    logprobs.map(logprob => -logprob),
    first,
  );
  return nats;
}
