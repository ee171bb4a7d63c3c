// Features of a real text in the runtime's thread: the same rows whatever was cached, refusals with both numbers, and
// steering.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rowCount, valueAt } from '../../../../src/core/sae/sparseRows';
import { FLOAT } from '../../../../src/engine/onnx/graph/graph';
import { parseModel } from '../../../../src/engine/onnx/graph/readGraph';
import { RuntimeClient } from '../../../../src/engine/onnx/session/runtimeClient';
import { UserError } from '../../../../src/core/errors';
import { bundleEngine } from '../../../support/engineBundle';
import { writeDecoder, type DecoderOptions } from '../../../support/graphs';
import { randomSae } from '../../../support/saes';
import { encodeToken } from '../../../support/encodeToken';

let folder: string;
let bundle: string;
let runtime: RuntimeClient;
const inputs = Uint32Array.from({ length: 150 }, (_, i) => (i * 31 + 7) % 97);
const targets = Uint32Array.from({ length: 150 }, (_, i) => (i * 17 + 3) % 97);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tokenscope-sae-'));
  bundle = join(await bundleEngine(), 'runtime.js');
  runtime = new RuntimeClient(bundle);
});
afterAll(() => {
  runtime.dispose();
  rmSync(folder, { recursive: true });
});

const graphs: [string, DecoderOptions][] = [
  ['MatMul and Softmax', {}],
  ['GroupQueryAttention and fused norms', { attention: 'gqa', kvHeads: 2 }],
  ['float16', { float16: true }],
];
const hooks = [
  'blocks.0.hook_resid_pre',
  'blocks.0.hook_resid_mid',
  'blocks.0.hook_resid_post',
  'blocks.1.hook_resid_post',
  'blocks.0.attn.hook_z',
  'blocks.0.hook_attn_out',
  'blocks.0.mlp.hook_in',
  'blocks.1.hook_mlp_out',
];

describe.each(graphs)('a graph with %s', (name, options) => {
  const open = async () => {
    const onnxPath = writeDecoder(join(folder, name), { vocab: 97, context: 512, ...options });
    return runtime.open({ folder: join(folder, name), onnxPath, hiddenSize: 32, layers: 2 });
  };

  test.each(hooks)(
    '%s: rows are those of its activations, and steering by 0 changes nothing',
    async hook => {
      await open();
      const sae = randomSae({ hook, threshold: 0.4 });
      await runtime.openSae(sae);
      const rows = await runtime.encode({ inputs, from: 0 });
      expect(rowCount(rows)).toBe(150);
      expect(rows.features.length).toBeGreaterThan(100);
      for (let t = 0; t < 150; t += 13) {
        const x = rows.activations.subarray(t * 32, (t + 1) * 32);
        for (const [f, value] of encodeToken(sae, x).entries())
          if (Math.abs(value - 0.4) > 1e-3) expect(valueAt(rows, t, f)).toBeCloseTo(value, 4);
      }
      const clean = await runtime.score({ inputs, targets, from: 0, topK: 3 });
      const zero = new Float32Array(150 * 32);
      const same = await runtime.scoreSteered({ inputs, targets, steer: zero, topK: 3 });
      const tolerance = options.float16 ? 2e-2 : 1e-6;
      for (const [i, logprob] of clean.logprobs.entries())
        expect(Math.abs(logprob - same.logprobs[i]!)).toBeLessThanOrEqual(tolerance);
      const steer = zero.map((_, i) => (i >= 70 * 32 ? 1 : 0));
      const other = await runtime.scoreSteered({ inputs, targets, steer, topK: 3 });
      for (let t = 0; t < 70; t++)
        expect(Math.abs(clean.logprobs[t]! - other.logprobs[t]!)).toBeLessThanOrEqual(tolerance);
      const change = clean.logprobs.map((value, t) => Math.abs(value - other.logprobs[t]!));
      expect(Math.max(...change.subarray(70))).toBeGreaterThan(1e-3);
    },
  );

  test('the suffix after an edit has the bits of a run from the start', async () => {
    await open();
    await runtime.openSae(randomSae({ hook: 'blocks.0.hook_resid_post', threshold: 0.4 }));
    const whole = await runtime.encode({ inputs, from: 0 });
    const suffix = await runtime.encode({ inputs, from: 101 });
    expect(rowCount(suffix)).toBe(49);
    expect([...suffix.values]).toEqual([...whole.values.subarray(whole.starts[101])]);
    // The chunk that reaches the end of what is asked for is whole.
    const first = await runtime.encode({ inputs, from: 20, until: 70 });
    expect(rowCount(first)).toBe(128 - 20);
    const same = whole.values.subarray(whole.starts[20], whole.starts[128]);
    expect([...first.values]).toEqual([...same]);
  });
});

test.each(graphs.slice(0, 2))(
  'what products read is found before them, in a graph with %s',
  async (name, options) => {
    const own = join(folder, `${name} inside`);
    const onnxPath = writeDecoder(own, { vocab: 97, context: 512, dataFile: 'data', ...options });
    await runtime.open({ folder: own, onnxPath, hiddenSize: 32, layers: 2 });
    const at = async (hook: string) => {
      await runtime.openSae(randomSae({ hook }));
      return (await runtime.encode({ inputs, from: 0 })).activations;
    };
    const [z, attention] = [await at('blocks.1.attn.hook_z'), await at('blocks.1.hook_attn_out')];
    const [read, middle] = [await at('blocks.1.mlp.hook_in'), await at('blocks.1.hook_resid_mid')];
    // One matrix of the graph, and no other, leads from the heads' outputs to what attention adds.
    const data = readFileSync(join(own, 'data'));
    let offset = 64;
    const matrices = parseModel(readFileSync(onnxPath)).graph.initializers.flatMap(tensor => {
      const floats = tensor.dims.reduce((product, dim) => product * dim, 1);
      if (tensor.elementType !== FLOAT || floats < 32) return [];
      const start = offset;
      offset += 4 * floats;
      const isSquare = tensor.dims.join() === '32,32';
      return isSquare
        ? [new Float32Array(Uint8Array.from(data.subarray(start, offset)).buffer)]
        : [];
    });
    const furthest = matrices.map(matrix => {
      let most = 0;
      for (let t = 0; t < 150; t += 7) {
        for (let column = 0; column < 32; column++) {
          let sum = 0;
          for (let row = 0; row < 32; row++) sum += z[t * 32 + row]! * matrix[row * 32 + column]!;
          most = Math.max(most, Math.abs(sum - attention[t * 32 + column]!));
        }
      }
      return most;
    });
    expect(furthest.filter(most => most < 1e-4)).toHaveLength(1);
    // The toy's norms scale by 1.
    for (let t = 0; t < 150; t += 7) {
      const row = middle.subarray(t * 32, (t + 1) * 32);
      const root = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0) / 32 + 1e-5);
      row.forEach((x, i) => expect(read[t * 32 + i]).toBeCloseTo(x / root, 4));
    }
  },
);

test('hooks that the model does not have are refused with both numbers', async () => {
  const onnxPath = writeDecoder(join(folder, 'refusing'), { vocab: 97 });
  await runtime.open({ folder: join(folder, 'refusing'), onnxPath, hiddenSize: 32, layers: 2 });
  const open = (options: Parameters<typeof randomSae>[0]) => runtime.openSae(randomSae(options));
  await expect(open({ hook: 'blocks.5.hook_resid_post' })).rejects.toThrow(/layer 5 .* 2 layers/);
  await expect(open({ hook: 'blocks.1.hook_resid_post', width: 64 })).rejects.toThrow(
    /width is 64, .* 32/,
  );
  await expect(open({ hook: 'blocks.1.hook_pos_embed' })).rejects.toThrow(/hook_pos_embed/);
  await expect(open({})).rejects.toThrow(/tokenscope\.json/);
  await expect(open({})).rejects.toThrow(UserError);
});

test('steering with a constant is the same as adding it to the tensor', async () => {
  // From the last residual on only the unembedding changes the logits, whatever the attention does.
  const name = 'steering';
  const onnxPath = writeDecoder(join(folder, name), { vocab: 97, context: 512 });
  await runtime.open({ folder: join(folder, name), onnxPath, hiddenSize: 32, layers: 2 });
  await runtime.openSae(randomSae({ hook: 'blocks.1.hook_resid_post', threshold: 0.4 }));
  const rows = await runtime.encode({ inputs, from: 0 });
  // Adding x itself doubles the last residual, which a norm without bias does not see.
  const same = await runtime.scoreSteered({ inputs, targets, steer: rows.activations, topK: 1 });
  const clean = await runtime.score({ inputs, targets, from: 0, topK: 1 });
  for (const [i, logprob] of clean.logprobs.entries())
    expect(Math.abs(logprob - same.logprobs[i]!)).toBeLessThanOrEqual(1e-3);
});
