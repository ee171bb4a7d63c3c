// The architectures that GGUF files are read of, by `general.architecture`, with what llama.cpp's code takes for granted
// and no file says (src/llama-model.cpp): factors, patterns of layers, kinds of norms.
import type { Architecture } from '../../models/architecture/architecture';
import { decoder, SERIAL, withWindows, type Decoder } from './decoder';
import type { GgufKeys } from './ggufKeys';

export type GgufFamily = (keys: GgufKeys) => Architecture;

const gatedSilu = { norm: 'rms', mlp: 'gated', activation: 'silu' } as const;
const llamaLike = { ...gatedSilu, pairs: 'neighbours' } as const;
const qwenLike = { ...gatedSilu, pairs: 'halves' } as const;
const gemmaLike = { norm: 'rms', mlp: 'gated', activation: 'geluTanh', pairs: 'halves' } as const;
const plainGelu = { norm: 'layer', mlp: 'plain', activation: 'geluTanh' } as const;

/** Mixtral is a Llama with experts. */
const llama: GgufFamily = keys => {
  const made = decoder(keys, { ...llamaLike, renormalises: true });
  return withWindows(keys, made, { pattern: 1 });
};

const qwen3: GgufFamily = keys => withNormedHeads(decoder(keys, qwenLike));

/** Gemma scales the rows of its table; all norms are stored as 1 + w. */
function scaledBySize<T extends Architecture>(made: T): T {
  return { ...made, embedding: { ...made.embedding, scale: Math.sqrt(made.hiddenSize) } };
}

function withNormedHeads<T extends Architecture>(made: T): T {
  const queryKeyNorm = { over: 'head' as const, norm: { ...made.norm, bias: false } };
  return { ...made, attention: { ...made.attention, queryKeyNorm } };
}

/** The largest of each was trained with the scale of hiddenSize / heads. */
function withScaleOfLargest<T extends Decoder>(made: T, layersOfLargest: number): T {
  if (made.layers.length !== layersOfLargest) return made;
  const attentionScale = (made.hiddenSize / made.attention.heads) ** -0.5;
  return { ...made, layers: made.layers.map(layer => ({ ...layer, attentionScale })) };
}

const gemma2: GgufFamily = keys => {
  const made = withWindows(keys, scaledBySize(decoder(keys, gemmaLike)), {
    pattern: 2,
    window: 4096,
  });
  return {
    ...withScaleOfLargest(made, 46),
    block: { ...SERIAL, after: true },
    attention: { ...made.attention, softcap: keys.positive('attn_logit_softcapping') ?? 50 },
    head: { ...made.head, softcap: keys.positive('final_logit_softcapping') ?? 30 },
  };
};

const gemma3: GgufFamily = keys => {
  const plain = withNormedHeads(scaledBySize(decoder(keys, { ...gemmaLike, localBase: 10_000 })));
  const made = withScaleOfLargest(
    withWindows(keys, plain, { pattern: 6, turnOtherwise: true }),
    62,
  );
  // The model has none with windows: llama.cpp caps without them alone (src/models/gemma3.cpp), and Ollama, whose 1B says
  // 30, takes it for 0 (model/models/gemma3/model_text.go).
  const cap = keys.positive('final_logit_softcapping') ?? null;
  const softcap = made.layers.some(({ window }) => window !== null) ? null : cap;
  return { ...made, block: { ...SERIAL, after: true }, head: { ...made.head, softcap } };
};

const withPositions: GgufFamily = keys => {
  const made = decoder(keys, { ...plainGelu, pairs: null });
  const learnedPositions = keys.tensor('position_embd.weight').shape[0]!;
  return {
    ...made,
    embedding: { ...made.embedding, learnedPositions },
    contextTokens: Math.min(made.contextTokens, learnedPositions),
  };
};

const gptneox: GgufFamily = keys => {
  // Its activation is GELU by the error function; llama.cpp computes the one by tanh in its place.
  const made = decoder(keys, { ...plainGelu, activation: 'gelu', pairs: 'halves' });
  if (keys.boolean('use_parallel_residual') === false) return made;
  return { ...made, block: { ...SERIAL, kind: 'parallel' } };
};

const starcoder2: GgufFamily = keys => {
  const made = decoder(keys, { ...plainGelu, pairs: 'halves' });
  // Of all three sizes; files do not say it.
  return withWindows(keys, made, { pattern: 1, window: 4096 });
};

const phi2: GgufFamily = keys => ({
  ...decoder(keys, { ...plainGelu, pairs: 'halves' }),
  block: { ...SERIAL, kind: 'parallel', before: 'shared' },
});

const phi3: GgufFamily = keys => withWindows(keys, decoder(keys, qwenLike), { pattern: 1 });

const olmo: GgufFamily = keys => {
  const made = decoder(keys, { ...llamaLike, norm: 'layer' });
  return {
    ...made,
    norm: { ...made.norm, weight: 'none', bias: false },
    attention: { ...made.attention, clip: keys.positive('attention.clamp_kqv') ?? null },
  };
};

/** Olmo 3 is an Olmo 2 with windows. */
const olmo2: GgufFamily = keys => {
  const made = withWindows(keys, decoder(keys, qwenLike), { pattern: 4, turnOtherwise: true });
  const queryKeyNorm = { over: 'width' as const, norm: made.norm };
  return {
    ...made,
    block: { ...SERIAL, before: 'none', after: true },
    attention: { ...made.attention, queryKeyNorm },
  };
};

const olmoe: GgufFamily = keys => {
  const made = decoder(keys, { ...qwenLike, renormalises: false });
  const queryKeyNorm = { over: 'width' as const, norm: made.norm };
  return { ...made, attention: { ...made.attention, queryKeyNorm } };
};

const granite: GgufFamily = keys => {
  keys.only('rope.scaling.finetuned', true);
  const made = decoder(keys, llamaLike);
  const attentionScale = keys.positive('attention.scale');
  return {
    ...made,
    embedding: { ...made.embedding, scale: keys.positive('embedding_scale') ?? 1 },
    layers: made.layers.map(layer => ({ ...layer, ...(attentionScale && { attentionScale }) })),
    block: { ...SERIAL, residualScale: keys.positive('residual_scale') ?? 1 },
    head: { ...made.head, scale: 1 / (keys.positive('logit_scale') ?? 1) },
  };
};

/** Every fourth layer does not know positions. */
const smollm3: GgufFamily = keys => {
  const made = decoder(keys, llamaLike);
  const layers = made.layers.map((layer, i) =>
    (i + 1) % 4 === 0 ? { ...layer, rotary: null } : layer,
  );
  return { ...made, layers };
};

const stablelm: GgufFamily = keys => {
  const made = decoder(keys, { ...qwenLike, norm: 'layer' });
  // A note of the converter, which need not be true: the tensors decide.
  keys.boolean('use_parallel_residual');
  if (keys.has('blk.0.ffn_norm.weight')) return made;
  return { ...made, block: { ...SERIAL, kind: 'parallel', before: 'shared' } };
};

export const FAMILIES: ReadonlyMap<string, GgufFamily> = new Map([
  ['llama', llama],
  ['qwen2', keys => decoder(keys, qwenLike)],
  ['qwen3', qwen3],
  ['gemma', keys => scaledBySize(decoder(keys, gemmaLike))],
  ['gemma2', gemma2],
  ['gemma3', gemma3],
  ['gpt2', withPositions],
  ['starcoder', withPositions],
  ['gptneox', gptneox],
  ['starcoder2', starcoder2],
  ['phi2', phi2],
  ['phi3', phi3],
  ['olmo', olmo],
  ['olmo2', olmo2],
  ['olmoe', olmoe],
  ['granite', granite],
  ['smollm3', smollm3],
  ['stablelm', stablelm],
]);
