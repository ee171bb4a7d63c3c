// What the checkpoints of each family call their tensors.
import type { Architecture } from '../../architecture/architecture';
import type { WeightName, Weights } from '../../architecture/weights';

export interface NamedTensor {
  /** Without the prefix of the body or the head. */
  readonly tensor: string;
  /** Some of its rows: [from, to) of `of`; of a tensor of three dimensions the first two count them. */
  readonly rows?: { readonly from: number; readonly to: number; readonly of: number };
  readonly isTransposed?: boolean;
  /** Where a checkpoint that has no such tensor has the same. */
  readonly otherwise?: NamedTensor;
}

export interface TensorNames {
  /** Before names of the body, where a checkpoint is as its family's model saves it. */
  readonly body: string;
  /** Of the head's product, which has no prefix. */
  readonly head: string;
  readonly queryKeyValue: Weights['queryKeyValue'];
  named(name: WeightName, architecture: Architecture): NamedTensor;
  /** Names, without prefix, of what is computed anew and not read. */
  readonly ignored: RegExp;
}

type Roles = Readonly<Partial<Record<WeightName['role'], string>>>;

/** Of Llama; layers are `layers.N.` */
const LLAMA: Roles = {
  tokens: 'embed_tokens',
  finalNorm: 'norm',
  attentionNorm: 'input_layernorm',
  query: 'self_attn.q_proj',
  key: 'self_attn.k_proj',
  value: 'self_attn.v_proj',
  queryNorm: 'self_attn.q_norm',
  keyNorm: 'self_attn.k_norm',
  attentionOutput: 'self_attn.o_proj',
  mlpNorm: 'post_attention_layernorm',
  gate: 'mlp.gate_proj',
  up: 'mlp.up_proj',
  down: 'mlp.down_proj',
};

const POST_NORMED: Roles = {
  ...LLAMA,
  attentionPostNorm: 'post_attention_layernorm',
  mlpNorm: 'pre_feedforward_layernorm',
  mlpPostNorm: 'post_feedforward_layernorm',
};

const NEOX: Roles = {
  tokens: 'embed_in',
  finalNorm: 'final_layer_norm',
  attentionNorm: 'input_layernorm',
  queryKeyValue: 'attention.query_key_value',
  attentionOutput: 'attention.dense',
  mlpNorm: 'post_attention_layernorm',
  up: 'mlp.dense_h_to_4h',
  down: 'mlp.dense_4h_to_h',
};

const GPT2: Roles = {
  tokens: 'wte',
  positions: 'wpe',
  finalNorm: 'ln_f',
  attentionNorm: 'ln_1',
  queryKeyValue: 'attn.c_attn',
  attentionOutput: 'attn.c_proj',
  mlpNorm: 'ln_2',
  up: 'mlp.c_fc',
  down: 'mlp.c_proj',
};

/** `layers`: before a layer's number. */
function names(
  roles: Roles,
  options: Partial<TensorNames> & { layers?: string } = {},
): TensorNames {
  return {
    body: 'model.',
    head: 'lm_head',
    queryKeyValue: 'apart',
    ignored: /rotary_emb\.inv_freq$/,
    named: name => ({ tensor: tensorOf(roles, name, options.layers ?? 'layers') }),
    ...options,
  };
}

function tensorOf(roles: Roles, { layer, role, part }: WeightName, layers: string): string {
  const own = roles[role];
  if (own === undefined) throw new RangeError(`no name for ${role}`);
  return [...(layer === null ? [] : [layers, layer]), own, part].join('.');
}

/**
 * Products of each expert, called `own`; or those of all experts in one tensor without ".weight", as transformers 5 keeps
 * them in memory: gates and ups of one expert after those of the one before, and the same for downs.
 */
function expertNames(block: string, own: Record<'gate' | 'up' | 'down', string>): TensorNames {
  const named: TensorNames['named'] = (name, { mlp, hiddenSize, layers }) => {
    const { layer, role, expert = 0, part } = name;
    const at = (inBlock: string) => `layers.${layer}.${inBlock}`;
    if (role === 'router')
      return { tensor: at(`${block}.gate.${part}`), otherwise: { tensor: at(`mlp.gate.${part}`) } };
    if (role !== 'gate' && role !== 'up' && role !== 'down')
      return { tensor: tensorOf(LLAMA, name, 'layers') };
    const isDown = role === 'down';
    const sizes = isDown ? [hiddenSize] : [mlp.innerSize, mlp.innerSize];
    const count = layers[layer!]!.routing!.experts;
    const ofAll = Array.from({ length: count }, () => sizes).flat();
    const rows = rowsOf(ofAll, expert * sizes.length + (role === 'up' ? 1 : 0));
    const together = `mlp.experts.${isDown ? 'down_proj' : 'gate_up_proj'}`;
    return {
      tensor: at(`${block}.experts.${expert}.${own[role]}.${part}`),
      otherwise: { tensor: at(together), rows },
    };
  };
  return names(LLAMA, { named });
}

/** Rows of the parts of a product, one after the other. */
function rowsOf(sizes: readonly number[], index: number): NonNullable<NamedTensor['rows']> {
  const sum = (parts: readonly number[]) => parts.reduce((total, size) => total + size, 0);
  const from = sum(sizes.slice(0, index));
  return { from, to: from + sizes[index]!, of: sum(sizes) };
}

function queryKeyValueSizes({ attention }: Architecture): number[] {
  const { heads, keyValueHeads, headSize } = attention;
  return [heads, keyValueHeads, keyValueHeads].map(count => count * headSize);
}

const QUERY_KEY_VALUE: readonly WeightName['role'][] = ['query', 'key', 'value'];
const GATE_UP: readonly WeightName['role'][] = ['gate', 'up'];

const gpt2: TensorNames = names(GPT2, {
  body: 'transformer.',
  queryKeyValue: 'blocks',
  ignored: /\battn\.(bias|masked_bias)$/,
  named: name => ({
    tensor: tensorOf(GPT2, name, 'h'),
    isTransposed:
      name.part === 'weight' &&
      ['queryKeyValue', 'attentionOutput', 'up', 'down'].includes(name.role),
  }),
});

/** StarCoder 1: rows of all queries, then the key and the value that they share; else head by head. */
const bigCode = (isShared: boolean): TensorNames =>
  names(GPT2, {
    body: 'transformer.',
    queryKeyValue: isShared ? 'apart' : 'heads',
    ignored: /\battn\.(bias|masked_bias)$/,
    named(name, architecture) {
      const part = QUERY_KEY_VALUE.indexOf(name.role);
      if (part < 0) return { tensor: tensorOf(GPT2, name, 'h') };
      return {
        tensor: tensorOf(GPT2, { ...name, role: 'queryKeyValue' }, 'h'),
        rows: rowsOf(queryKeyValueSizes(architecture), part),
      };
    },
  });

const phi3: TensorNames = names(LLAMA, {
  named(name, architecture) {
    const { mlp } = architecture;
    const part = QUERY_KEY_VALUE.indexOf(name.role);
    const half = GATE_UP.indexOf(name.role);
    const at = (tensor: string) => `layers.${name.layer}.${tensor}.${name.part}`;
    if (part >= 0) {
      const rows = rowsOf(queryKeyValueSizes(architecture), part);
      return { tensor: at('self_attn.qkv_proj'), rows };
    }
    if (half >= 0) {
      const rows = rowsOf([mlp.innerSize, mlp.innerSize], half);
      return { tensor: at('mlp.gate_up_proj'), rows };
    }
    return { tensor: tensorOf(LLAMA, name, 'layers') };
  },
});

const FAMILIES: Readonly<Record<string, TensorNames>> = {
  gemma2: names(POST_NORMED),
  gemma3_text: names(POST_NORMED),
  olmo2: names(POST_NORMED),
  olmo3: names(POST_NORMED),
  phi: names({
    ...LLAMA,
    finalNorm: 'final_layernorm',
    attentionOutput: 'self_attn.dense',
    up: 'mlp.fc1',
    down: 'mlp.fc2',
  }),
  starcoder2: names({ ...LLAMA, up: 'mlp.c_fc', down: 'mlp.c_proj' }),
  mixtral: expertNames('block_sparse_moe', { gate: 'w1', up: 'w3', down: 'w2' }),
  olmoe: expertNames('mlp', { gate: 'gate_proj', up: 'up_proj', down: 'down_proj' }),
  phi3,
  gpt2,
  gpt_neox: names(NEOX, {
    body: 'gpt_neox.',
    head: 'embed_out',
    queryKeyValue: 'heads',
    ignored: /\battention\.(bias|masked_bias|rotary_emb\.inv_freq)$/,
  }),
};

/** Of one of `families`; all others are called as Llama's. */
export function tensorNames({ family, attention }: Architecture): TensorNames {
  if (family === 'gpt_bigcode') return bigCode(attention.keyValueHeads < attention.heads);
  return (Object.hasOwn(FAMILIES, family) ? FAMILIES[family] : undefined) ?? names(LLAMA);
}
