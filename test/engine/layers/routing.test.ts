// The experts of small mixtures, by their pass, beside the router logits that transformers has of them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Cancelled } from '../../../src/core/errors';
import { defaultLayerOptions } from '../../../src/core/layers/layerPasses';
import { Document } from '../../../src/engine/documents/document';
import { layerPassesOf } from '../../../src/engine/layers/layerPasses';
import { layerSummaries } from '../../../src/engine/layers/layerSummaries';
import { compareLoads } from '../../../src/engine/layers/routingLoad';
import { Model } from '../../../src/engine/models/model';
import { readModelFolder } from '../../../src/engine/models/modelFolder';
import { RuntimeClient } from '../../../src/engine/onnx/session/runtimeClient';
import { bundleEngine } from '../../support/engineBundle';
import { goldenArchitectures, withVocabulary, writeCheckpoint } from '../../support/checkpoints';
import { fakeBackend } from '../../support/fakeBackend';
import { fakeReading } from '../../support/fakeLayers';
import { BYTE_VOCAB, writeModelFolder } from '../../support/modelFolder';

/** Of the built-in model, whose tokenizer is lent. */
const VOCABULARY = 8192;

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

describe('the load beside that of other texts', () => {
  const text = 'some words for experts, and some more\n'.repeat(9);
  /** Of 64 inputs at most: a text has several windows. */
  const fake = (context = 64) =>
    new Model(
      readModelFolder(join(import.meta.dirname, '../../../models/coder')),
      fakeBackend(VOCABULARY, {
        layers: {
          read: async ({ inputs }, reading) => fakeReading(inputs, VOCABULARY, reading, 3),
        },
      }),
      context,
    );
  const compare = (texts: string[], by = fake(), own = text) =>
    compareLoads(by, new Document('own', 1, own), { texts, given: 9 }, signal);

  test('is the same where the text is', async () => {
    const same = await compare([text, text]);
    const { tokens } = same;
    expect(tokens).toBe(fake().tokenizer.encode(text).ids.length);
    expect(same.others).toEqual({ files: 2, given: 9, tokens: 2 * tokens });
    expect([same.experts, same.chosen]).toEqual([4, 2]);
    expect(same.layers.map(({ layer, distance }) => [layer, distance])).toEqual([
      [0, 0],
      [2, 0],
    ]);
    for (const { shares, othersShares } of same.layers) expect(shares).toEqual(othersShares);
  });

  test('differs as the choices of the routers do, counted one by one', async () => {
    const other = 'const total = items.length;\n'.repeat(7);
    const model = fake(512);
    const { layers } = await compare([other], model);
    const countsOf = async (of: string, router: number) => {
      const { ids } = model.tokenizer.encode(of);
      const { logits, experts } = await model.readLayers(ids, { kind: 'routing' }, signal);
      const counts = new Float64Array(experts);
      for (let at = model.startTokens * experts; at < logits[router]!.length; at += experts) {
        const row = [...logits[router]!.subarray(at, at + experts)];
        const best = [...row.keys()].sort((a, b) => row[b]! - row[a]!).slice(0, 2);
        for (const expert of best) counts[expert]! += 1 / (2 * ids.length);
      }
      return counts;
    };
    for (const [router, { shares, othersShares, distance }] of layers.entries()) {
      const [here, there] = [await countsOf(text, router), await countsOf(other, router)];
      here.forEach((share, expert) => expect(shares[expert]).toBeCloseTo(share, 10));
      there.forEach((share, expert) => expect(othersShares[expert]).toBeCloseTo(share, 10));
      const more = here.map((share, expert) => Math.max(0, share - there[expert]!));
      expect(distance).toBeCloseTo(
        more.reduce((sum, each) => sum + each, 0),
        10,
      );
      expect(distance).toBeGreaterThan(0);
    }
  });

  test('takes the middle of many long texts, and no more tokens than it says', async () => {
    const lines = Array.from({ length: 400 }, (_, i) => `line ${i} of some\n`).join('');
    const reports: number[][] = [];
    const document = new Document('own', 1, text);
    const others = { texts: Array<string>(32).fill(lines), given: 40 };
    const found = await compareLoads(fake(), document, others, signal, (...at) => reports.push(at));
    expect(found.others.files).toBe(32);
    expect(found.others.tokens).toBeLessThanOrEqual(16_384 + 32 * 4);
    expect(found.others.tokens).toBeGreaterThan(16_000);
    const total = found.tokens + found.others.tokens;
    expect(reports.at(-1)).toEqual([total, total]);
  });

  test('is refused where there is nothing to compare', async () => {
    await expect(compare([])).rejects.toThrow('There is no other text to compare with');
    await expect(compare([''])).rejects.toThrow('There is no other text to compare with');
    await expect(compare([text], fake(), '')).rejects.toThrow('The text is empty');
    const aborted = AbortSignal.abort(new Cancelled());
    const document = new Document('own', 1, text);
    await expect(
      compareLoads(fake(), document, { texts: [text], given: 1 }, aborted),
    ).rejects.toThrow(Cancelled);
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
