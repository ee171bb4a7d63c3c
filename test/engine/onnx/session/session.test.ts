// The runtime in its real thread, against one run of the original graph, scored from its logits.
import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sliceScores, type Scores } from '../../../../src/core/lenses/scores';
import { RuntimeClient } from '../../../../src/engine/onnx/session/runtimeClient';
import { scoresOfLogits } from '../../../../src/engine/onnx/session/logitScores';
import { Cancelled, UserError } from '../../../../src/core/errors';
import type { ScoredChunk } from '../../../../src/protocol/runtime';
import { normals, writeDecoder, type DecoderOptions } from '../../../support/graphs';
import { seedOr } from '../../../support/seed';
import { bundleEngine } from '../../../support/engineBundle';

const VOCAB = 97;
// Enough tokens that a busy machine receives a chunk before the last one is done.
const LONG = 4096;
let folder: string;
let bundle: string;
let runtime: RuntimeClient;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tokenscope-runtime-'));
  bundle = join(await bundleEngine(), 'runtime.js');
  runtime = new RuntimeClient(bundle);
});
afterAll(() => {
  runtime.dispose();
  rmSync(folder, { recursive: true });
});

const graphs: [string, DecoderOptions][] = [
  ['MatMul and Softmax', {}],
  ['shared key heads', { kvHeads: 2 }],
  ['GroupQueryAttention', { attention: 'gqa', kvHeads: 2 }],
  ['rotation inside of attention', { attention: 'gqa', heads: 2, kvHeads: 1, rotary: true }],
  ['windows of 1 and 4 tokens', { attention: 'gqa', kvHeads: 2, windows: [1, 4] }],
  ['weights beside the graph', { dataFile: 'weights.bin' }],
  ['a tied head and opset 18', { tied: true, opset: 18 }],
  ['matrices as PyTorch keeps them', { transposed: true, tied: true, dataFile: 'weights.bin' }],
  ['a head of Gemm', { head: 'Gemm' }],
  ['a head of FusedMatMul', { head: 'FusedMatMul' }],
  ['float16', { float16: true }],
  ['parallel blocks', { parallel: true, layers: 3 }],
];

describe.each(graphs)('a graph with %s', (name, options) => {
  let path: string;
  const inputs = randomIds(200, 1);
  const targets = randomIds(200, 2);

  beforeAll(() => {
    path = writeDecoder(join(folder, name), options);
  });

  test('is scored as its logits say', async () => {
    const { vocabSize, selfTest, warnings } = await runtime.open({
      folder: join(folder, name),
      onnxPath: path,
      hiddenSize: 32,
      layers: options.layers ?? 2,
    });
    expect(vocabSize).toBe(VOCAB);
    expect(selfTest.filter(({ passed }) => !passed)).toEqual([]);
    expect(warnings).toEqual([]);
    const expected = scoresOfLogits(await logitsOf(path, options, inputs), VOCAB, targets, 5);
    const scores = await runtime.score({ inputs, targets, from: 0, topK: 5 });
    expectClose(scores, expected, options.float16 ? 2e-2 : 2e-5);
    expect([...scores.contexts]).toEqual([...inputs.keys()].map(row => row + 1));
  });
});

test('any decoder is scored as its logits say, wherever one begins', async () => {
  const shapes = fc.record({
    heads: fc.constantFrom(1, 2, 4),
    shared: fc.boolean(),
    headSize: fc.constantFrom(8, 16),
    layers: fc.integer({ min: 1, max: 3 }),
    vocab: fc.integer({ min: 2, max: 300 }),
    attention: fc.constantFrom('naive' as const, 'gqa' as const),
    opset: fc.integer({ min: 13, max: 21 }),
    tied: fc.boolean(),
    external: fc.boolean(),
    length: fc.integer({ min: 1, max: 140 }),
    from: fc.nat(139),
    seed: fc.nat(1000),
  });
  let count = 0;
  await fc.assert(
    fc.asyncProperty(shapes, async ({ shared, headSize, external, length, from, ...shape }) => {
      const options: DecoderOptions = {
        ...shape,
        hidden: shape.heads * headSize,
        kvHeads: shared ? 1 : shape.heads,
        ...(external ? { dataFile: 'weights.bin' } : {}),
      };
      const own = join(folder, `any-${count++}`);
      const onnxPath = writeDecoder(own, options);
      const { layers } = options;
      const report = await runtime.open({
        folder: own,
        onnxPath,
        layers: layers!,
        hiddenSize: options.hidden!,
      });
      expect(report.warnings).toEqual([]);
      expect(report.hooks).toHaveLength(3 * layers!);
      const [inputs, targets] = [1, 2].map(seed => randomIds(length, seed, options.vocab)) as [
        Uint32Array<ArrayBuffer>,
        Uint32Array<ArrayBuffer>,
      ];
      const start = Math.min(from, length);
      const scores = await runtime.score({ inputs, targets, from: start, topK: 2 });
      const logits = await logitsOf(onnxPath, options, inputs);
      const expected = scoresOfLogits(logits, options.vocab!, targets, 2);
      expectClose(scores, sliceScores(expected, start, length), 5e-5);
    }),
    { numRuns: 20, seed: seedOr(11) },
  );
});

describe('scoring a window', () => {
  beforeAll(() => openGraph('window', { context: LONG }));

  test('returns only the rows from `from`, in chunks that add up', async () => {
    const [inputs, targets] = [randomIds(200, 3), randomIds(200, 4)];
    const whole = await runtime.score({ inputs, targets, from: 0, topK: 3 });
    const chunks: ScoredChunk[] = [];
    const rest = await runtime.score({ inputs, targets, from: 70, topK: 3 }, undefined, chunk =>
      chunks.push(chunk),
    );
    expect(rest.logprobs).toEqual(whole.logprobs.slice(70));
    expect(rest.topIds).toEqual(whole.topIds.slice(70 * 3));
    expect(chunks.map(({ firstRow }) => firstRow)).toEqual([70, 128, 192]);
    expect(chunks.flatMap(({ scores }) => [...scores.logprobs])).toEqual([...rest.logprobs]);
  });

  test('stops after the chunk that reaches `until`, whose rows are those of the whole window', async () => {
    const [inputs, targets] = [randomIds(300, 7), randomIds(300, 8)];
    const request = { inputs, targets, from: 70, topK: 3 };
    const chunks: ScoredChunk[] = [];
    const first = await runtime.score({ ...request, until: 150 }, undefined, chunk =>
      chunks.push(chunk),
    );
    const whole = await runtime.score({ ...request, from: 0, isOnce: true });
    expect(first.logprobs).toEqual(whole.logprobs.slice(70, 150));
    expect(chunks.map(({ firstRow }) => firstRow)).toEqual([70, 128]);
    const rows = chunks.flatMap(({ scores }) => [...scores.logprobs]);
    expect(Float32Array.from(rows)).toEqual(whole.logprobs.slice(70, 192));
    const rest = await runtime.score({ ...request, from: 192 });
    expect(rest.logprobs).toEqual(whole.logprobs.slice(192));
    for (const until of [69, 301])
      await expect(runtime.score({ ...request, until })).rejects.toThrow(`rows 70 to ${until}`);
  });

  test('has the same bits whatever was scored before', async () => {
    const [inputs, targets] = [randomIds(300, 5), randomIds(300, 6)];
    const score = () => runtime.score({ inputs, targets, from: 100, topK: 3 });
    const fresh = await score();
    const other = inputs.with(180, (inputs[180]! + 1) % VOCAB);
    await runtime.score({ inputs: other, targets, from: 0, topK: 3 });
    expect(await score()).toEqual(fresh);
    const edited = await runtime.score({ inputs: other, targets, from: 0, topK: 3 });
    expect(edited.logprobs.slice(100, 180)).toEqual(fresh.logprobs.slice(0, 80));
    expect(edited.logprobs[181]).not.toBe(fresh.logprobs[81]);
  });

  test('handles no rows, no tokens and more alternatives than there are tokens', async () => {
    const none = new Uint32Array(0);
    expect(
      (await runtime.score({ inputs: none, targets: none, from: 0, topK: 5 })).logprobs,
    ).toHaveLength(0);
    const inputs = randomIds(10, 7);
    expect(
      (await runtime.score({ inputs, targets: inputs, from: 10, topK: 5 })).logprobs,
    ).toHaveLength(0);
    const many = await runtime.score({ inputs, targets: inputs, from: 0, topK: 1000 });
    expect(many.topK).toBe(1000);
    expect(many.topLogprobs.slice(0, 1000).filter(Number.isNaN)).toHaveLength(1000 - VOCAB);
    const few = await runtime.score({ inputs, targets: inputs, from: 0, topK: 0 });
    expect(few.topIds).toHaveLength(0);
    expect(few.logprobs).toEqual(many.logprobs);
    const sum = many.topLogprobs
      .slice(0, VOCAB)
      .reduce((total, logprob) => total + Math.exp(logprob), 0);
    expect(sum).toBeCloseTo(1, 4);
  });

  test('refuses ids outside the vocabulary and more tokens than the model holds', async () => {
    const bad = Uint32Array.of(1, VOCAB);
    await expect(runtime.score({ inputs: bad, targets: bad, from: 0, topK: 1 })).rejects.toThrow(
      UserError,
    );
    const long = randomIds(LONG + 64, 8);
    await expect(runtime.score({ inputs: long, targets: long, from: 0, topK: 1 })).rejects.toThrow(
      UserError,
    );
    const fine = randomIds(5, 9);
    expect(
      (await runtime.score({ inputs: fine, targets: fine, from: 0, topK: 1 })).logprobs,
    ).toHaveLength(5);
  });

  test('stops between chunks, and the next request works', async () => {
    const [inputs, targets] = [randomIds(LONG, 10), randomIds(LONG, 11)];
    const controller = new AbortController();
    let [chunks, all] = [0, 0];
    const score = runtime.score({ inputs, targets, from: 0, topK: 3 }, controller.signal, () => {
      if (++chunks === 2) controller.abort();
    });
    await expect(score).rejects.toThrow(Cancelled);
    const again = await runtime.score(
      { inputs, targets, from: 0, topK: 3 },
      undefined,
      () => all++,
    );
    expect(again.logprobs).toHaveLength(LONG);
    expect(chunks).toBeLessThan(all);
  });
});

const coder = join(import.meta.dirname, '../../../../models/coder');
test('models/coder passes its self-test', async () => {
  const report = await runtime.open({
    folder: coder,
    onnxPath: join(coder, 'model.onnx'),
    hiddenSize: 256,
    layers: 4,
  });
  expect(report).toMatchObject({ weights: 'external', quantization: 'none', warnings: [] });
  expect(report.hooks).toHaveLength(12);
  expect(report.selfTest).toHaveLength(9);
});

describe('a runtime that is disposed of', () => {
  test('rejects its requests and ends its thread', async () => {
    const name = 'mortal';
    const onnxPath = writeDecoder(join(folder, name), { context: LONG });
    const mortal = new RuntimeClient(bundle);
    await mortal.open({ folder: join(folder, name), onnxPath });
    const inputs = randomIds(LONG, 12);
    const score = mortal.score({ inputs, targets: inputs, from: 0, topK: 1 }, undefined, () =>
      mortal.dispose(),
    );
    await expect(score).rejects.toThrow(Cancelled);
    await expect(mortal.open({ folder, onnxPath })).rejects.toThrow(Cancelled);
  });

  test('stops every kind of request between its runs', async () => {
    const own = join(folder, 'busy');
    const onnxPath = writeDecoder(own, { kvHeads: 2 });
    const mortal = new RuntimeClient(bundle);
    await mortal.open({ folder: own, onnxPath, layers: 2, hiddenSize: 32 });
    const prefix = randomIds(8, 13);
    const tree = { prefix, nodes: [{ parent: -1, token: -1 }] };
    const drawn = { seeds: Uint32Array.of(1, 2), maxTokens: 8, ends: [], vocabSize: VOCAB };
    const sums = { order: prefix, sums: [{ node: 0, tokens: [5], ranges: [] }] };
    const asked = [
      mortal.sample({ ...drawn, prefix, temperature: 1, topP: 1 }),
      mortal.readLayers(prefix, prefix, { kind: 'ladder', topK: 1 }),
      mortal.forwardTree({ ...tree, wanted: [0] }),
      mortal.forwardSums({ ...tree, ...sums }),
    ];
    mortal.dispose();
    for (const answer of await Promise.allSettled(asked))
      expect(answer).toMatchObject({ status: 'rejected', reason: expect.any(Cancelled) });
  });

  test('or was never used', async () => {
    const mortal = new RuntimeClient(bundle);
    mortal.dispose();
    await expect(mortal.open({ folder, onnxPath: 'none' })).rejects.toThrow(Cancelled);
  });
});

async function openGraph(name: string, options: DecoderOptions) {
  const onnxPath = writeDecoder(join(folder, name), options);
  return runtime.open({ folder: join(folder, name), onnxPath });
}

function randomIds(length: number, seed: number, vocab = VOCAB): Uint32Array<ArrayBuffer> {
  const random = normals(seed);
  return Uint32Array.from({ length }, () => Math.floor(Math.abs(random()) * 1000) % vocab);
}

/** Scores of the original file, in one run. */
async function logitsOf(path: string, options: DecoderOptions, ids: Uint32Array) {
  const session = await InferenceSession.create(path, { logSeverityLevel: 4 });
  const int64 = (at: (i: number) => number) =>
    new Tensor(
      'int64',
      BigInt64Array.from({ length: ids.length }, (_, i) => BigInt(at(i))),
      [1, ids.length],
    );
  const feeds: Record<string, Tensor> = {
    input_ids: int64(i => ids[i]!),
    attention_mask: int64(() => 1),
    position_ids: int64(i => i),
  };
  const { hidden = 32, heads = 4, kvHeads = heads } = options;
  const nothing = [1, kvHeads, 0, hidden / heads];
  for (const name of session.inputNames.filter(input => input.startsWith('past')))
    feeds[name] = options.float16
      ? new Tensor('float16', new Uint16Array(0), nothing)
      : new Tensor('float32', new Float32Array(0), nothing);
  const { logits } = await session.run(feeds, ['logits']);
  await session.release();
  const data = logits!.data;
  return data instanceof Float32Array ? data : Float32Array.from(data as Uint16Array, floatOf);
}

function floatOf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  return (
    sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15))
  );
}

/** Ranks and alternatives may swap only where two tokens are within the tolerance. */
function expectClose(actual: Scores, expected: Scores, tolerance: number): void {
  for (const field of ['logprobs', 'entropiesNats', 'varentropies', 'topLogprobs'] as const) {
    expect(actual[field]).toHaveLength(expected[field].length);
    actual[field].forEach((value, i) =>
      expect(Math.abs(value - expected[field][i]!), `${field}[${i}]`).toBeLessThan(tolerance),
    );
  }
  const swapped = actual.ranks.filter((rank, i) => rank !== expected.ranks[i]).length;
  expect(swapped).toBeLessThanOrEqual(tolerance > 1e-3 ? actual.ranks.length / 4 : 1);
}
