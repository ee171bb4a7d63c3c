// Which files of a repository are needed: one kind of weights in one precision, with what it needs.
import { expect, test } from 'vitest';
import { UserError } from '../../src/core/errors';
import { repositoryNameOf } from '../../src/hub/names';
import { planDownload } from '../../src/hub/plan';
import type { Repository } from '../../src/hub/repository';
import { chooseWeights, weightsOf } from '../../src/hub/weights';

function repository(...names: string[]): Repository {
  return {
    name: 'owner/model',
    revision: 'main',
    commit: 'a'.repeat(40),
    licence: 'mit',
    isGated: false,
    files: names.map((name, i) => ({
      name,
      bytes: i + 1,
      checksum: { kind: 'git', hex: String(i).padStart(40, '0') },
    })),
  };
}

const neededOf = (names: string[], wanted?: string) =>
  planDownload(repository(...names), '/nowhere', wanted)
    .files.map(({ name }) => name)
    .sort();

const TOKENIZER = ['tokenizer.json', 'tokenizer_config.json'];
const CONFIG = ['README.md', 'config.json', 'generation_config.json', 'tokenscope.json'];
const OTHERS = ['vocab.json', 'merges.txt', 'tokenizer.model', 'optimizer.pt'];
const BESIDE = [...CONFIG, ...TOKENIZER].sort();

test('one checkpoint of several formats', () => {
  const graphs = ['onnx/model.onnx', 'onnx/model_q4.onnx', 'onnx/model_q4.onnx_data'];
  const names = [...BESIDE, ...OTHERS, 'model.safetensors', 'pytorch_model.bin', ...graphs];
  expect(neededOf(names)).toEqual([...BESIDE, 'model.safetensors'].sort());
  expect(neededOf(names, 'onnx')).toEqual([...BESIDE, 'onnx/model.onnx'].sort());
  expect(neededOf(names, 'q4')).toEqual([...BESIDE, ...graphs.slice(1)].sort());
  expect(neededOf(names, 'none')).toEqual(BESIDE);
});

test('shards with their index, all of them or none', () => {
  const shards = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
  const index = 'model.safetensors.index.json';
  expect(neededOf([...BESIDE, index, ...shards])).toEqual([...BESIDE, index, ...shards].sort());
  expect(weightsOf(repository(index, shards[1]!).files)).toEqual([]);
  expect(weightsOf(repository(...shards).files)).toEqual([]);
});

test('graphs by how close they are to the trained model, with their tensors', () => {
  const names = [
    'onnx/model_quantized.onnx',
    'onnx/model_q4f16.onnx',
    'onnx/model_fp16.onnx',
    'onnx/model_fp16.onnx_data',
    'onnx/model_fp16.onnx_data_1',
    'onnx/model_q4.onnx',
    'onnx/decoder_model_merged.onnx',
  ];
  const all = weightsOf(repository(...names).files);
  expect(all.map(({ name }) => name)).toEqual([
    'onnx/model_fp16.onnx',
    'onnx/model_q4.onnx',
    'onnx/model_q4f16.onnx',
    'onnx/model_quantized.onnx',
  ]);
  expect(all[0]!.files.map(({ name }) => name)).toEqual(names.slice(2, 5));
  expect(chooseWeights(repository(...names), 'q4').name).toBe('onnx/model_q4.onnx');
});

test('a folder of onnxruntime-genai', () => {
  const names = ['genai_config.json', 'model.onnx', 'model.onnx.data', 'tokenizer.json'];
  expect(neededOf(names)).toEqual(names);
});

test('one GGUF file, or all its parts, and nothing beside it', () => {
  const names = [
    'm-IQ2_XS.gguf',
    'm-Q4_K_M.gguf',
    'm-Q8_0.gguf',
    'm-BF16-00001-of-00002.gguf',
    'm-BF16-00002-of-00002.gguf',
    'm-F16-00001-of-00002.gguf',
    'mmproj-m-F16.gguf',
    ...BESIDE,
  ];
  expect(weightsOf(repository(...names).files).map(({ name }) => name)).toEqual([
    'm-Q8_0.gguf',
    'm-Q4_K_M.gguf',
    'm-BF16-00001-of-00002.gguf',
  ]);
  expect(neededOf(names)).toEqual(['README.md', 'm-Q8_0.gguf']);
  expect(neededOf(names, 'q4_k_m')).toEqual(['README.md', 'm-Q4_K_M.gguf']);
  expect(neededOf(names, 'BF16')).toEqual(['README.md', ...names.slice(3, 5)]);
  const plan = planDownload(repository(...names), '/nowhere');
  expect(plan.path).toMatch(/models--owner--model.snapshots.a{40}.m-Q8_0\.gguf$/);
});

test.each([
  'mmproj-F16.gguf',
  'm.mmproj-Q8_0.gguf',
  'm-mmproj.gguf',
  'm_mmproj-v1.5.Q8_0.gguf',
  'mmproj/m-Q8_0.gguf',
  'mtp-m-Q8_0.gguf',
])('%s is a part of a model, and not weights', name => {
  const whole = 'M-MTP-Q4_0.gguf';
  expect(weightsOf(repository(name, whole).files).map(each => each.name)).toEqual([whole]);
});

test('an adapter, whose base is another repository', () => {
  const files = ['adapter_config.json', 'adapter_model.safetensors'];
  expect(neededOf([...files, 'training_args.bin'])).toEqual(files);
  expect(neededOf([...files, 'tokenizer.json', 'README.md'])).toEqual([
    'README.md',
    ...files,
    'tokenizer.json',
  ]);
  // A whole model with one is a model.
  expect(neededOf([...files, ...BESIDE, 'model.safetensors'])).toEqual(
    [...BESIDE, 'model.safetensors'].sort(),
  );
});

test('the smallest complete tokenizer', () => {
  const weights = 'model.safetensors';
  expect(neededOf([weights, 'vocab.json', 'merges.txt', 'tokenizer.model'])).toEqual([
    'merges.txt',
    weights,
    'vocab.json',
  ]);
  expect(neededOf([weights, 'vocab.json', 'tokenizer.model'])).toEqual([
    weights,
    'tokenizer.model',
  ]);
});

test.each([
  [['README.md'], undefined, 'there is no model.safetensors'],
  [['pytorch_model.bin'], undefined, 'pytorch_model.bin, a pickle that can run code'],
  [['adapter_config.json', 'adapter_model.bin'], undefined, 'it holds an adapter'],
  [['onnx/decoder_model_merged.onnx'], undefined, 'its graph is a merged decoder'],
  [['m-IQ1_S.gguf'], undefined, 'of types that are not read'],
  [['m-Q4_0.gguf', 'm-Q4_1.gguf'], 'm', 'matches several weights'],
  [['m-Q4_0.gguf', 'm-Q4_1.gguf'], 'q5', 'Available: m-Q4_1.gguf, m-Q4_0.gguf.'],
  [['m-Q4_0.gguf'], '.*', 'has no weights ".*"'],
  [['README.md'], 'none', 'has no supported tokenizer'],
  [['model.safetensors', 'config.json'], undefined, 'has no supported tokenizer'],
])('%j with %j is refused', (names, wanted, words) => {
  const plan = () => planDownload(repository(...names), '/nowhere', wanted);
  expect(plan).toThrow(UserError);
  expect(plan).toThrow(words);
});

test.each([
  'owner/model',
  'hf:owner/model',
  ' https://hub/owner/model/ ',
  'https://hub/owner/model/tree/main?x',
])('%s is owner/model', text => expect(repositoryNameOf(text, 'https://hub')).toBe('owner/model'));
