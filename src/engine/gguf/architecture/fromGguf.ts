// The architecture of a GGUF file, or why it is none that can be opened.
import { UserError } from '../../../core/errors';
import type { Architecture } from '../../models/architecture/architecture';
import { FAMILIES } from './families';
import { GgufKeys, type GgufContent } from './ggufKeys';

const MIXTURE = 'a mixture of experts';
const RECURRENT = 'a recurrent model without attention over the text';
const ENCODER = 'an encoder, which does not predict the next token';
const IMAGES = 'the image part of a language model: choose the file of the language model';

/** What is known, and not computed here. */
const OTHERS: readonly (readonly [why: string, names: string])[] = [
  [IMAGES, 'clip'],
  [
    ENCODER,
    'bert nomic-bert nomic-bert-moe jina-bert-v2 jina-bert-v3 modern-bert neo-bert eurobert t5encoder gemma-embedding',
  ],
  ['an encoder with a decoder', 't5'],
  ['a model of speech', 'wavtokenizer-dec'],
  [
    MIXTURE,
    'qwen2moe qwen3moe llama4 deepseek deepseek2 gpt-oss dbrx grok arctic granitemoe glm4moe ernie4_5-moe bailingmoe bailingmoe2 hunyuan-moe minimax-m2 phimoe',
  ],
  [
    RECURRENT,
    'mamba mamba2 rwkv6 rwkv6qwen2 rwkv7 arwkv7 jamba falcon-h1 granitehybrid plamo2 lfm2 lfm2moe nemotron_h qwen3next qwen35 qwen35moe kimi-linear',
  ],
  ['a model with multi-dimensional positions', 'qwen2vl qwen3vl qwen3vlmoe'],
  ['a model with attention biased by distance (ALiBi)', 'bloom mpt refact jais baichuan'],
  ['a model with per-layer embeddings', 'gemma3n gemma4'],
  ['a model with parallel attention and separate norms', 'command-r cohere2 falcon'],
  ['a diffusion model', 'dream llada llada-moe'],
];

/** `general.type` of files that are no model by themselves. */
const TYPES = new Map([
  ['adapter', 'a LoRA adapter: merge it with its base model first'],
  ['mmproj', IMAGES],
  ['imatrix', 'quantisation statistics (imatrix), not a model'],
  ['vocab', 'a vocabulary without weights'],
  ['dataset', 'a dataset, not a model'],
  ['controlvector', 'a control vector for another model'],
]);

/** Throws `UserError` that names the file, and the key or the tensor where one is the reason. */
export function fromGguf(content: GgufContent): Architecture {
  const { metadata, name } = content;
  const type = TYPES.get(metadata.string('general.type') ?? '');
  if (type) throw new UserError(`${name} is ${type}.`);
  const keys = new GgufKeys(content);
  const family = FAMILIES.get(keys.family);
  if (!family) throw new UserError(`${name} ${whyNot(keys.family)}.`);
  const pooling = metadata.values.get(`${keys.family}.pooling_type`) ?? 0;
  if (pooling !== 0 || metadata.values.get(`${keys.family}.attention.causal`) === false)
    throw new UserError(`${name} is an embedding model: ${ENCODER}.`);
  const architecture = family(keys);
  keys.checkAllRead();
  return architecture;
}

function whyNot(architecture: string): string {
  const known = OTHERS.find(([, names]) => names.split(' ').includes(architecture));
  const list = [...FAMILIES.keys()].join(', ');
  if (known?.[0] === IMAGES) return `is ${IMAGES}`;
  const is = known
    ? `is of the architecture ${architecture}, ${known[0]}`
    : `is of the architecture ${JSON.stringify(architecture)}`;
  return `${is}; supported: ${list}`;
}
