// All numbers of 16 bits, beside the 32-bit floats that are made of the same fields.
import { expect, test } from 'vitest';
import { bfloatToNumber, halfToNumber } from '../../../src/engine/files/halfFloat';

const view = new DataView(new ArrayBuffer(4));
const floatOf = (bits: number) => {
  view.setUint32(0, bits >>> 0);
  return view.getFloat32(0);
};
const all = Array.from({ length: 1 << 16 }, (_, bits) => bits);
/** What differs is listed: 65,536 expectations take seconds. */
const different = (own: (bits: number) => number, wanted: (bits: number) => number) =>
  all.filter(bits => !Object.is(own(bits), wanted(bits)));

test('halves', () => {
  const wanted = (bits: number) => {
    const [sign, exponent, fraction] = [bits >> 15, (bits >> 10) & 31, bits & 1023];
    // Below 2^-14 a step is 2^-24, and no digit stands before the point.
    if (exponent === 0) return (sign ? -1 : 1) * fraction * floatOf((127 - 24) << 23);
    const wider = exponent === 31 ? 255 : exponent - 15 + 127;
    return floatOf((sign << 31) | (wider << 23) | (fraction << 13));
  };
  expect(different(halfToNumber, wanted)).toEqual([]);
  expect([0x3c00, 0xc000, 0x7bff, 0x0001, 0x3555].map(halfToNumber)).toEqual([
    1,
    -2,
    65504,
    2 ** -24,
    1365 / 4096,
  ]);
});

test('bfloats', () => {
  expect(different(bfloatToNumber, bits => floatOf(bits * 65536))).toEqual([]);
  expect([0x3f80, 0xc000, 0x0000].map(bfloatToNumber)).toEqual([1, -2, 0]);
});
