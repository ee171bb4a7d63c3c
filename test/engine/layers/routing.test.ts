// The experts of small mixtures, by their pass, beside the router logits that transformers has of them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultLayerOptions } from '../../../src/core/layers/layerPasses';
import { Document } from '../../../src/engine/documents/document';
import { layerPassesOf } from '../../../src/engine/layers/layerPasses';
import { layerSummaries } from '../../../src/engine/layers/layerSummaries';
import { Model } from '../../../src/engine/models/model';
import { RuntimeClient } from '../../../src/engine/onnx/session/runtimeClient';
import { bundleEngine } from '../../support/engineBundle';
import { goldenArchitectures, withVocabulary, writeCheckpoint } from '../../support/checkpoints';
import { BYTE_VOCAB, writeModelFolder } from '../../support/modelFolder';

const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-routing-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const { signal } = new AbortController();

describe.each(['mixtral', 'olmoe'])('%s', name => {
  const golden = goldenArchitectures.cases[name]!;
  let model: Model;
  beforeAll(async () => {
    const runtime = join(await bundleEngine(), 'runtime.js');
    const folder = writeModelFolder(join(scratch, name), { graph: false });
    writeCheckpoint(folder, withVocabulary(golden, BYTE_VOCAB));
    model = await Model.open(folder, 2048, () => new RuntimeClient(runtime));
  });
  afterAll(() => model.dispose());

  test('gives the logits that the tokens were routed by, in every layer', async () => {
    const inputs = Uint32Array.from(golden.ids);
    const rows = await model.request(async backend => {
      if ('missing' in backend.layers) throw new Error(backend.layers.missing);
      return backend.layers.read({ inputs, targets: inputs }, { kind: 'routing' }, signal);
    });
    expect(rows.layers).toEqual([...golden.routers!.keys()]);
    for (const [router, expected] of golden.routers!.entries()) {
      const apart = expected.flat().map((logit, i) => Math.abs(logit - rows.logits[router]![i]!));
      expect(Math.max(...apart)).toBeLessThan(1e-4);
    }
    expect(rows.chosen).toBeLessThan(rows.experts);
  });

  test('names the expert that a router likes best, and how even the load is', async () => {
    const text = 'some words for experts, and some more';
    const document = new Document('experts', 1, text);
    const pass = layerPassesOf(() => model).routing;
    const run = { visible: [], maxTokens: Infinity, whole: true, signal, onScored: () => {} };
    const layers = { ...defaultLayerOptions, layer: 0 };
    expect(await pass.run(document, { ...run, layers })).not.toHaveProperty('refused');
    const end = pass.total(document);
    const values = pass.columns(document, { first: 0, end }, { layers })!.scores.routing!;
    const { ids } = document.streamBy(model.tokenizer).tokens();
    const rows = await model.readLayers(ids, { kind: 'routing' }, signal);
    const { experts, chosen, logits } = rows;
    const ofToken = (token: number) => {
      const from = (token + model.startTokens) * experts;
      return [...logits[0]!.subarray(from, from + experts)];
    };
    expect([...values]).toEqual(
      Array.from(ids, (_, token) => ofToken(token).indexOf(Math.max(...ofToken(token)))),
    );
    const tables = await layerSummaries.routing!({ model, document, values }, layers, signal);
    const [head, first] = tables[0]!.rows;
    expect(head).toEqual(['layer', 'busiest', 'balance', 'of batches']);
    expect(tables[0]!.title).toContain(`${experts} experts, ${chosen} for each token`);
    // Sums over experts are 1, so that no balance is below that of choices by chance.
    expect(Number(first![2])).toBeGreaterThan(0.5);
    // One batch holds all of them.
    expect(first![3]).toBe(first![2]);
  });
});

test('a model of one MLP has no routers, and says so', async () => {
  const runtime = join(await bundleEngine(), 'runtime.js');
  const folder = writeModelFolder(join(scratch, 'dense'));
  const model = await Model.open(folder, 256, () => new RuntimeClient(runtime));
  try {
    await expect(
      model.readLayers(Uint32Array.of(1, 2), { kind: 'routing' }, signal),
    ).rejects.toThrow('it is not a mixture of experts');
  } finally {
    model.dispose();
  }
});
