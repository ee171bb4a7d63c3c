// What the decoders of GGUF files have in common, read from keys and from which tensors there are.
import type {
  Architecture,
  Block,
  Layer,
  Mlp,
  Norm,
  Rotary,
  Routing,
} from '../../models/architecture/architecture';
import type { GgufKeys } from './ggufKeys';
import { ggufRotary, type GgufRotary } from './ggufRotary';

export interface Kind {
  readonly norm: Norm['kind'];
  /** Null: no rotation, but learned positions. */
  readonly pairs: Rotary['pairs'] | null;
  readonly mlp: Mlp['kind'];
  readonly activation: Mlp['activation'];
  /** Of layers with a window, where the file does not say it. */
  readonly localBase?: number;
  /** Of architectures that may have experts: whether the shares of the chosen are divided by their sum. */
  readonly renormalises?: boolean;
}

export interface Decoder extends Architecture {
  /** What turns queries and keys, with the one for layers that have windows. */
  readonly turns: GgufRotary | null;
}

export const SERIAL: Block = { kind: 'serial', before: 'each', after: false, residualScale: 1 };

/** A plain decoder of its kind, all of whose layers are alike. */
export function decoder(keys: GgufKeys, kind: Kind): Decoder {
  refuseOthers(keys);
  const routing = routingOf(keys, kind.renormalises);
  const hiddenSize = keys.neededCount('embedding_length');
  const heads = keys.neededCount('attention.head_count');
  const keyLength = keys.count('attention.key_length');
  const headSize = keyLength ?? hiddenSize / heads;
  if (!Number.isInteger(headSize))
    throw keys.refusal('attention.head_count', heads, `a divisor of ${hiddenSize}`);
  const valueLength = keys.count('attention.value_length') ?? headSize;
  if (valueLength !== headSize)
    throw keys.refusal('attention.value_length', valueLength, `that of keys, ${headSize}`);
  const keyValueHeads = keys.count('attention.head_count_kv') ?? heads;
  if (heads % keyValueHeads !== 0)
    throw keys.refusal('attention.head_count_kv', keyValueHeads, `a divisor of ${heads}`);
  const turns = kind.pairs && ggufRotary(keys, headSize, kind.pairs, kind.localBase);
  const context = keys.neededCount('context_length');
  const layer: Layer = {
    window: null,
    rotary: turns?.rotary ?? null,
    attentionScale: headSize ** -0.5,
    routing,
  };
  const contextTokens = Math.min(context, turns?.contextTokens ?? context);
  return {
    family: keys.family,
    vocabSize: keys.tensor('token_embd.weight').shape[0]!,
    hiddenSize,
    contextTokens,
    embedding: { scale: 1, learnedPositions: 0 },
    layers: Array.from({ length: layerCount(keys) }, () => layer),
    norm: normOf(keys, kind.norm),
    block: SERIAL,
    attention: {
      heads,
      keyValueHeads,
      headSize,
      bias: {
        queryKeyValue: keys.has('blk.0.attn_q.bias') || keys.has('blk.0.attn_qkv.bias'),
        output: keys.has('blk.0.attn_output.bias'),
      },
      clip: null,
      softcap: null,
      queryKeyNorm: null,
    },
    mlp: {
      kind: kind.mlp,
      activation: kind.activation,
      innerSize: keys.neededCount('feed_forward_length'),
      bias: keys.has('blk.0.ffn_up.bias'),
    },
    head: {
      tied: !keys.has('output.weight'),
      bias: keys.has('output.bias'),
      scale: 1,
      softcap: null,
    },
    warnings:
      contextTokens < context
        ? [
            `The context is limited to ${contextTokens} tokens, the original training length; up to ${context} tokens the model would use other rotary embeddings.`,
          ]
        : [],
    turns,
  };
}

/** No file of a model has as many. */
const MOST_LAYERS = 1024;

function layerCount(keys: GgufKeys): number {
  const count = keys.neededCount('block_count');
  if (count <= MOST_LAYERS) return count;
  throw keys.refusal('block_count', count, `at most ${MOST_LAYERS}`);
}

function normOf(keys: GgufKeys, kind: Norm['kind']): Norm {
  const key = kind === 'rms' ? 'attention.layer_norm_rms_epsilon' : 'attention.layer_norm_epsilon';
  const epsilon = keys.neededNumber(key);
  if (!(epsilon >= 0)) throw keys.refusal(key, epsilon, 'a number of at least 0');
  return { kind, epsilon, weight: 'stored', bias: keys.has('output_norm.bias') };
}

/** Values that other computations have. */
function refuseOthers(keys: GgufKeys): void {
  keys.only('attention.causal', true);
  keys.only('pooling_type', 0);
  keys.only('nextn_predict_layers', 0);
  keys.only('attention.max_alibi_bias', 0);
}

const SOFTMAX = 1;

/** Null where there are no experts. Throws where their computation is another one, or the architecture has none. */
function routingOf(keys: GgufKeys, renormalises: boolean | undefined): Routing | null {
  if (renormalises === undefined || !keys.number('expert_count')) {
    keys.only('expert_count', 0);
    return null;
  }
  const experts = keys.neededCount('expert_count');
  const chosen = keys.neededCount('expert_used_count');
  if (chosen > experts)
    throw keys.refusal('expert_used_count', chosen, `at most the ${experts} that there are`);
  keys.only('expert_gating_func', SOFTMAX);
  keys.only('expert_weights_norm', renormalises);
  keys.only('expert_weights_scale', 1);
  keys.only('expert_feed_forward_length', keys.neededCount('feed_forward_length'));
  return { experts, chosen, renormalises };
}

export interface Windows {
  /** Every so many layers have none, the last of them; 1: all have one. */
  readonly pattern: number;
  /** Where the file does not say it. */
  readonly window?: number;
  /** Whether layers with a window turn by `turns.local`. */
  readonly turnOtherwise?: boolean;
}

/** Layers with a window and the others, by `attention.sliding_window` and its pattern. */
export function withWindows(
  keys: GgufKeys,
  made: Decoder,
  { pattern, window: given, turnOtherwise = false }: Windows,
): Decoder {
  // Phi-4 has no window, and says so by a 0.
  const hasNone = keys.isZero('attention.sliding_window');
  const window = hasNone ? undefined : (keys.count('attention.sliding_window') ?? given);
  const listed = keys.list('attention.sliding_window_pattern');
  const every = listed ? pattern : (keys.count('attention.sliding_window_pattern') ?? pattern);
  if (window === undefined) return made;
  const isLocal = (layer: number) =>
    listed ? listed[layer] === 1 : every === 1 || layer % every < every - 1;
  const local = (layer: Layer): Layer => ({
    ...layer,
    window,
    rotary: turnOtherwise ? (made.turns?.local ?? null) : layer.rotary,
  });
  return { ...made, layers: made.layers.map((layer, i) => (isLocal(i) ? local(layer) : layer)) };
}
