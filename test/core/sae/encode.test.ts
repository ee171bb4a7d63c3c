// The maths of one token, beside the formulas of src/core/sae/sae.ts written out.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  decodeToken,
  largest,
  lengthOf,
  normalize,
  preActivations,
} from '../../../src/core/sae/encode';
import type { NormKind, Sae } from '../../../src/core/sae/sae';
import { seededRandom } from '../../../src/core/random';
import { seedOr } from '../../support/seed';

const [WIDTH, OUT, FEATURES] = [5, 4, 7];
const kinds: NormKind[] = ['none', 'constantNorm', 'layerNorm', 'centre'];

/** A transcoder where `outWidth` differs from the width. */
function randomSae(norm: NormKind, parts: { shift: boolean; skip: boolean }, seed: number): Sae {
  const random = seededRandom(seed);
  const numbers = (length: number) => Float32Array.from({ length }, () => 2 * random() - 1);
  return {
    name: '',
    width: WIDTH,
    outWidth: OUT,
    features: FEATURES,
    norm,
    encoder: numbers(WIDTH * FEATURES),
    encoderBias: numbers(FEATURES),
    shift: parts.shift ? numbers(WIDTH) : null,
    decoder: numbers(FEATURES * OUT),
    decoderBias: numbers(OUT),
    skip: parts.skip ? numbers(WIDTH * OUT) : null,
    activation: { kind: 'topK', k: 3 },
    source: {} as never,
  };
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

/** norm(x), and what undoes it. */
function normOf(kind: NormKind, x: readonly number[]): [number[], (y: number) => number] {
  const mean = sumOf(x) / x.length;
  const centred = x.map(value => value - mean);
  if (kind === 'centre') return [centred, y => y];
  if (kind === 'constantNorm') {
    const by = Math.sqrt(x.length) / (Math.hypot(...x) || 1);
    return [x.map(value => value * by), y => y / by];
  }
  if (kind === 'layerNorm') {
    const deviation = Math.sqrt(sumOf(centred.map(value => value ** 2)) / (x.length - 1)) + 1e-5;
    return [centred.map(value => value / deviation), y => y * deviation + mean];
  }
  return [[...x], y => y];
}

const indices = (length: number) => Array.from({ length }, (_, i) => i);

test.each(kinds)('pre-activations and decoded features with the norm %s', kind => {
  const seed = seedOr(11);
  const random = seededRandom(seed);
  for (let round = 0; round < 40; round++) {
    const parts = { shift: round % 2 === 0, skip: round % 3 === 0 };
    const sae = randomSae(kind, parts, seed + round);
    const x = Float32Array.from({ length: WIDTH }, () => (round === 7 ? 0 : 6 * random() - 2));
    const [h, undo] = normOf(kind, [...x]);
    const input = h.map((value, i) => value - (sae.shift?.[i] ?? 0));
    expectNear(normalize(sae, x).h, input);
    expectNear(
      preActivations(sae, x),
      indices(FEATURES).map(
        f =>
          sae.encoderBias[f]! +
          sumOf(input.map((value, i) => value * sae.encoder[i * FEATURES + f]!)),
      ),
    );
    const features = [6, 0, 3];
    const values = [0.5, 2.25, 1];
    expectNear(
      decodeToken(sae, x, features, values),
      indices(OUT).map(o => {
        const decoded = features.map((f, i) => values[i]! * sae.decoder[f * OUT + o]!);
        const skipped = [...x].map((value, i) => value * (sae.skip?.[i * OUT + o] ?? 0));
        return undo(sae.decoderBias[o]! + sumOf(decoded)) + sumOf(skipped);
      }),
    );
  }
});

test('what a norm did is undone', () => {
  const x = [3, -1, 0.5, 8, 2];
  for (const kind of kinds) {
    const { h, undo } = normalize(randomSae(kind, { shift: false, skip: false }, 1), x);
    const mean = kind === 'centre' ? sumOf(x) / x.length : 0;
    expectNear(
      h.map(value => value * undo.scale + undo.offset + mean),
      x,
    );
  }
  expect(x).toEqual([3, -1, 0.5, 8, 2]);
});

test('the k largest are those of a sorted list, the first of equals', () => {
  const seed = seedOr(12);
  fc.assert(
    fc.property(fc.array(fc.nat(4)), fc.nat(8), (values, k) => {
      const left = values.map((value, i) => [value, i] as const);
      const wanted: number[] = [];
      while (wanted.length < Math.min(k, values.length)) {
        const most = Math.max(...left.map(([value]) => value));
        const at = left.findIndex(([value]) => value === most);
        wanted.push(left.splice(at, 1)[0]![1]);
      }
      expect(largest(values, k)).toEqual(wanted);
    }),
    { seed },
  );
});

test('the length is Euclid’s', () => {
  expect(lengthOf([3, -4])).toBe(5);
  expect(lengthOf([])).toBe(0);
});

function expectNear(found: ArrayLike<number>, wanted: readonly number[]): void {
  expect(found).toHaveLength(wanted.length);
  wanted.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 6));
}
