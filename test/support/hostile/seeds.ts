// Small files of every kind that people open, each with the files around it that it is read with.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { goldenArchitecture, withVocabulary, writeCheckpoint } from '../checkpoints';
import { ggufOfFamily, goldenGgufs } from '../ggufFamilies';
import { writeDecoder } from '../graphs';
import { BYTE_VOCAB, writeModelFolder } from '../modelFolder';
import { golden } from '../paths';
import { SHARES } from './kinds';
import { archiveSeeds, traceSeeds } from './traceSeeds';

/** What reads it. */
export type Reader = 'trace' | 'tokenizer' | 'model' | 'autoencoder';

export interface Seed {
  readonly kind: string;
  readonly reader: Reader;
  /** Paths below a folder of its own, with what they hold. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** Those that are changed. */
  readonly changed: readonly string[];
  /** What is opened: a file, or '' for the folder. */
  readonly opened: string;
}

export function readSeeds(): ReadonlyMap<string, readonly Seed[]> {
  const byKind = new Map(Object.keys(SHARES).map(kind => [kind, [] as Seed[]]));
  for (const seed of allSeeds()) byKind.get(seed.kind)!.push(seed);
  return byKind;
}

function* allSeeds(): Generator<Seed> {
  for (const [name, content] of traceSeeds) yield alone('traces', 'trace', name, content);
  for (const [name, content] of archiveSeeds) yield alone('archives', 'trace', name, content);
  for (const folder of ['families', 'vocabularies', 'lookups'])
    for (const name of readdirSync(join(golden, folder)))
      yield alone('tokenizers', 'tokenizer', 'tokenizer.json', goldenFile(folder, name));
  for (const name of readdirSync(join(golden, 'pieces')))
    yield alone('tokenizers', 'tokenizer', 'tokenizer.model', goldenFile('pieces', name));
  for (const folder of readdirSync(join(golden, 'ranks')))
    for (const name of readdirSync(join(golden, 'ranks', folder)))
      yield alone('tokenizers', 'tokenizer', name, goldenFile('ranks', folder, name));
  const [plain, split] = [modelFiles('inside'), modelFiles('beside')];
  yield ofFolder(
    'tokenizers',
    'tokenizer',
    new Map([...plain, ...vocabAndMerges]),
    ['vocab.json', 'merges.txt', 'tokenizer_config.json'],
    ['tokenizer.json', 'model.onnx'],
  );
  const configs = [...plain.keys()].filter(name => name.endsWith('.json'));
  yield ofFolder('configs', 'model', plain, configs, ['model.onnx']);
  yield ofFolder('graphs', 'model', plain, ['model.onnx']);
  yield ofFolder('graphs', 'model', modelFiles('fused'), ['model.onnx']);
  const genai = modelFiles('genai');
  yield ofFolder('configs', 'model', genai, ['genai_config.json'], ['model.onnx']);
  yield ofFolder('graphs', 'model', genai, ['model.onnx']);
  yield ofFolder('weights', 'model', split, ['model.onnx.data', 'model.onnx']);
  for (const name of CHECKPOINTS) {
    const files = checkpointFiles(name);
    const weights = [...files.keys()].filter(each => each.startsWith('model'));
    yield ofFolder('checkpoints', 'model', files, ['config.json', ...weights]);
  }
  for (const bytes of ggufSeeds()) yield alone('ggufs', 'model', 'model.gguf', bytes);
  const formats = join(golden, 'sae/formats');
  for (const name of readdirSync(formats)) {
    if (!statSync(join(formats, name)).isDirectory()) continue;
    const files = filesOf(join(formats, name));
    const tensors = [...files.keys()].filter(each => /\.(?:safetensors|npz)$/.test(each));
    const others = [...files.keys()].filter(each => !tensors.includes(each));
    if (tensors.length > 0) yield ofFolder('weights', 'autoencoder', files, tensors);
    if (others.length > 0) yield ofFolder('autoencoders', 'autoencoder', files, others);
  }
  const sae = filesOf(join(formats, 'saelens-standard'));
  for (const [name, content] of labelFiles)
    yield ofFolder('labels', 'autoencoder', new Map([...sae, [name, content]]), [name]);
}

function alone(kind: string, reader: Reader, name: string, content: Buffer): Seed {
  return { kind, reader, files: new Map([[name, content]]), changed: [name], opened: name };
}

function ofFolder(
  kind: string,
  reader: Reader,
  all: ReadonlyMap<string, Buffer>,
  changed: readonly string[],
  without: readonly string[] = [],
): Seed {
  const files = new Map([...all].filter(([name]) => !without.includes(name)));
  return { kind, reader, files, changed, opened: '' };
}

const goldenFile = (...path: string[]) => readFileSync(join(golden, ...path));

function filesOf(folder: string): Map<string, Buffer> {
  return new Map(readdirSync(folder).map(name => [name, readFileSync(join(folder, name))]));
}

/**
 * A model folder with every file that one may have. `weights`: in the graph, beside it, in one with fused operators, or as
 * onnxruntime-genai writes them.
 */
function modelFiles(weights: 'inside' | 'beside' | 'fused' | 'genai'): Map<string, Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'seed-'));
  try {
    writeModelFolder(folder, { graph: false });
    const shape = { vocab: 257, hidden: 16, layers: 1, heads: 2, context: 64, windows: [5] };
    writeDecoder(folder, {
      ...shape,
      ...(weights === 'beside' && { dataFile: 'model.onnx.data' }),
      ...(weights === 'fused' && { attention: 'gqa', tied: true }),
      ...(weights === 'genai' && { attention: 'gqa', hidden: 32, rotary: true, head: 'Gemm' }),
    });
    const files = filesOf(folder);
    for (const [name, value] of Object.entries(moreConfigs))
      files.set(name, Buffer.from(JSON.stringify(value)));
    if (weights !== 'genai') return files;
    files.delete('config.json');
    return files.set('genai_config.json', Buffer.from(JSON.stringify(genaiConfig)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Of every way to keep weights and to spell a configuration. */
const CHECKPOINTS = [
  'llama',
  'llama, linear rotation in the oldest spelling, in shards',
  'qwen2, YaRN, in bfloat16',
  'gemma3_text',
  'gemma3_text, the old spelling',
  'gpt2',
  'gpt_neox',
  'phi3',
  'smollm3',
];

function checkpointFiles(name: string): Map<string, Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'seed-'));
  try {
    writeModelFolder(folder, { graph: false });
    writeCheckpoint(folder, withVocabulary(goldenArchitecture(name), BYTE_VOCAB));
    return filesOf(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Of both kinds of tokenizers, of blocks of every type, and with what few architectures have. */
function ggufSeeds(): Buffer[] {
  const names = ['llama', 'llama, every type', 'gemma3', 'phi3', 'qwen2, YaRN', 'gpt2'];
  const files = names.map(name => ggufOfFamily(goldenGgufs.cases[name]!));
  const pieces = Array.from({ length: 96 }, (_, i) => String.fromCodePoint(0x2581 + i));
  return [
    ...files,
    ggufOfFamily(goldenGgufs.cases.llama!, {
      'tokenizer.ggml.model': ['string', 'llama'],
      'tokenizer.ggml.tokens': ['list', 'string', pieces],
      'tokenizer.ggml.scores': ['list', 'f32', pieces.map((_, i) => -i)],
      'tokenizer.ggml.token_type': [
        'list',
        'i32',
        pieces.map((_, i) => (i === 5 ? 2 : i === 6 ? 4 : 1)),
      ],
      'tokenizer.ggml.add_space_prefix': ['bool', true],
      'tokenizer.ggml.fim_pre_token_id': ['u32', 7],
      'tokenizer.ggml.fim_suf_token_id': ['u32', 8],
      'tokenizer.ggml.fim_mid_token_id': ['u32', 9],
    }),
  ];
}

const genaiConfig = {
  model: {
    type: 'llama',
    context_length: 64,
    bos_token_id: 256,
    eos_token_id: [256],
    decoder: {
      filename: 'model.onnx',
      head_size: 16,
      hidden_size: 32,
      num_attention_heads: 2,
      num_hidden_layers: 1,
      num_key_value_heads: 2,
      sliding_window: { window_size: 5, slide_key_value_cache: false },
    },
  },
};

const moreConfigs = {
  'config.json': {
    model_type: 'gpt2',
    architectures: ['GPT2LMHeadModel'],
    max_position_embeddings: 64,
    hidden_size: 16,
    num_hidden_layers: 1,
    bos_token_id: 256,
    eos_token_id: [256],
    text_config: { max_position_embeddings: 64 },
  },
  'tokenizer_config.json': {
    bos_token: { content: '<|start|>' },
    eos_token: '<|start|>',
    added_tokens_decoder: { 256: { content: '<|start|>', special: true } },
  },
  'generation_config.json': { eos_token_id: [256] },
  'tokenscope.json': {
    start: '<|start|>',
    report: '../report.json',
    saes: ['sae'],
    pair: { positive: '../positive', negative: '.' },
    fim: { psm: '<|start|>{prefix}<|start|>{suffix}<|start|>', ends: ['<|start|>'] },
  },
};

const bytes = JSON.parse(goldenFile('vocabularies', 'falcon.json').toString('utf8')) as {
  model: { vocab: object; merges: (string | string[])[] };
};
const vocabAndMerges = new Map([
  ['vocab.json', Buffer.from(JSON.stringify(bytes.model.vocab))],
  [
    'merges.txt',
    Buffer.from(
      `#version: 0.2\n${bytes.model.merges.map(merge => [merge].flat().join(' ')).join('\n')}\n`,
    ),
  ],
]);

const labelRows = [
  {
    index: 0,
    description: 'closes a bracket',
    typeName: 'predicate-v1',
    predicate: 'text is ")" or next starts with "a"',
    precision: 0.9,
    recall: 0.5,
    n: 12,
    scores: [{ value: 0.7 }],
  },
  { feature: '1', description: 'numbers', explanationModelName: 'm', scores: [] },
];
const labelText = labelRows.map(row => JSON.stringify(row)).join('\n');
const labelFiles = new Map([
  ['labels.jsonl', Buffer.from(labelText)],
  ['labels.jsonl.gz', gzipSync(labelText)],
]);
