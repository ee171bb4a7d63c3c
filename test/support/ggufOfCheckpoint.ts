// The tiny checkpoints of checkpoints.ts as llama.cpp's converter would write them (convert_hf_to_gguf.py): other names,
// Gemma's norms as 1 + w, GPT-2's products transposed, GPT-NeoX' heads sorted into queries, keys and values.
import { stored, tensorNumbers, type GoldenArchitecture } from './checkpoints';
import { ggufBytes, type GgufValueToWrite, type TensorToWrite } from './gguf';
import { vocabularyOfCharacters } from './ggufFamilies';

/** In order: the first that fits. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/^(model\.embed_tokens|transformer\.wte|gpt_neox\.embed_in)$/, 'token_embd'],
  [/^transformer\.wpe$/, 'position_embd'],
  [
    /^(model\.norm|model\.final_layernorm|transformer\.ln_f|gpt_neox\.final_layer_norm)$/,
    'output_norm',
  ],
  [/^(lm_head|embed_out)$/, 'output'],
  [/\.(input_layernorm|ln_1)$/, 'attn_norm'],
  [/\.(attn\.c_attn|attention\.query_key_value)$/, 'attn_qkv'],
  [/\.(attn\.c_proj|attention\.dense|self_attn\.dense|self_attn\.o_proj)$/, 'attn_output'],
  [/\.self_attn\.q_proj$/, 'attn_q'],
  [/\.self_attn\.k_proj$/, 'attn_k'],
  [/\.self_attn\.v_proj$/, 'attn_v'],
  [/\.self_attn\.q_norm$/, 'attn_q_norm'],
  [/\.self_attn\.k_norm$/, 'attn_k_norm'],
  [/\.(pre_feedforward_layernorm|ln_2)$/, 'ffn_norm'],
  [/\.post_feedforward_layernorm$/, 'post_ffw_norm'],
  [/\.gate_proj$/, 'ffn_gate'],
  [/\.(up_proj|mlp\.c_fc|mlp\.fc1|mlp\.dense_h_to_4h)$/, 'ffn_up'],
  [/\.(down_proj|mlp\.c_proj|mlp\.fc2|mlp\.dense_4h_to_h)$/, 'ffn_down'],
];

const TYPES = { F32: 0, F16: 1, BF16: 30 };

/** `keys`: of the architecture. */
export function ggufOfCheckpoint(
  golden: GoldenArchitecture,
  architecture: string,
  keys: Readonly<Record<string, GgufValueToWrite>>,
): Buffer {
  const own = Object.entries(keys).map(([key, value]) => [`${architecture}.${key}`, value]);
  return ggufBytes({
    metadata: {
      ...vocabularyOfCharacters,
      'general.architecture': ['string', architecture],
      ...(Object.fromEntries(own) as Record<string, GgufValueToWrite>),
    },
    tensors: Object.keys(golden.tensors).map(name => converted(golden, architecture, name)),
  });
}

function converted(
  { tensors, dtype, config }: GoldenArchitecture,
  architecture: string,
  name: string,
): TensorToWrite {
  const how = tensors[name]!;
  let [shape] = how;
  let values = tensorNumbers(name, how);
  const [, stem, part] = /^(.*)\.(weight|bias)$/.exec(name)!;
  if (architecture.startsWith('gemma') && stem!.endsWith('norm'))
    values = values.map(each => each + 1);
  if (architecture === 'gpt2' && /c_(attn|proj|fc)$/.test(stem!) && part === 'weight') {
    values = exchanged(values, [shape[0]!, shape[1]!, 1]);
    shape = shape.toReversed();
  }
  if (stem!.endsWith('query_key_value')) {
    const heads = config.num_attention_heads as number;
    const rest = values.length / heads / 3;
    values = exchanged(values, [heads, 3, rest]);
  }
  const { dtype: type, data } = stored(values, dtype);
  const layer = /\.(\d+)\./.exec(name)?.[1];
  const own = `${nameOf(stem!, architecture)}.${part}`;
  return {
    name: layer === undefined ? own : `blk.${layer}.${own}`,
    shape,
    type: TYPES[type as keyof typeof TYPES],
    bytes: data,
  };
}

function nameOf(stem: string, architecture: string): string {
  if (stem.endsWith('.post_attention_layernorm'))
    return /^gemma[23]$/.test(architecture) ? 'post_attention_norm' : 'ffn_norm';
  const found = NAMES.find(([pattern]) => pattern.test(stem));
  if (!found) throw new Error(`no name for ${stem}`);
  return found[1];
}

/** Of three dimensions, the first two exchanged. */
function exchanged(
  values: Float32Array,
  [a, b, c]: readonly [number, number, number],
): Float32Array {
  const out = new Float32Array(values.length);
  for (let i = 0; i < a; i++)
    for (let j = 0; j < b; j++)
      out.set(values.subarray((i * b + j) * c, (i * b + j + 1) * c), (j * a + i) * c);
  return out;
}
