// What the lines of `tokenscope layers --json` say beyond one number: the ladder, and each head.
import { chosenExperts } from '../../core/layers/expertLoad';
import { exitLayer } from '../../core/layers/exitDepth';
import type { LayerOptions, LayerPassId } from '../../core/layers/layerPasses';
import { NATS_PER_BIT } from '../../core/lenses/scores';
import { hex, numberOrNull } from '../documents/tokenJson';
import type { Model } from '../models/model';
import { readAttention } from './readAttention';
import { readLadder, tunedLensOf } from './readLadder';

/** Of each token of a window. */
export type TokenDetails = (token: number) => object;

/** The field names are an interface: docs/cli.md documents them. */
export async function layerDetails(
  id: LayerPassId,
  model: Model,
  ids: Uint32Array,
  options: LayerOptions,
  signal: AbortSignal,
): Promise<TokenDetails> {
  if (id === 'exitDepth') return ladderDetails(model, ids, options, signal);
  if (id === 'attention' || id === 'dilution') return headDetails(model, ids, options, signal);
  if (id === 'routing') return expertDetails(model, ids, signal);
  return () => ({});
}

const BEST = 3;

async function ladderDetails(
  model: Model,
  ids: Uint32Array,
  options: LayerOptions,
  signal: AbortSignal,
) {
  const ladder = await readLadder(model, ids, { topK: BEST }, options, signal);
  const tunedLens = tunedLensOf(model, options)?.name ?? null;
  const { layers, topK, topIds, topLogprobs, logprobs } = ladder;
  return (token: number) => {
    const row = token + model.startTokens - 1;
    if (row < 0) return { exitLayer: null, layers: null, tunedLens };
    const rungs = Array.from({ length: layers }, (_, layer) => {
      const at = row * layers + layer;
      const top = Array.from(topIds.subarray(at * topK, (at + 1) * topK), (id, i) => ({
        id,
        bytes: hex(model.tokenizer.bytesOf(id)),
        logprob: numberOrNull(topLogprobs[at * topK + i]!),
      }));
      return { logprob: numberOrNull(logprobs[at]!), top };
    });
    const own = topIds.subarray(row * layers * topK, (row + 1) * layers * topK);
    return { exitLayer: exitLayer(own, topK), layers: rungs, tunedLens };
  };
}

/** [router]: the experts of a token, the likeliest first, and their shares of all. */
async function expertDetails(model: Model, ids: Uint32Array, signal: AbortSignal) {
  const rows = await model.readLayers(ids, { kind: 'routing' }, signal);
  const { layers, experts, chosen, logits } = rows;
  return (token: number) => {
    const from = (token + model.startTokens) * experts;
    const routers = layers.map((layer, router) => {
      const own = logits[router]!.subarray(from, from + experts);
      const best = new Uint32Array(chosen);
      chosenExperts(own, 0, experts, best);
      const shares = own.map(logit => Math.exp(logit - own[best[0]!]!));
      const sum = shares.reduce((total, each) => total + each, 0);
      return {
        layer,
        experts: Array.from(best, expert => ({ expert, share: shares[expert]! / sum })),
      };
    });
    return { routers };
  };
}

async function headDetails(
  model: Model,
  ids: Uint32Array,
  { nearShare }: LayerOptions,
  signal: AbortSignal,
) {
  const rows = await readAttention(model, ids, nearShare, signal);
  const { layers, heads } = rows;
  return (token: number) => {
    const row = token + model.startTokens;
    /** [layer][head] */
    const matrix = (values: Float32Array, unit = 1) =>
      Array.from({ length: layers }, (_, layer) => {
        const at = (row * layers + layer) * heads;
        return Array.from(values.subarray(at, at + heads), value => numberOrNull(value / unit));
      });
    return {
      entropy: matrix(rows.entropies, NATS_PER_BIT),
      entropyWithoutFirst: matrix(rows.entropiesWithoutSink, NATS_PER_BIT),
      first: matrix(rows.sinks),
      near: matrix(rows.locals),
    };
  };
}
