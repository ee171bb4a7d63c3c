// GGUF files of every architecture, built here, against llama.cpp (made by training/golden/gguf_families.py).
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { FAMILIES } from '../../../src/engine/gguf/architecture/families';
import { builtFromGguf } from '../../../src/engine/models/sources/gguf/ggufSource';
import { OpenGraph } from '../../../src/engine/onnx/session/openGraph';
import { ggufOfFamily, goldenGgufs } from '../../support/ggufFamilies';

/** llama.cpp has GELU as a table in half precision. */
const TOLERANCE_NATS = { silu: 1e-4, gelu: 3e-2, geluTanh: 3e-2, relu: 1e-4 };
const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-gguf-'));
afterAll(() => rmSync(scratch, { recursive: true }));

async function openGguf(name: string, bytes: Uint8Array, packs = false) {
  const path = join(scratch, `${name}.gguf`);
  writeFileSync(path, bytes);
  const { architecture, built } = await builtFromGguf(path, { cacheFolder: join(scratch, 'cache'), packs });
  const graph = await OpenGraph.open({
    folder: scratch,
    onnxPath: path,
    built,
    contextTokens: architecture.contextTokens,
    hiddenSize: architecture.hiddenSize,
    layers: architecture.layers.length,
  });
  return { architecture, graph };
}

function scoresOf(graph: OpenGraph) {
  const inputs = Uint32Array.from(goldenGgufs.ids);
  const { signal } = new AbortController();
  const cancel = new Int32Array(new SharedArrayBuffer(4));
  const request = { inputs, targets: inputs, from: 0, topK: graph.report.vocabSize, cancel };
  return graph.score(request, signal, () => {});
}

const cases = Object.entries(goldenGgufs.cases);

describe.each(cases)('%s', (name, golden) => {
  const isInBlocks = Object.values(golden.tensors).some(how => how.length === 2);
  test.each(isInBlocks ? [false, true] : [false])('is as llama.cpp has it; in 4 bits: %s', async packs => {
    const { architecture, graph } = await openGguf(name, ggufOfFamily(golden), packs);
    expect(graph.report.quantization).toBe(packs ? 'weight-only' : 'none');
    const vocab = graph.report.vocabSize;
    const scores = await scoresOf(graph);
    let furthest = 0;
    const likeliest: boolean[] = [];
    golden.rows.forEach((row, i) => {
      const expected = golden.logprobs[i]!;
      likeliest.push(expected[scores.topIds[row * vocab]!] === Math.max(...expected));
      for (let place = row * vocab; place < (row + 1) * vocab; place++) {
        const away = Math.abs(scores.topLogprobs[place]! - expected[scores.topIds[place]!]!);
        furthest = Math.max(furthest, away);
      }
    });
    console.log(`${name}${packs ? ' in 4 bits' : ''}: ${furthest.toExponential(1)} nats`);
    expect(furthest).toBeLessThanOrEqual(TOLERANCE_NATS[architecture.mlp.activation]);
    expect(likeliest).not.toContain(false);
    expect(graph.report.selfTest.filter(({ passed }) => !passed)).toEqual([]);
    expect(graph.report.noTree).toBeUndefined();
    await graph.close();
  });
});

test('rows of products that a file keeps together are those of its 4 bits, too', async () => {
  const { tensors, ...phi3 } = goldenGgufs.cases.phi3!;
  const types = new Map([
    ['attn_qkv', 'Q4_1'],
    ['attn_output', 'Q4_0'],
    ['ffn_up', 'Q4_1'],
  ]);
  const inBlocks = Object.entries(tensors).map(([name, how]) => {
    const type = types.get(name.split('.')[2] ?? '');
    return [name, type ? [how[0], type] : how];
  });
  const bytes = ggufOfFamily({ ...phi3, tensors: Object.fromEntries(inBlocks) });
  const [floats, packed] = await Promise.all(
    [false, true].map(async packs => {
      const { graph } = await openGguf(`phi3-${packs}`, bytes, packs);
      const scores = await scoresOf(graph);
      await graph.close();
      return scores.logprobs;
    }),
  );
  expect(floats!.slice(1).every(each => each < 0)).toBe(true);
  packed!.forEach((each, i) => expect(each).toBeCloseTo(floats![i]!, 4));
});

test('every architecture has a golden', () => {
  const covered = new Set(cases.map(([, { architecture }]) => architecture));
  expect([...FAMILIES.keys()].filter(family => !covered.has(family))).toEqual([]);
});
