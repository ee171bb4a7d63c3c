// Scores that are added to graphs as exporters write them: with tokens that are ruled out, a bias after the head, and
// shapes of what is in between.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { bytesField, stringField, varintField } from '../../../../src/core/wire';
import { concatBytes } from '../../../../src/core/bytes';
import { FLOAT, type Graph } from '../../../../src/engine/onnx/graph/graph';
import { parseModel } from '../../../../src/engine/onnx/graph/readGraph';
import {
  makeInitializer,
  makeNode,
  writeModel,
} from '../../../../src/engine/onnx/graph/writeGraph';
import { scoresOfLogits } from '../../../../src/engine/onnx/session/logitScores';
import { OpenGraph } from '../../../../src/engine/onnx/session/openGraph';
import { normalNumbers } from '../../../support/saes';
import { writeDecoder } from '../../../support/graphs';

const VOCAB = 97;
const TOKENS = 9;
const folder = mkdtempSync(join(tmpdir(), 'tokenscope-scoring-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** `logits` are the sum of those that the graph had, which become `raw`, and a bias. */
function addBias(graph: Graph, bias: Float32Array): void {
  const head = graph.nodes.find(({ outputs }) => outputs[0] === 'logits')!;
  head.name = 'raw';
  head.outputs[0] = 'raw';
  graph.initializers.push(makeInitializer('head_bias', FLOAT, [VOCAB], bias));
  graph.nodes.push(makeNode('Add', ['raw', 'head_bias'], ['logits']));
}

/** What an exporter says of `raw`, for as many tokens as it was exported with. */
function shapeOfRaw(): Uint8Array {
  const dims = [1, TOKENS, VOCAB].map(size => bytesField(1, varintField(1, size)));
  const tensor = concatBytes([varintField(1, FLOAT), bytesField(2, concatBytes(dims))]);
  const value = concatBytes([stringField(1, 'raw'), bytesField(2, bytesField(1, tensor))]);
  return bytesField(13, value);
}

const RULED_OUT = normalNumbers(VOCAB, 4).map((value, id) => (id % 3 === 1 ? -Infinity : value));

test.each<[string, Float32Array, boolean]>([
  ['a bias of the head', normalNumbers(VOCAB, 4).map(value => 3 * value), false],
  ['tokens that are ruled out', RULED_OUT, false],
  ['shapes that hold for one length', normalNumbers(VOCAB, 4), true],
])('a graph with %s is scored as its logits say', async (name, bias, isShaped) => {
  const own = join(folder, name);
  const onnxPath = writeDecoder(own);
  const model = parseModel(readFileSync(onnxPath));
  addBias(model.graph, bias);
  if (isShaped) model.graph.rest.push(shapeOfRaw());
  writeFileSync(onnxPath, writeModel(model));
  const graph = await OpenGraph.open({ folder: own, onnxPath, layers: 2, hiddenSize: 32 });
  expect(graph.report.warnings).toEqual([]);
  expect(graph.report.selfTest.filter(({ passed }) => !passed)).toEqual([]);
  const inputs = Uint32Array.from({ length: TOKENS }, (_, i) => (7 * i) % VOCAB);
  const targets = Uint32Array.from({ length: TOKENS }, (_, i) => (12 * i) % VOCAB);
  const root = { parent: -1, token: -1 };
  const logits = new Float32Array(TOKENS * VOCAB);
  for (let row = 0; row < TOKENS; row++) {
    const prefix = inputs.slice(0, row + 1);
    logits.set(await graph.forwardTree({ prefix, nodes: [root], wanted: [0] }), row * VOCAB);
  }
  const cancel = new Int32Array(new SharedArrayBuffer(4));
  const expected = scoresOfLogits(logits, VOCAB, targets, 5);
  for (const from of [0, TOKENS - 1]) {
    const params = { inputs, targets, from, topK: 5, cancel, job: 1 };
    const scores = await graph.score(params, new AbortController().signal, () => {});
    for (const column of ['logprobs', 'entropiesNats', 'varentropies', 'ranks'] as const) {
      expect(scores[column].length).toBe(TOKENS - from);
      scores[column].forEach((value, row) => {
        const wanted = expected[column][from + row]!;
        if (value !== wanted) expect(value).toBeCloseTo(wanted, 4);
      });
    }
    expect([...scores.topIds]).toEqual([...expected.topIds.subarray(5 * from)]);
  }
  await graph.close();
});
