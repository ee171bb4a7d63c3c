// What is read off the layers of the built-in model, by the runtime and across chunks, beside PyTorch in float64 with the
// same weights (made by training/golden/layers.py).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AttentionRows } from '../../../src/core/layers/readings';
import { UserError } from '../../../src/core/errors';
import { Model } from '../../../src/engine/models/model';
import { RuntimeClient } from '../../../src/engine/onnx/session/runtimeClient';
import { bundleEngine } from '../../support/engineBundle';

interface Golden {
  /** The start token first. */
  ids: number[];
  targets: number[];
  /** [layer][token] */
  lens: { top: number[][]; topLogprob: number[][]; logprob: number[][] };
  exitLayers: number[];
  share: number;
  /** [layer], columns [token][head] */
  attention: Record<keyof Omit<AttentionRows, 'layers' | 'heads'>, (number | null)[][]>[];
  /** [layer][head][key] */
  rows: { query: number; weights: number[][][] }[];
  margin: number;
  residual: { energies: { elu: number[]; gaussian: number[] }; drift: (number | null)[] };
}

const root = join(import.meta.dirname, '../../..');
const golden = JSON.parse(readFileSync(join(root, 'test/golden/layers.json'), 'utf8')) as Golden;
const [, ...text] = golden.ids;
const ids = Uint32Array.from(text);
const rows = golden.ids.length;
const { signal } = new AbortController();
const LAYERS = 4;
const HEADS = 8;
let model: Model;

beforeAll(async () => {
  const runtime = join(await bundleEngine(), 'runtime.js');
  model = await Model.open(join(root, 'models/coder'), 2048, () => new RuntimeClient(runtime));
});
afterAll(() => model.dispose());

/** The largest difference; NaN where only one of them is not known. */
function apart(found: ArrayLike<number>, expected: readonly (number | null)[]): number {
  expect(found).toHaveLength(expected.length);
  return expected.reduce<number>((most, value, i) => {
    if (value === null && Number.isNaN(found[i])) return most;
    return Math.max(most, Math.abs(found[i]! - (value ?? NaN)));
  }, 0);
}

test('the window takes more than one chunk, so that the edges of chunks are in it', () => {
  expect(rows).toBeGreaterThan(64);
});

describe('the ladder', () => {
  test('has the choice of each layer and what it holds of the next token', async () => {
    const ladder = await model.readLayers(ids, { kind: 'ladder', topK: 1 }, signal);
    expect(ladder.layers).toBe(LAYERS);
    const of = <T extends number>(all: T[][]) =>
      Array.from({ length: rows * LAYERS }, (_, i) => all[i % LAYERS]![Math.floor(i / LAYERS)]!);
    expect([...ladder.topIds]).toEqual(of(golden.lens.top));
    expect(apart(ladder.topLogprobs, of(golden.lens.topLogprob))).toBeLessThan(5e-5);
    // The last token has no next one: what is asked there is a placeholder.
    const asked = (rows - 1) * LAYERS;
    const logprobs = of(golden.lens.logprob).slice(0, asked);
    expect(apart(ladder.logprobs.slice(0, asked), logprobs)).toBeLessThan(1e-4);
  });

  test('ends with what the model itself says', async () => {
    const topK = 3;
    const ladder = await model.readLayers(ids, { kind: 'ladder', topK }, signal);
    const inputs = Uint32Array.from(golden.ids);
    const targets = Uint32Array.of(...inputs.subarray(1), inputs.at(-1)!);
    const own = await model.request(backend => backend.score({ inputs, targets, from: 0, topK }));
    const last = Array.from({ length: rows }, (_, row) => (row + 1) * LAYERS - 1);
    expect(
      apart(
        last.map(at => ladder.logprobs[at]!),
        [...own.logprobs],
      ),
    ).toBeLessThan(1e-5);
    const top = last.flatMap(at => [...ladder.topIds.subarray(at * topK, (at + 1) * topK)]);
    expect(top).toEqual([...own.topIds]);
  });

  test.each([
    // A chunk that is read whole is the same to the bit; products of fewer rows round differently on some processors.
    [64, 0],
    [70, 1e-5],
    [95, 1e-5],
  ])('says the same from row %i on as from the first', async (from, bound) => {
    const topK = 2;
    const unread = from * LAYERS;
    const whole = await model.readLayers(ids, { kind: 'ladder', topK }, signal);
    const part = await model.readLayers(ids, { kind: 'ladder', topK, from }, signal);
    const difference = apart(part.logprobs.subarray(unread), [...whole.logprobs.subarray(unread)]);
    expect(difference).toBeLessThanOrEqual(bound);
    expect(part.topIds.subarray(unread * topK)).toEqual(whole.topIds.subarray(unread * topK));
    expect(part.logprobs.subarray(0, unread).every(value => value === 0)).toBe(true);
  });
});

describe('attention', () => {
  test('is as spread, as local and as much on the first input', async () => {
    const { share } = golden;
    const found = await model.readLayers(ids, { kind: 'attention', share }, signal);
    expect([found.layers, found.heads]).toEqual([LAYERS, HEADS]);
    for (const column of ['entropies', 'entropiesWithoutSink', 'sinks', 'locals'] as const) {
      const expected = Array.from({ length: rows }, (_, token) =>
        golden.attention.flatMap(layer => layer[column][token]!),
      ).flat();
      expect(apart(found[column], expected), column).toBeLessThan(2e-4);
    }
  });

  test('is said whole of one input, and what others pay to it', async () => {
    for (const { query: position, weights } of golden.rows) {
      const at = await model.readLayers(ids, { kind: 'attentionAt', position }, signal);
      expect(apart(at.from, weights.flat(2))).toBeLessThan(2e-5);
      const keys = position + 1;
      for (let head = 0; head < LAYERS * HEADS; head++) {
        const row = at.from.subarray(head * keys, (head + 1) * keys);
        expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
        // To itself.
        expect(at.to[head * (rows - position)]).toBe(row[position]);
      }
      const key = 3;
      const to = await model.readLayers(ids, { kind: 'attentionAt', position: key }, signal);
      const queries = rows - key;
      const theirs = Array.from(
        { length: LAYERS * HEADS },
        (_, head) => to.to[head * queries + position - key]!,
      );
      const ours = Array.from({ length: LAYERS * HEADS }, (_, head) => at.from[head * keys + key]!);
      expect(theirs).toEqual(ours);
    }
  });
});

test('energies and drift are those of the residual stream', async () => {
  for (const form of ['elu', 'gaussian'] as const) {
    const reading = { kind: 'energy', form, margin: golden.margin } as const;
    const found = await model.readLayers(ids, reading, signal);
    expect(apart(found, golden.residual.energies[form]), form).toBeLessThan(1e-5);
  }
  const drift = await model.readLayers(ids, { kind: 'drift' }, signal);
  expect(apart(drift, golden.residual.drift)).toBeLessThan(1e-5);
});

test('a layer that is not there is refused by its number', async () => {
  const energy = { kind: 'energy', form: 'elu', margin: 0.5, layer: 4 } as const;
  await expect(model.readLayers(ids, energy, signal)).rejects.toThrow(UserError);
  await expect(model.readLayers(ids, energy, signal)).rejects.toThrow('Layer 4 does not exist');
  const rank = { kind: 'attentionRank', iterations: 2, withoutSink: true, layer: 9 } as const;
  await expect(model.readLayers(ids, rank, signal)).rejects.toThrow('Layer 9 does not exist');
});
