// LoRA adapters on tiny bases, against peft's merged ones (made by training/golden/adapters.py), and what is refused.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { UserError } from '../../../src/core/errors';
import { byteCharacters } from '../../../src/core/tokenizer/bpe/byteLevel';
import { describeFolder } from '../../../src/engine/models/places/folderDescription';
import { Place } from '../../../src/engine/models/places/place';
import { readModelFolder } from '../../../src/engine/models/modelFolder';
import {
  builtFromAdapter,
  readAdapter,
} from '../../../src/engine/models/sources/adapter/adapterSource';
import { OpenGraph } from '../../../src/engine/onnx/session/openGraph';
import {
  goldenArchitecture,
  stored,
  tensorNumbers,
  writeCheckpoint,
  writeSafetensors,
  type GoldenArchitecture,
} from '../../support/checkpoints';
import { golden } from '../../support/paths';

const TOLERANCE_NATS = 1e-4;
const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-adapters-'));
afterAll(() => rmSync(scratch, { recursive: true }));
beforeEach(() => vi.stubEnv('HF_HUB_CACHE', join(scratch, 'no cache')));
afterEach(() => vi.unstubAllEnvs());

interface GoldenAdapter extends Pick<GoldenArchitecture, 'tensors' | 'rows' | 'logprobs'> {
  readonly base: string;
  readonly config: Readonly<Record<string, unknown>>;
}

const { cases } = JSON.parse(readFileSync(join(golden, 'adapters.json'), 'utf8')) as {
  cases: Record<string, GoldenAdapter>;
};
const llama = cases.llama!;

/** A token for each of the first bytes. */
const tokenizerOfBytes = (count: number) =>
  JSON.stringify({
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
    model: {
      type: 'BPE',
      vocab: Object.fromEntries(byteCharacters.slice(0, count).map((each, id) => [each, id])),
      merges: [],
    },
  });

/** An adapter in a folder of its own beside its base, which is called so. */
function writeAdapter(
  { base, config, tensors }: GoldenAdapter,
  change: object = {},
  nameOf: (name: string) => string = name => name,
): string {
  const place = mkdtempSync(join(scratch, 'place-'));
  writeCheckpoint(join(place, 'base'), goldenArchitecture(base));
  const adapter = join(place, 'adapter');
  mkdirSync(adapter);
  writeFileSync(join(adapter, 'adapter_config.json'), JSON.stringify({ ...config, ...change }));
  const all = Object.entries(tensors).map(([name, how]) => ({
    name: nameOf(name),
    shape: how[0],
    ...stored(tensorNumbers(name, how)),
  }));
  writeSafetensors(join(adapter, 'adapter_model.safetensors'), all);
  return adapter;
}

function openAdapter(folder: string): Promise<OpenGraph> {
  const { path, config, base, baseWeights } = readAdapter(folder);
  const { architecture, built } = builtFromAdapter(path, config, base, baseWeights);
  return OpenGraph.open({
    folder,
    onnxPath: join(base, 'config.json'),
    built,
    contextTokens: architecture.contextTokens,
    hiddenSize: architecture.hiddenSize,
    layers: architecture.layers.length,
  });
}

async function furthestFrom(graph: OpenGraph, { base, rows, logprobs }: GoldenAdapter) {
  const inputs = Uint32Array.from(goldenArchitecture(base).ids);
  const vocab = graph.report.vocabSize;
  const cancel = new Int32Array(new SharedArrayBuffer(4));
  const request = { inputs, targets: inputs, from: 0, topK: vocab, cancel };
  const scores = await graph.score(request, new AbortController().signal, () => {});
  let furthest = 0;
  rows.forEach((row, i) => {
    for (let place = row * vocab; place < (row + 1) * vocab; place++) {
      const expected = logprobs[i]![scores.topIds[place]!]!;
      furthest = Math.max(furthest, Math.abs(scores.topLogprobs[place]! - expected));
    }
  });
  return furthest;
}

describe.each(Object.entries(cases))('%s', (name, adapter) => {
  test(`is as peft merges it within ${TOLERANCE_NATS} nats`, async () => {
    const graph = await openAdapter(writeAdapter(adapter));
    const furthest = await furthestFrom(graph, adapter);
    console.log(`${name}: ${furthest.toExponential(1)} nats`);
    expect(furthest).toBeLessThanOrEqual(TOLERANCE_NATS);
    const { report } = graph;
    expect(report.selfTest.filter(({ passed }) => !passed)).toEqual([]);
    expect([report.noTree, report.hooksMissing, report.warnings]).toEqual([
      undefined,
      undefined,
      [],
    ]);
    await graph.close();
  });
});

test('the names of older files are read', async () => {
  const older = (name: string) => name.replace(/\.lora_([AB])\./, '.lora_$1.default.');
  const graph = await openAdapter(writeAdapter(llama, {}, older));
  expect(await furthestFrom(graph, llama)).toBeLessThanOrEqual(TOLERANCE_NATS);
  await graph.close();
});

describe('its base', () => {
  const baseOf = (folder: string) => readAdapter(folder).base;

  test('is one of that name beside it, a path, one in the cache of the hub, or the one that is named', () => {
    const beside = writeAdapter(llama, { base_model_name_or_path: 'org/base' });
    expect(baseOf(beside)).toBe(join(beside, '../base'));
    const path = writeAdapter(llama, { base_model_name_or_path: '../base' });
    expect(baseOf(path)).toBe(join(path, '../base'));
    const absolute = writeAdapter(llama, { base_model_name_or_path: join(beside, '../base') });
    expect(baseOf(absolute)).toBe(join(beside, '../base'));
    const hub = writeAdapter(llama, { base_model_name_or_path: 'org/other' });
    const commit = 'a'.repeat(40);
    const repository = join(scratch, 'cache/models--org--other');
    writeCheckpoint(join(repository, 'snapshots', commit), goldenArchitecture(llama.base));
    vi.stubEnv('HF_HUB_CACHE', join(scratch, 'cache'));
    expect(baseOf(hub)).toBe(join(repository, 'snapshots', commit));
    writeFileSync(join(hub, 'tokenscope.json'), JSON.stringify({ base: '../base' }));
    expect(baseOf(hub)).toBe(join(hub, '../base'));
    writeFileSync(join(hub, 'tokenscope.json'), JSON.stringify({ base: 'nowhere' }));
    expect(() => baseOf(hub)).toThrow(/names "nowhere" as its "base", where there is no config/);
  });

  test('is said by name where it is not here; nothing is asked for over a network', () => {
    const adapter = writeAdapter(llama, { base_model_name_or_path: 'org/absent' });
    expect(() => baseOf(adapter)).toThrow(
      /is an adapter for org\/absent, which is not on this machine\. Download it with `tokenscope get org\/absent`/,
    );
    const share = writeAdapter(llama, { base_model_name_or_path: '\\\\host\\share\\base' });
    expect(() => baseOf(share)).toThrow(UserError);
    const other = writeCheckpoint(join(scratch, 'other'), goldenArchitecture(llama.base));
    expect(baseOf(writeAdapter(llama, { base_model_name_or_path: other }))).toBe(other);
    const server = writeAdapter(llama, { base_model_name_or_path: `/${other}` });
    expect(() => baseOf(server)).toThrow(/not on this machine/);
  });
});

describe('an adapter beside a config.json', () => {
  const ofItself = (base: string) => {
    const adapter = writeAdapter(llama);
    const { config } = goldenArchitecture(llama.base);
    writeFileSync(join(adapter, 'config.json'), JSON.stringify(config));
    writeFileSync(join(adapter, 'tokenscope.json'), JSON.stringify({ base }));
    return adapter;
  };

  test('is not its own base, whatever its folder is called', () => {
    const adapter = ofItself('./linked');
    symlinkSync(adapter, join(adapter, 'linked'), 'junction');
    const message =
      /tokenscope\.json names the adapter's own folder as its "base"\. Give the folder/;
    expect(() => readAdapter(adapter)).toThrow(message);
    expect(describeFolder(new Place('recent', adapter), adapter)).toMatchObject({
      opens: 'no',
      why: expect.stringMatching(message),
    });
  });

  test('is a checkpoint where it has an index of shards, too', () => {
    const adapter = ofItself('.');
    writeFileSync(join(adapter, 'model.safetensors.index.json'), '{}');
    writeFileSync(join(adapter, 'tokenizer.json'), tokenizerOfBytes(96));
    expect(describeFolder(new Place('recent', adapter), adapter)).toMatchObject({
      format: 'safetensors',
      family: 'llama',
    });
  });
});

describe('what is not LoRA as its paper has it is refused by name:', () => {
  test.each([
    ['DoRA', { use_dora: true }, /"use_dora": true/],
    ['IA3', { peft_type: 'IA3' }, /"peft_type": "IA3"/],
    ['biases', { bias: 'lora_only' }, /"bias": "lora_only"/],
    ['PiSSA', { init_lora_weights: 'pissa_niter_4' }, /"init_lora_weights": "pissa_niter_4"/],
    ['factors by module', { alpha_pattern: { q_proj: 4 } }, /"alpha_pattern"/],
    ['a key of later versions', { use_something: { a: 1 } }, /"use_something"/],
    ['no factor', { lora_alpha: null }, /"lora_alpha": null/],
  ])('%s', (_, change, message) => {
    expect(() => readAdapter(writeAdapter(llama, change))).toThrow(message);
  });

  test.each([
    ['base_model.model.model.embed_tokens.lora_embedding_A', [4, 96], /is not supported/],
    ['base_model.model.lm_head.lora_A.weight', [4, 32], /changes the LM head/],
    [
      'base_model.model.model.layers.9.self_attn.q_proj.lora_A.weight',
      [4, 32],
      /its base does not have/,
    ],
    ['base_model.model.model.layers.0.self_attn.k_proj.lora_A.weight', [4, 32], /not both parts/],
    ['transformer.h.0.weight', [4], /not part of a PEFT adapter/],
  ])('the tensor %s', (name, shape, message) => {
    const tensors = { ...llama.tensors, [name]: [shape, 0, 1] as [number[], number, number] };
    const { path, config, base, baseWeights } = readAdapter(writeAdapter({ ...llama, tensors }));
    expect(() => builtFromAdapter(path, config, base, baseWeights)).toThrow(message);
  });

  test('a rank that does not fit, and a table of tokens that is the head, too', () => {
    const open = (given: GoldenAdapter) => {
      const { path, config, base, baseWeights } = readAdapter(writeAdapter(given));
      return () => builtFromAdapter(path, config, base, baseWeights);
    };
    const q = 'base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight';
    const wrong = { ...llama, tensors: { ...llama.tensors, [q]: [[32, 5], 0, 1] as never } };
    expect(open(wrong)).toThrow(/they do not fit each other/);
    const wide = { ...llama, tensors: { ...llama.tensors, [q]: [[48, 4], 0, 1] as never } };
    expect(open(wide)).toThrow(/has the shape 48 × 4, and the model's configuration needs 32 × 4/);
    const saves = Object.values(cases).find(each => each.config.modules_to_save)!;
    const { 'base_model.model.lm_head.weight': _, ...rest } = saves.tensors;
    expect(open({ ...saves, tensors: rest })).toThrow(/the same table as its head/);
  });

  test('a pickle, and a base without a checkpoint', () => {
    const pickled = writeAdapter(llama);
    rmSync(join(pickled, 'adapter_model.safetensors'));
    writeFileSync(join(pickled, 'adapter_model.bin'), '');
    expect(() => readAdapter(pickled)).toThrow(
      /is a pickle, which can run code, and is not loaded/,
    );
    const exported = writeAdapter(llama);
    rmSync(join(exported, '../base/model.safetensors'));
    expect(() => readAdapter(exported)).toThrow(/with a checkpoint of its base/);
  });
});

test('a folder opens with the tokenizer of its base, or its own, and is described', () => {
  const adapter = writeAdapter(llama);
  writeFileSync(join(adapter, '../base/tokenizer.json'), tokenizerOfBytes(96));
  const opened = readModelFolder(adapter);
  expect(opened).toMatchObject({ name: 'adapter', path: adapter, weightsMissing: '' });
  expect(opened.weights?.path).toBe(join(adapter, 'adapter_model.safetensors'));
  expect(readModelFolder(join(adapter, 'adapter_config.json')).weights).toEqual(opened.weights);
  writeFileSync(join(adapter, 'tokenizer.json'), tokenizerOfBytes(90));
  expect(readModelFolder(adapter).tokenizer.vocabSize).toBe(90);
  const described = describeFolder(new Place('recent', adapter), adapter);
  expect(described).toMatchObject({ opens: 'model', quantisation: 'F32 + LoRA', family: 'llama' });
  rmSync(join(adapter, '../base'), { recursive: true });
  expect(describeFolder(new Place('recent', adapter), adapter)).toMatchObject({
    opens: 'no',
    why: expect.stringMatching(/^It is an adapter for tiny\/base, which is not on this machine/),
  });
});
