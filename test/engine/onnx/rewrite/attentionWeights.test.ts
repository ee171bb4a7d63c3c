// Where a graph's attention weights are found, and what is said where they are not.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { UserError } from '../../../../src/core/errors';
import { parseModel } from '../../../../src/engine/onnx/graph/readGraph';
import { makeNode } from '../../../../src/engine/onnx/graph/writeGraph';
import { findRoles } from '../../../../src/engine/onnx/graph/graphRoles';
import { findAttentionWeights } from '../../../../src/engine/onnx/rewrite/attentionWeights';
import { OpenGraph } from '../../../../src/engine/onnx/session/openGraph';
import { writeDecoder, type DecoderOptions } from '../../../support/graphs';

let folder: string;
let count = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tokenscope-attention-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function decoder(options: DecoderOptions): string {
  const own = join(folder, String(count++));
  mkdirSync(own);
  return writeDecoder(own, options);
}

function weightsOf(path: string, change: (graph: ReturnType<typeof parseModel>['graph']) => void) {
  const { graph } = parseModel(readFileSync(path));
  change(graph);
  return { graph, found: findAttentionWeights(graph, findRoles(graph)) };
}

test('one tensor for each layer is found, in their order', () => {
  const { graph, found } = weightsOf(decoder({ layers: 3 }), () => {});
  if (found.kind === 'none') throw new Error(found.reason);
  const softmaxes = graph.nodes.filter(({ opType }) => opType === 'Softmax');
  expect(found.tensors).toEqual(softmaxes.map(({ outputs }) => outputs[0]));
  expect(found.tensors).toHaveLength(3);
});

test('the probabilities of a router are none of them', () => {
  const { found } = weightsOf(decoder({ layers: 2 }), graph => {
    const [softmax] = graph.nodes.filter(({ opType }) => opType === 'Softmax');
    // It depends on keys, too, and its rows are sorted.
    graph.nodes.push(
      makeNode('Softmax', [softmax!.inputs[0]!], ['router']),
      makeNode('TopK', ['router', 'k'], ['best', 'best_ids']),
    );
  });
  expect(found).toMatchObject({ kind: 'found', tensors: { length: 2 } });
});

test('a fused operator keeps them to itself, and that is said with what would help', async () => {
  const path = decoder({ attention: 'gqa', layers: 2 });
  const { found } = weightsOf(path, () => {});
  expect(found).toEqual({
    kind: 'none',
    reason: expect.stringContaining('GroupQueryAttention operator does not output them') as string,
  });
  const open = await OpenGraph.open({ folder, onnxPath: path, contextTokens: 64, layers: 2 });
  try {
    expect(open.report.attentionMissing).toContain('GGUF');
    const cancel = new Int32Array(new SharedArrayBuffer(4));
    const inputs = Uint32Array.of(1, 2, 3);
    const reading = { kind: 'attention', share: 0.1 } as const;
    const { signal } = new AbortController();
    const read = open.readLayers({ inputs, targets: inputs, reading, cancel }, signal);
    await expect(read).rejects.toThrow(UserError);
  } finally {
    await open.close();
  }
});

test.each([
  ['float32', {}],
  ['half precision', { float16: true }],
  ['two windows', { windows: [0, 8] }],
  ['shared keys', { heads: 4, kvHeads: 2 }],
] as const)('rows add up to 1 and see nothing that comes later: %s', async (_, options) => {
  const path = decoder({ layers: 2, ...options });
  const open = await OpenGraph.open({ folder, onnxPath: path, contextTokens: 128, layers: 2 });
  try {
    const cancel = new Int32Array(new SharedArrayBuffer(4));
    // Longer than a chunk.
    const inputs = Uint32Array.from({ length: 80 }, (_, i) => (7 * i) % 30);
    const { signal } = new AbortController();
    const position = 70;
    const reading = { kind: 'attentionAt', position } as const;
    const read = open.readLayers({ inputs, targets: inputs, reading, cancel }, signal);
    const at = (await read) as { layers: number; heads: number; from: Float32Array };
    const keys = position + 1;
    expect(at.from).toHaveLength(at.layers * at.heads * keys);
    for (let head = 0; head < at.layers * at.heads; head++) {
      const row = at.from.subarray(head * keys, (head + 1) * keys);
      expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 2);
    }
    if ('windows' in options) {
      const second = at.from.subarray(at.heads * keys, (at.heads + 1) * keys);
      expect(second.subarray(0, keys - 8).every(weight => weight === 0)).toBe(true);
      expect(second.at(-8)).toBeGreaterThan(0);
    }
  } finally {
    await open.close();
  }
});
