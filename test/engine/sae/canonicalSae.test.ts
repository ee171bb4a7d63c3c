// Tensors of any format in the canonical form: the numbers by hand, and the features that they give.
import { describe, expect, test } from 'vitest';
import { decodeToken, preActivations } from '../../../src/core/sae/encode';
import { UserError } from '../../../src/core/errors';
import {
  assembleSae,
  constantThreshold,
  foldScale,
  noSource,
  relu,
  rowLengths,
  scaleColumns,
  scaleRows,
  thresholds,
  transpose,
  type SaeParts,
} from '../../../src/engine/sae/canonicalSae';

const tensor = (shape: number[], ...data: number[]) => ({ shape, data: Float32Array.from(data) });
/** Of width 2, with 3 features. */
const encoder = tensor([2, 3], 1, 2, 3, 4, 5, 6);
const decoder = tensor([3, 2], 1, 0.5, 2, 0.25, 3, 0.125);
const parts: SaeParts = {
  encoder,
  encoderIs: 'dF',
  decoder,
  decoderIs: 'Fd',
  encoderBias: Float32Array.of(0.5, -1, 2),
  decoderBias: Float32Array.of(7, 8),
  shift: Float32Array.of(1, -1),
  activation: relu(3),
  source: noSource,
};
const plain = (values: ArrayLike<number> | null) => values && Array.from(values);

test('every orientation is the same autoencoder', () => {
  const sae = assembleSae('a', 'F', parts);
  expect(sae).toMatchObject({
    name: 'F',
    width: 2,
    outWidth: 2,
    features: 3,
    norm: 'none',
    skip: null,
  });
  expect([plain(sae.encoder), plain(sae.decoder)]).toEqual([
    plain(encoder.data),
    plain(decoder.data),
  ]);
  expect(plain(sae.shift)).toEqual([1, -1]);
  const turned: SaeParts = {
    ...parts,
    variant: 'v',
    encoder: transpose(encoder),
    encoderIs: 'Fd',
    decoder: transpose(decoder),
    decoderIs: 'dF',
  };
  const other = assembleSae('a', 'F', turned);
  expect(other.name).toBe('F v');
  for (const key of ['encoder', 'decoder', 'encoderBias', 'decoderBias'] as const)
    expect(plain(other[key])).toEqual(plain(sae[key]));
});

test('what is left out is nothing, and a residual that is centred has that as its norm', () => {
  const bare = assembleSae('a', 'F', { ...parts, encoderBias: undefined, shift: undefined });
  expect([plain(bare.encoderBias), bare.shift]).toEqual([[0, 0, 0], null]);
  const centred = { ...parts, source: { ...noSource, centred: true } };
  expect(assembleSae('a', 'F', centred).norm).toBe('centre');
  expect(assembleSae('a', 'F', { ...centred, norm: 'layerNorm' }).norm).toBe('layerNorm');
  const skip = tensor([2, 2], 1, 2, 3, 4);
  const skipOf = (is: 'in-out' | 'out-in') =>
    plain(assembleSae('a', 'F', { ...parts, skip: { tensor: skip, is } }).skip);
  expect([skipOf('in-out'), skipOf('out-in')]).toEqual([
    [1, 2, 3, 4],
    [1, 3, 2, 4],
  ]);
});

test.each<[string, Partial<SaeParts>, string]>([
  [
    'a width',
    { claims: { width: 4 } },
    'a: the width in its configuration is 4 where the encoder has 2.',
  ],
  [
    'features',
    { claims: { features: 4 } },
    'a: the number of features in its configuration is 4 where the encoder has 3.',
  ],
  [
    'a decoder',
    { decoder: tensor([2, 2], 1, 2, 3, 4) },
    "a: the decoder's number of features is 2 where the encoder has 3.",
  ],
  [
    'a shift',
    { shift: new Float32Array(3) },
    "a: the bias before the encoder's width is 3 where the encoder has 2.",
  ],
  [
    'a bias',
    { encoderBias: new Float32Array(2) },
    "a: the length of the encoder's bias is 2 where the encoder has 3.",
  ],
  [
    'another bias',
    { decoderBias: new Float32Array(3) },
    "a: the decoder's bias has 3 numbers, the decoder 2.",
  ],
  [
    'a skip',
    { skip: { tensor: tensor([3, 2], 1, 2, 3, 4, 5, 6), is: 'in-out' } },
    "a: the skip connection's width is 3 where the encoder has 2.",
  ],
  [
    'thresholds',
    { activation: relu(2) },
    'a: the number of thresholds is 2 where the encoder has 3.',
  ],
])('%s of another size is refused with both numbers', (_, other, message) => {
  expect(() => assembleSae('a', 'F', { ...parts, ...other })).toThrow(new UserError(message));
});

test('sizes that are right or no numbers are no matter', () => {
  for (const claims of [
    { width: 2, features: 3 },
    { width: '9', features: null },
  ])
    expect(assembleSae('a', 'F', { ...parts, claims }).features).toBe(3);
});

describe('scales', () => {
  test('of rows and columns, and the lengths of rows', () => {
    expect(plain(scaleRows(encoder, row => row + 2).data)).toEqual([2, 4, 6, 12, 15, 18]);
    expect(plain(scaleColumns(encoder, column => column + 1).data)).toEqual([1, 4, 9, 4, 10, 18]);
    expect(plain(rowLengths(tensor([2, 2], 3, 4, 0, 2)))).toEqual([5, 2]);
  });

  test('that x is multiplied with first may be in the weights', () => {
    const s = 4;
    const sae = assembleSae('a', 'F', parts);
    const folded = assembleSae('a', 'F', foldScale(parts, s));
    const x = Float32Array.of(0.75, -2);
    const scaled = x.map(value => value * s);
    expect(plain(preActivations(folded, x))).toEqual(plain(preActivations(sae, scaled)));
    const decoded = plain(decodeToken(sae, scaled, [0, 2], [1, 0.5]))!.map(value => value / s);
    expect(plain(decodeToken(folded, x, [0, 2], [1, 0.5]))).toEqual(decoded);
    expect(foldScale({ ...parts, shift: undefined }, s).shift).toBeUndefined();
  });

  test('of thresholds are never below 0', () => {
    const of = (activation: ReturnType<typeof relu>) =>
      activation.kind === 'threshold' && plain(activation.threshold);
    expect(of(thresholds(Float32Array.of(-1, 0, 2)))).toEqual([0, 0, 2]);
    expect(of(constantThreshold(2, 0.5))).toEqual([0.5, 0.5]);
    expect(of(constantThreshold(1, -3))).toEqual([0]);
    expect(of(relu(2))).toEqual([0, 0]);
  });
});
