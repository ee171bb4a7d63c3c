// What the layers of the built-in model know of a short text, beside NumPy's answers from the same attention and states.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { attentionRank } from '../../../src/core/layers/attentionRank';
import { summariseAttention, type AttentionColumns } from '../../../src/core/layers/attentionRows';
import { coreSignificance, lostByCores } from '../../../src/core/layers/coreTokens';
import { energies, type EnergyOptions } from '../../../src/core/layers/energy';
import { EarlyExits, exitLayer } from '../../../src/core/layers/exitDepth';
import { drift } from '../../../src/core/layers/lookAhead';
import { golden } from '../../support/paths';

type Column = (number | null)[];
type Energies = Record<EnergyOptions['form'], number[]>;
type Cores = Record<'significance' | 'lost' | 'far', Column>;

const made = JSON.parse(readFileSync(join(golden, 'layers.json'), 'utf8')) as {
  text: string;
  ids: number[];
  targets: number[];
  lens: Record<'top' | 'topLogprob' | 'logprob', number[][]>;
  exitLayers: number[];
  exits: Record<'threshold' | 'leaving' | 'right' | 'same' | 'meanLayers', number | null>[];
  share: number;
  attention: Record<keyof AttentionColumns, Column[]>[];
  rows: { query: number; weights: number[][][] }[];
  square: {
    layer: number;
    tokens: number;
    weights: number[][];
    group: number;
    cores: Cores;
    coresWithoutSink: Cores;
    iterations: number;
    ranks: number[];
    ranksWithoutSink: number[];
    variances: [number, number];
    ranksOfKeptHeads: number[];
  };
  margin: number;
  residual: { energies: Energies; drift: Column };
  states: { tokens: number; width: number; data: string; energies: Energies };
};

/** The largest difference; both have no number at the same places. */
function difference(found: ArrayLike<number>, expected: Column): number {
  expect(found).toHaveLength(expected.length);
  let largest = 0;
  expected.forEach((value, i) => {
    if (value === null) expect(found[i], `at ${i}`).toBeNaN();
    else largest = Math.max(largest, Math.abs(found[i]! - value));
  });
  return largest;
}

const layers = made.lens.top.length;
const tokens = made.ids.length;
const names = ['entropies', 'sinks', 'entropiesWithoutSink', 'locals'] as const;

describe('the logit lens', () => {
  const ladder = (values: number[][], token: number) => values.map(layer => layer[token]!);

  test('of the last layer is the model', () => {
    const scores = JSON.parse(readFileSync(join(golden, 'scores.json'), 'utf8')) as {
      texts: Record<string, { ids: number[]; logprob: number[] }>;
    };
    const { ids, logprob } = scores.texts[made.text]!;
    expect(made.targets).toEqual(ids.slice(0, tokens));
    // Both have rotations in float32, of frequencies whose last bit differs.
    expect(difference(made.lens.logprob.at(-1)!, logprob.slice(0, tokens))).toBeLessThan(1e-5);
  });

  test('exit layers', () => {
    const found = made.ids.map((_, token) => exitLayer(ladder(made.lens.top, token), 1));
    expect(found).toEqual(made.exitLayers);
    expect(new Set(found).size).toBe(layers);
  });

  test('early exits', () => {
    const exits = new EarlyExits(layers, 1);
    for (let token = 0; token < tokens; token++)
      exits.add({
        topIds: ladder(made.lens.top, token),
        topLogprobs: ladder(made.lens.topLogprob, token),
      });
    exits.result().forEach((found, i) => {
      for (const [key, value] of Object.entries(made.exits[i]!))
        expect(found[key as keyof typeof found], key).toBeCloseTo(value ?? NaN, 10);
    });
  });
});

describe('the square of attention', () => {
  const { layer, tokens: n, group, iterations } = made.square;
  const heads = made.square.weights.length;
  const weights = new Float32Array(heads * n * n);
  made.square.weights.forEach((triangle, head) => {
    for (let query = 0, at = 0; query < n; at += ++query)
      weights.set(triangle.slice(at, at + query + 1), (head * n + query) * n);
  });

  test.each(names)('%s', name => {
    const found = summariseAttention(weights, { heads, tokens: n, seen: n }, made.share)[name];
    const expected = made.attention[layer]![name].slice(0, n).flat();
    expect(difference(found, expected)).toBeLessThan(2e-6);
  });

  test.each([
    [false, made.square.cores],
    [true, made.square.coresWithoutSink],
  ])('core tokens; without the sink: %j', (withoutSink, expected) => {
    const significance = coreSignificance(weights, n, group);
    expect(difference(significance, expected.significance)).toBeLessThan(1e-6);
    const { lost, far } = lostByCores(weights, n, group, significance, withoutSink);
    expect(difference(lost, expected.lost)).toBeLessThan(1e-6);
    expect(difference(far, expected.far)).toBeLessThan(1e-6);
  });

  const [minVariance, maxVariance] = made.square.variances;
  test.each([
    [{ iterations, withoutSink: false }, made.square.ranks],
    [{ iterations, withoutSink: true }, made.square.ranksWithoutSink],
    [{ iterations, withoutSink: true, minVariance, maxVariance }, made.square.ranksOfKeptHeads],
  ])('ranks: %j', (options, expected) => {
    expect(difference(attentionRank(weights, n, options), expected)).toBeLessThan(1e-6);
  });
});

test.each(made.rows)('rows of query $query, in every layer', ({ query, weights }) => {
  weights.forEach((rows, layer) => {
    const shape = { heads: rows.length, tokens: 1, seen: query + 1 };
    const found = summariseAttention(Float32Array.from(rows.flat()), shape, made.share);
    for (const name of names)
      expect(difference(found[name], made.attention[layer]![name][query]!), name).toBeLessThan(
        2e-6,
      );
  });
});

describe('states', () => {
  const { tokens: n, width, data } = made.states;
  const states = new Float32Array(Uint8Array.from(Buffer.from(data, 'base64')).buffer);

  test.each(['elu', 'gaussian'] as const)('energies: %s', form => {
    const found = energies(states, n, { form, margin: made.margin });
    expect(difference(found, made.states.energies[form])).toBeLessThan(1e-6);
  });

  test('drift', () => {
    const found = drift(states, n, width);
    expect(difference(found, made.residual.drift.slice(0, n))).toBeLessThan(1e-6);
  });
});
