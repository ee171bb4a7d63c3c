// Folders as exporters to ONNX write them: several dtypes of one model, and those of onnxruntime-genai.
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Model } from '../../../src/engine/models/model';
import { readModelFolder } from '../../../src/engine/models/modelFolder';
import { findGraph } from '../../../src/engine/models/sources/onnx/graphFiles';
import type { Graph } from '../../../src/engine/onnx/graph/graph';
import { parseModel } from '../../../src/engine/onnx/graph/readGraph';
import { writeModel } from '../../../src/engine/onnx/graph/writeGraph';
import { OpenGraph } from '../../../src/engine/onnx/session/openGraph';
import { SAMPLE_TEXT } from '../../../src/engine/models/sampleText';
import { RuntimeClient } from '../../../src/engine/onnx/session/runtimeClient';
import { bundleEngine } from '../../support/engineBundle';
import { fakeBackend } from '../../support/fakeBackend';
import { writeDecoder } from '../../support/graphs';
import { BYTE_VOCAB, writeModelFolder } from '../../support/modelFolder';

const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-exports-'));
let count = 0;
afterAll(() => rmSync(scratch, { recursive: true }));

const GB = 1e9;

/** A model's folder with sparse files of these sizes. */
function folderWith(sizes: Record<string, number>): string {
  const folder = writeModelFolder(join(scratch, String(count++)), { graph: false });
  mkdirSync(join(folder, 'onnx'));
  for (const [name, size] of Object.entries(sizes)) {
    writeFileSync(join(folder, name), '');
    truncateSync(join(folder, name), size);
  }
  return folder;
}

describe('of several dtypes', () => {
  const all = {
    'onnx/model.onnx': 1e6,
    'onnx/model.onnx_data': 2 * GB,
    'onnx/model.onnx_data_1': GB,
    'onnx/model_fp16.onnx': 1e6,
    'onnx/model_fp16.onnx_data': 1.5 * GB,
    'onnx/model_q4.onnx': GB,
    'onnx/model_quantized.onnx': GB,
  };

  test('float32 is taken where it fits into half of the memory, else 4 bits, else half precision', () => {
    const folder = folderWith(all);
    const open = (memory: number, without: string[] = []) => {
      for (const name of without) rmSync(join(folder, 'onnx', name));
      return findGraph(folder, undefined, memory * GB)?.dtype;
    };
    expect(open(7)).toBe('fp32');
    // The second file of weights makes it too large.
    expect(open(5)).toBe('q4');
    expect(open(5, ['model_q4.onnx'])).toBe('fp16');
    expect(open(7)).toBe('fp32');
    expect(open(5, ['model_fp16.onnx', 'model_quantized.onnx'])).toBe('fp32');
  });

  test('the one of the setting is taken, and the others are named', () => {
    const folder = folderWith(all);
    const { weights, warnings } = readModelFolder(folder, 'fp16');
    expect(weights).toMatchObject({
      path: join(folder, 'onnx', 'model_fp16.onnx'),
      dtype: 'fp16',
      otherDtypes: ['fp32', 'q4', 'q8'],
    });
    expect(warnings).toEqual([]);
    const missing = readModelFolder(folder, 'int8');
    expect(missing.warnings).toEqual([
      expect.stringMatching(/no int8 export, so .* is open\. Other exports: .*fp16, q8/),
    ]);
    // Where there is one alone it is no choice.
    const one = readModelFolder(folderWith({ 'model.onnx': 1 }), 'q4');
    expect([one.weights?.dtype, one.warnings]).toEqual(['fp32', []]);
  });

  test('name and report say which is open', async () => {
    const folder = folderWith(all);
    const read = readModelFolder(folder, 'q4');
    const model = new Model(read, fakeBackend(BYTE_VOCAB), 64);
    expect(model.info.name).toBe(`${read.name} (q4)`);
    expect((await model.report()).backend?.facts[0]).toEqual([
      'Dtype',
      'q4; other exports in the folder: fp32, fp16, q8 (setting tokenscope.model.dtype)',
    ]);
    const exact = new Model(readModelFolder(folder, 'fp32'), fakeBackend(BYTE_VOCAB), 64);
    expect(exact.info.name).toBe(read.name);
  });

  test('what another dtype costs is measured against float32 of the same folder', async () => {
    const folder = writeModelFolder(join(scratch, String(count++)), { graph: false });
    const size = { vocab: BYTE_VOCAB, hidden: 32, layers: 2, context: 64 };
    renameSync(writeDecoder(folder, { ...size, fourBits: true }), join(folder, 'model_q4.onnx'));
    const exactPath = writeDecoder(folder, size);
    const bundle = join(await bundleEngine(), 'runtime.js');
    const open = (dtype: string) => Model.open(folder, 64, () => new RuntimeClient(bundle), dtype);
    const model = await open('q4');
    const exact = await open('fp32');
    const facts = async (of: Model) =>
      new Map((await of.report()).backend!.facts.map(([name, value]) => [name, value]));
    const { start, tokenizer } = exact;
    const ids = Uint32Array.of(start!.id, ...tokenizer.encode(SAMPLE_TEXT).ids).subarray(0, 65);
    const request = { inputs: ids.slice(0, -1), targets: ids.slice(1), from: 0, topK: 1 };
    const scores = (of: Model) => of.request(backend => backend.score(request));
    const [own, reference] = [await scores(model), await scores(exact)];
    const nats = own.logprobs.map((logprob, i) => Math.abs(logprob - reference.logprobs[i]!));
    const most = (Math.max(...nats) / Math.LN2).toPrecision(2);
    expect(Number(most)).toBeGreaterThan(0);
    const described = (await facts(model)).get('q4 against fp32');
    expect(described).toMatch(new RegExp(`on 64 tokens; .* ${most.replace('.', '\\.')} at most;`));
    expect((await facts(exact)).has('q4 against fp32')).toBe(false);
    exact.dispose();
    model.dispose();
    rmSync(exactPath);
    const alone = await open('q4');
    expect((await facts(alone)).get('q4 against fp32')).toMatch(/the folder has no fp32 export/);
    alone.dispose();
  });

  test.skipIf(process.platform === 'win32')('a link to itself is left to who opens it', () => {
    const folder = folderWith({});
    symlinkSync('model.onnx', join(folder, 'onnx', 'model.onnx'));
    expect(readModelFolder(folder).weights?.path).toBe(join(folder, 'onnx', 'model.onnx'));
  });

  test('a graph that is chosen by its file is opened in its folder', () => {
    const folder = folderWith(all);
    const path = join(folder, 'onnx', 'model_q4.onnx');
    const read = readModelFolder(path, 'fp32');
    expect(read).toMatchObject({ path: folder, weights: { path, dtype: 'q4' }, warnings: [] });
  });
});

describe('of onnxruntime-genai', () => {
  const genai = {
    model: {
      type: 'llama',
      context_length: 77,
      eos_token_id: [5, 6],
      decoder: {
        filename: 'decoder.onnx',
        head_size: 16,
        hidden_size: 32,
        num_attention_heads: 2,
        num_hidden_layers: 2,
        num_key_value_heads: 1,
      },
    },
  };
  const options = { attention: 'gqa', heads: 2, kvHeads: 1, rotary: true } as const;

  /** A folder without a config.json; the cache's sizes are names, as exports since 2026 have them. */
  function write(change: (graph: Graph) => void = () => {}, config: object = genai): string {
    const folder = writeModelFolder(join(scratch, String(count++)), { graph: false });
    rmSync(join(folder, 'config.json'));
    writeFileSync(join(folder, 'genai_config.json'), JSON.stringify(config));
    const at = writeDecoder(folder, {
      ...options,
      vocab: BYTE_VOCAB,
      dataFile: 'decoder.onnx.data',
    });
    const model = parseModel(readFileSync(at));
    for (const input of model.graph.inputs) {
      if (!input.name.startsWith('past')) continue;
      delete input.bytes;
      input.shape = ['batch_size', 'kv_heads', 'past_sequence_length', 'kv_cache_dim'];
    }
    change(model.graph);
    rmSync(at);
    writeFileSync(join(folder, 'decoder.onnx'), writeModel(model));
    return folder;
  }

  test('opens without a config.json, with the cache that its genai_config.json says', async () => {
    const folder = write();
    const read = readModelFolder(folder);
    expect(read).toMatchObject({ contextTokens: 77, hiddenSize: 32, layers: 2, ends: [5, 6] });
    const { path: onnxPath } = read.weights!;
    expect(onnxPath).toBe(join(folder, 'decoder.onnx'));
    const { kvHeads, headSize } = read;
    const graph = await OpenGraph.open({
      folder,
      onnxPath,
      contextTokens: 77,
      layers: 2,
      kvHeads: kvHeads!,
      headSize: headSize!,
    });
    expect(graph.report).toMatchObject({ warnings: [], weights: 'external' });
    expect(graph.report.noTree).toBeUndefined();
    await graph.close();
    await expect(OpenGraph.open({ folder, onnxPath })).rejects.toThrow(
      /does not say how large dimension 1 of "past_key_values\.0\.key" is/,
    );
  });

  test('with logits of the last token alone is refused', async () => {
    const folder = write(({ outputs }) => {
      const logits = outputs.find(({ name }) => name === 'logits')!;
      delete logits.bytes;
      logits.shape = ['batch_size', 1, BYTE_VOCAB];
    });
    const onnxPath = join(folder, 'decoder.onnx');
    await expect(OpenGraph.open({ folder, onnxPath, kvHeads: 1, headSize: 16 })).rejects.toThrow(
      /logits only for the last token \(prune_lm_head/,
    );
  });

  test.each([
    ['a pipeline of graphs', { pipeline: [{}] }, /pipeline of several graphs/],
    ['a cache that slides', { sliding_window: { window_size: 4 } }, /slide_key_value_cache/],
  ])('with %s is refused by name', (_, more, words) => {
    const { model } = genai;
    const decoder = { ...model.decoder, ...more };
    const folder = write(undefined, { model: { ...model, decoder } });
    expect(() => readModelFolder(folder)).toThrow(words);
  });
});
