// How well an autoencoder fits a text, by the definition: over whole matrices in place of sums by part.
import { expect, test } from 'vitest';
import { seededRandom } from '../../../src/core/random';
import { qualityOf, surpriseOf } from '../../../src/core/sae/quality';
import { concatRows, rowsOf, type FeatureRows } from '../../../src/core/sae/sparseRows';
import { seedOr } from '../../support/seed';

const WIDTH = 3;
interface Token {
  x: number[];
  decoded: number[];
  on: number;
}

const squares = (vector: readonly number[]) => vector.reduce((sum, value) => sum + value ** 2, 0);
const minus = (a: readonly number[], b: readonly number[]) => a.map((value, i) => value - b[i]!);

function rowsOfTokens(tokens: readonly Token[]): FeatureRows {
  const lists = tokens.map(({ on }) => Array.from({ length: on }, (_, f) => [f, 1] as const));
  return {
    ...rowsOf(lists),
    norms: Float32Array.from(tokens, ({ x }) => Math.sqrt(squares(x))),
    errors: Float32Array.from(tokens, ({ x, decoded }) => Math.sqrt(squares(minus(x, decoded)))),
    activations: Float32Array.from(tokens.flatMap(({ x }) => x)),
  };
}

test('over the tokens that are not masked, whatever windows they come in', () => {
  const random = seededRandom(seedOr(21));
  const some = () => Array.from({ length: WIDTH }, () => Math.fround(4 * random() + 1));
  for (let round = 0; round < 50; round++) {
    const windows = Array.from({ length: 1 + Math.floor(4 * random()) }, () =>
      Array.from({ length: Math.floor(5 * random()) }, () => ({
        x: some(),
        decoded: some(),
        on: Math.floor(4 * random()),
      })),
    );
    const parts = windows.map(tokens => ({
      rows: rowsOfTokens(tokens),
      masked: Math.floor(3 * random()),
    }));
    const known = windows.flatMap((tokens, i) => tokens.slice(parts[i]!.masked));
    const { tokens, fvu, l0 } = qualityOf(parts);
    expect(tokens).toBe(known.length);
    const on = known.reduce((sum, token) => sum + token.on, 0);
    expect(l0).toBe(on / known.length);
    const mean = known
      .reduce((sum, { x }) => sum.map((value, i) => value + x[i]!), [0, 0, 0])
      .map(value => value / known.length);
    const error = known.reduce((sum, { x, decoded }) => sum + squares(minus(x, decoded)), 0);
    const variance = known.reduce((sum, { x }) => sum + squares(minus(x, mean)), 0);
    // Of one token: rounded, not 0.
    if (known.length > 1) expect(fvu / (error / variance)).toBeCloseTo(1, 4);
  }
});

test('says nothing of what is not there', () => {
  const nothing = { tokens: 0, fvu: NaN, l0: NaN };
  expect(qualityOf([])).toEqual(nothing);
  expect(qualityOf([{ rows: concatRows([]), masked: 1 }])).toEqual(nothing);
  const one = rowsOfTokens([{ x: [1, 2, 2], decoded: [0, 0, 0], on: 2 }]);
  expect(qualityOf([{ rows: one, masked: 0 }])).toEqual({ tokens: 1, fvu: NaN, l0: 2 });
});

test('a feature surprises by its value and by how rare it is', () => {
  expect(surpriseOf(2, Math.exp(-3))).toBeCloseTo(6, 10);
  expect(surpriseOf(2, 1)).toBe(0);
  expect(surpriseOf(1, 0)).toBeCloseTo(9 * Math.LN10, 10);
});
