// What happens to the tokens after a place when a feature is ablated or steered there.
import { NATS_PER_BIT, type Scores } from '../../core/lenses/scores';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import { UserError } from '../../core/errors';
import type { EffectChange, EffectView } from '../../protocol/features';
import type { Document } from '../documents/document';
import type { FeatureContext } from './featureContext';
import { steer } from './steering';
import { tokenRange } from './tokenRange';

/** Alternatives that are scored for each token. */
const TOP_K = 50;
/** Next tokens, and changed tokens, that are listed. */
const NEXT_LISTED = 10;
const CHANGED_LISTED = 20;

export interface EffectRequest {
  readonly feature: number;
  /** UTF-16 offset of the token. */
  readonly at: number;
  /** Changes the feature at every token of the context window, not only at this one. */
  readonly everywhere: boolean;
  readonly change: EffectChange;
}

/** Throws `UserError` if there is no token at the offset, `Cancelled` when aborted. */
export async function featureEffect(
  { opened, model, windows: pass }: FeatureContext,
  document: Document,
  { feature, at: utf16, everywhere, change }: EffectRequest,
  signal: AbortSignal,
  onProgress?: (done: number, total: number) => void,
): Promise<EffectView> {
  const stream = document.streamBy(model.tokenizer);
  const token = stream.tokensIn(utf16, utf16 + 1).first;
  const window = pass.windowOf(stream, token);
  if (!window) throw new UserError('There is no token at the cursor. Place the cursor in a text.');
  const { start, end } = window;
  const { ids } = stream.tokens(start, end);
  const row = token - start;
  const isChanged = (at: number) => everywhere || at === row;
  const wanted = { feature, change };
  const watched = { signal, onProgress };
  const steered = await steer(opened, model, ids, wanted, isChanged, TOP_K, watched);
  const { before, after, values, changed } = steered;
  // Row t scores token t + 1.
  const following = [...Array(end - start - 1).keys()].filter(at => everywhere || at >= row);
  const difference = (at: number) => bitsAt(after, at) - bitsAt(before, at);
  const listed = following
    .map(at => ({ at, size: Math.abs(difference(at)) }))
    .filter(({ size }) => size > 0)
    .sort((a, b) => b.size - a.size)
    .slice(0, CHANGED_LISTED);
  return {
    feature: opened.featureName(feature),
    change,
    everywhere,
    value: values[row]!,
    changed: changed[row]!,
    next: nextTokens(model.tokenizer, before, after, row),
    tokens: listed.map(({ at }) => ({
      ...tokenRange(stream, start + at + 1),
      bytes: model.tokenizer.bytesOf(ids[at + 1]!).slice(),
      before: bitsAt(before, at),
      after: bitsAt(after, at),
    })),
    counted: following.length,
    totalBits: following.reduce((sum, at) => sum + difference(at), 0),
  };
}

/** Surprisal in bits. */
function bitsAt({ logprobs }: Scores, row: number): number {
  return -logprobs[row]! / NATS_PER_BIT;
}

/** The likeliest tokens of a row before or after the change, with both probabilities; NaN beyond the top k. */
function nextTokens(
  tokenizer: Tokenizer,
  before: Scores,
  after: Scores,
  row: number,
): EffectView['next'] {
  const [was, is] = [topProbabilities(before, row), topProbabilities(after, row)];
  const ids = [...new Set([...was.keys(), ...is.keys()])];
  const most = (id: number) => Math.max(was.get(id) ?? 0, is.get(id) ?? 0);
  return ids
    .sort((a, b) => most(b) - most(a))
    .slice(0, NEXT_LISTED)
    .map(id => ({
      id,
      bytes: tokenizer.bytesOf(id).slice(),
      before: was.get(id) ?? NaN,
      after: is.get(id) ?? NaN,
    }));
}

function topProbabilities({ topK, topIds, topLogprobs }: Scores, row: number) {
  const places = Array.from({ length: topK }, (_, k) => row * topK + k);
  return new Map(places.map(i => [topIds[i]!, Math.exp(topLogprobs[i]!)]));
}
