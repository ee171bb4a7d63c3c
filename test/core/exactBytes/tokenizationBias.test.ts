// What an approximation of the next byte costs, and the sums that prove the exact ones.
import { expect, test } from 'vitest';
import { bitsPerByte, describeProof, totalsOf } from '../../../src/core/exactBytes/byteProof';
import { biasBits } from '../../../src/core/exactBytes/tokenizationBias';

const bytes = (shares: Record<number, number>) => {
  const all = new Float64Array(256);
  for (const [byte, share] of Object.entries(shares)) all[Number(byte)] = share;
  return all;
};

test('the bias is the divergence of the approximation, in bits', () => {
  const exact = bytes({ 65: 0.5, 66: 0.25, 200: 0.25 });
  expect(biasBits(exact, exact)).toBe(0);
  // 0.5 · 1 + 0.25 · -1 + 0.25 · 0
  expect(biasBits(exact, bytes({ 65: 0.25, 66: 0.5, 200: 0.25 }))).toBeCloseTo(0.25, 12);
  // A byte that cannot come costs nothing, one that is thought not to come without end.
  expect(biasBits(bytes({ 1: 1 }), bytes({ 1: 0.5, 2: 0.5 }))).toBeCloseTo(1, 12);
  expect(biasBits(bytes({ 1: 0.5, 2: 0.5 }), bytes({ 1: 1 }))).toBe(Infinity);
});

test('the mass of neither byte is one more outcome', () => {
  const [exact, other] = [bytes({ 65: 0.5 }), bytes({ 65: 0.25 })];
  // 0.5 · 1 + 0.5 · log₂(0.5 / 0.75)
  expect(biasBits(exact, other)).toBeCloseTo(0.5 + 0.5 * Math.log2(2 / 3), 12);
  expect(biasBits(other, exact)).toBeCloseTo(-0.25 + 0.75 * Math.log2(1.5), 12);
  // Rounding above 1 is none.
  expect(biasBits(bytes({ 65: 1 + 1e-9 }), bytes({ 65: 1 }))).toBeCloseTo(0, 6);
  const missing = biasBits(bytes({ 65: 0.5 }), bytes({ 65: 1 }));
  expect(missing).toBeGreaterThan(20);
  expect(missing).toBeLessThan(40);
});

test('windows are added up, and the end belongs to the text', () => {
  const one = { bytesBits: 1, boundaryBits: 20, endBits: 300, tokenBits: 4000 };
  const other = { bytesBits: 2, boundaryBits: 30, endBits: 400, tokenBits: 5000 };
  const all = totalsOf({ windows: [one, other] });
  expect(all).toEqual({ bytesBits: 3, boundaryBits: 50, endBits: 700, tokenBits: 9000 });
  expect(totalsOf({ windows: [] })).toEqual({
    bytesBits: 0,
    boundaryBits: 0,
    endBits: 0,
    tokenBits: 0,
  });
  expect(bitsPerByte(all, 100)).toBe(7.03);
  expect(bitsPerByte(all, 0)).toBeNull();
});

test('the proof says its terms and what is left', () => {
  const sums = { bytesBits: 902.3864, boundaryBits: 0, endBits: 1.653, tokenBits: 904.038 };
  expect(describeProof(sums)).toBe(
    'Σ bytes 902.386 + end 1.653 = Σ tokens 904.038 bits (difference 0.001)',
  );
  expect(describeProof({ ...sums, boundaryBits: 2.5, endBits: 0, tokenBits: 900 })).toBe(
    'Σ bytes 902.386 + boundaries 2.500 = Σ tokens 900.000 bits (difference 5)',
  );
});
