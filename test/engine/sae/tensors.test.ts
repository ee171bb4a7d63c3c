// Numbers of every type that weights are stored in, at any place of a buffer.
import { expect, test } from 'vitest';
import { UserError } from '../../../src/core/errors';
import { ELEMENT_TYPES, numbersOf, Tensors } from '../../../src/engine/sae/tensors';
import { seedOr } from '../../support/seed';
import { randomOf } from '../../support/toys';

type Write = (view: DataView, at: number, value: number) => void;
/** How each type is written; half precision by numbers that it holds. */
const writers: Record<string, [width: number, values: readonly number[], write: Write]> = {
  F64: [8, [0.1, -3e38, 2 ** -126], (view, at, value) => view.setFloat64(at, value, true)],
  F32: [4, [0.1, -3e38, 2 ** -126], (view, at, value) => view.setFloat32(at, value, true)],
  F16: [
    2,
    [1, -2, 0.5],
    (view, at, value) => view.setUint16(at, { 1: 0x3c00, '-2': 0xc000, 0.5: 0x3800 }[value]!, true),
  ],
  BF16: [
    2,
    [1, -2, 0.5],
    (view, at, value) => view.setUint16(at, { 1: 0x3f80, '-2': 0xc000, 0.5: 0x3f00 }[value]!, true),
  ],
  I64: [8, [7, -(2 ** 40)], (view, at, value) => view.setBigInt64(at, BigInt(value), true)],
  I32: [4, [7, -(2 ** 30)], (view, at, value) => view.setInt32(at, value, true)],
  BOOL: [1, [0, 1], (view, at, value) => view.setUint8(at, value)],
};

test.each(Object.entries(writers))('%s', (type, [width, values, write]) => {
  const random = randomOf(seedOr(1));
  for (const offset of [0, 1, 5]) {
    const wanted = Array.from({ length: 20 }, () => values[Math.floor(random() * values.length)]!);
    const bytes = new Uint8Array(offset + (wanted.length + 2) * width).fill(0x55);
    const view = new DataView(bytes.buffer);
    wanted.forEach((value, i) => write(view, offset + i * width, value));
    const found = numbersOf(bytes.subarray(offset), type, wanted.length);
    expect([...found]).toEqual(wanted.map(Math.fround));
    expect(found.buffer).toBeInstanceOf(SharedArrayBuffer);
  }
});

test('every type that is read is among them', () => {
  expect([...ELEMENT_TYPES.keys()].sort()).toEqual(Object.keys(writers).sort());
});

test('the first name that a file has is taken, and what is missing is named with what is there', () => {
  const tensorOf = (value: number) => ({ shape: [1], data: Float32Array.of(value) });
  const names = Array.from({ length: 20 }, (_, i) => `t${i}`);
  const read: string[] = [];
  const readers = new Map(
    names.map((name, i) => [name, () => (read.push(name), tensorOf(i))] as const),
  );
  const tensors = new Tensors('/a', { note: 'n' }, readers);
  expect(tensors.get('none', 't3', 't2')).toEqual(tensorOf(3));
  expect(tensors.find('t2', 't3')).toEqual(tensorOf(2));
  expect(tensors.find('none')).toBeUndefined();
  expect([tensors.has('t1'), tensors.has('none')]).toEqual([true, false]);
  // Nothing else was read.
  expect(read).toEqual(['t3', 't2']);
  expect(() => tensors.get('none', 'other')).toThrow(UserError);
  expect(() => tensors.get('none', 'other')).toThrow(
    `/a has no "none" or "other"; it has: ${names.slice(0, 12).join(', ')}.`,
  );
});
