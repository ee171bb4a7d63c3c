// The proof that a document's bytes cost what its tokens cost, window by window: two computations that share no code
// but the model.
import { windowEnds } from '../../core/exactBytes/documentBytes';
import { logSumOf } from '../../core/exactBytes/logSum';
import { NATS_PER_BIT } from '../../core/lenses/scores';
import type { ByteProof } from '../../protocol/scores';
import type { Document } from '../documents/document';
import type { Model } from '../models/model';
import { byteScoresOf } from './byteScores';
import { shiftedInputs } from './tokensPass';

/** Of a document whose bytes are all known. Throws `UserError` where no token ends a text. */
export async function byteProof(
  model: Model,
  document: Document,
  signal: AbortSignal,
): Promise<ByteProof> {
  const tokenModel = model.asTokenModel(AbortSignal.any([signal, document.current]));
  model.checkEnds();
  const scores = byteScoresOf(model, document);
  const ends = await windowEnds(model.byteRules, tokenModel, scores);
  const windows = [];
  for (const [i, window] of scores.windows.entries()) {
    const { start, ownStart, end } = window;
    const { entering, leaving } = ends[i]!;
    const bytes = scores.surprisals
      .subarray(ownStart, end)
      .reduce((sum, nats, i) => sum + (scores.given.has(ownStart + i) ? 0 : nats), 0);
    const isLast = i === scores.windows.length - 1;
    const tokens = await tokenNats(
      model,
      window.ids,
      window.before,
      end === scores.bytes.length,
      signal,
    );
    windows.push({
      contextStart: start,
      byteStart: ownStart,
      byteEnd: end,
      bytesBits: bytes / NATS_PER_BIT,
      boundaryBits: ((isLast ? 0 : leaving) - entering) / NATS_PER_BIT,
      endBits: (isLast ? leaving : 0) / NATS_PER_BIT,
      tokenBits: tokens / NATS_PER_BIT,
    });
  }
  const leaks = scores.leaks.filter((_, byte) => !scores.given.has(byte));
  return {
    model: model.info.name,
    windows,
    leakMax: leaks.reduce((most, leak) => Math.max(most, leak), 0),
    leakMean: leaks.reduce((sum, leak) => sum + leak, 0) / Math.max(1, leaks.length),
    givenBytes: scores.given.size,
  };
}

/**
 * Nats: what a window's tokens cost from `from` on, and with `ends` the end of the text, as the tokens pass scores them:
 * the first one costs nothing where the model has no token that starts a text.
 */
async function tokenNats(
  model: Model,
  ids: Uint32Array,
  from: number,
  ends: boolean,
  signal: AbortSignal,
): Promise<number> {
  let nats = 0;
  const { start } = model;
  const given = start ? 0 : 1;
  const first = Math.max(from, given);
  if (ids.length > first) {
    const inputs = start ? shiftedInputs(start.id, ids) : ids.slice(0, -1);
    const request = { inputs, targets: ids.slice(given), from: first - given, topK: 1 };
    const { logprobs } = await model.request(backend => backend.score(request, signal));
    nats = logprobs.reduce((sum, logprob) => sum - logprob, 0);
  }
  if (!ends) return nats;
  const tokenModel = model.asTokenModel(signal);
  const [row] = await tokenModel.rows([...ids], [{ parent: -1, token: -1 }], [0]);
  return nats - logSumOf(tokenModel.ends.map(id => row![id]!));
}
