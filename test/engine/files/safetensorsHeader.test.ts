// Headers as the format's description has them, and what is wrong with others, one change at a time.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { readSafetensorsHeader } from '../../../src/engine/files/safetensorsHeader';
import { seedOr } from '../../support/seed';

const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-header-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const path = join(scratch, 'a.safetensors');

interface Entry {
  readonly dtype: unknown;
  readonly shape: unknown;
  readonly data_offsets: readonly unknown[];
}

/** `length`: what the file says of its header's. */
function headerOf(json: unknown, dataBytes: number, length?: number) {
  const text = Buffer.from(typeof json === 'string' ? json : JSON.stringify(json));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(length ?? text.length));
  writeFileSync(path, Buffer.concat([prefix, text, Buffer.alloc(dataBytes)]));
  return { start: 8 + text.length, read: () => readSafetensorsHeader(path) };
}

/** Of tensors one after the other, without a gap between some of them. */
const tensors = fc.array(
  fc.record({
    dtype: fc.constantFrom('F32', 'BF16', 'I64'),
    shape: fc.array(fc.nat(5), { maxLength: 4 }),
    bytes: fc.nat(40),
    gap: fc.constantFrom(0, 0, 3),
  }),
  { maxLength: 6 },
);
const notes = fc.dictionary(fc.constantFrom('format', 'a'), fc.string(), { maxKeys: 2 });

function entriesOf(parts: { dtype: string; shape: number[]; bytes: number; gap: number }[]) {
  let at = 0;
  const entries: Record<string, Entry> = {};
  for (const [i, { dtype, shape, bytes, gap }] of parts.entries()) {
    entries[`t${i}`] = { dtype, shape, data_offsets: [at, at + bytes] };
    at += bytes + gap;
  }
  return { entries, end: at };
}

test('every tensor has its type, its shape and its place in the file, in any order', () => {
  const parameters = { seed: seedOr(1), numRuns: 60 };
  const backwards = fc.boolean();
  fc.assert(
    fc.property(tensors, notes, backwards, fc.nat(3), (parts, said, isBackwards, rest) => {
      const { entries, end } = entriesOf(parts);
      const listed = Object.entries(entries);
      if (isBackwards) listed.reverse();
      const json = { __metadata__: said, ...Object.fromEntries(listed) };
      const { start, read } = headerOf(json, end + rest);
      expect(read()).toEqual({
        tensors: listed.map(
          ([
            name,
            {
              dtype,
              shape,
              data_offsets: [from, to],
            },
          ]) => ({
            name,
            dtype,
            shape,
            offset: start + Number(from),
            length: Number(to) - Number(from),
          }),
        ),
        notes: said,
        size: start + end + rest,
      });
    }),
    parameters,
  );
});

test('the file need not hold what its header names', () => {
  const { start, read } = headerOf({ a: { dtype: 'F32', shape: [9], data_offsets: [4, 40] } }, 3);
  expect(read()).toMatchObject({ tensors: [{ offset: start + 4, length: 36 }], size: start + 3 });
  expect(read().notes).toEqual({});
});

test('tensors that share a byte are refused by both names', () => {
  const parameters = { seed: seedOr(2), numRuns: 60 };
  const length = fc.integer({ min: 1, max: 9 });
  fc.assert(
    fc.property(fc.nat(9), length, fc.nat(9), length, (a, aBytes, b, bBytes) => {
      const entry = (from: number, bytes: number): Entry => ({
        dtype: 'U8',
        shape: [bytes],
        data_offsets: [from, from + bytes],
      });
      const { read } = headerOf({ a: entry(a, aBytes), b: entry(b, bBytes) }, 20);
      if (a + aBytes <= b || b + bBytes <= a) expect(read().tensors).toHaveLength(2);
      else expect(read).toThrow(/"[ab]" and "[ab]" overlap/);
    }),
    parameters,
  );
});

test('a tensor without a byte lies anywhere', () => {
  const [none, some] = [
    { dtype: 'F32', shape: [0], data_offsets: [4, 4] },
    { dtype: 'F32', shape: [1], data_offsets: [4, 8] },
  ];
  expect(
    headerOf({ some, none }, 8)
      .read()
      .tensors.map(each => each.length),
  ).toEqual([4, 0]);
});

const good: Entry = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };
test.each<[string, unknown]>([
  ['no entry', null],
  ['a number', 3],
  ['a list', []],
  ['no type', { ...good, dtype: undefined }],
  ['a type that is no word', { ...good, dtype: 7 }],
  ['no shape', { ...good, shape: undefined }],
  ['a size below 0', { ...good, shape: [-2] }],
  ['a size that is no whole number', { ...good, shape: [0.5] }],
  ['sizes whose product is too large', { ...good, shape: [2 ** 30, 2 ** 30] }],
  ['no place', { ...good, data_offsets: undefined }],
  ['no end', { ...good, data_offsets: [0] }],
  ['an end before its start', { ...good, data_offsets: [8, 0] }],
  ['a start below 0', { ...good, data_offsets: [-8, 0] }],
  ['a start that is no whole number', { ...good, data_offsets: [0.5, 8] }],
  ['a start in words', { ...good, data_offsets: ['0', 8] }],
])('a tensor with %s is refused by its name', (_, entry) => {
  expect(headerOf({ good, bad: entry }, 8).read).toThrow(
    /a\.safetensors .*"bad" has no type, shape or place/,
  );
  expect(headerOf({ good }, 8).read().tensors).toHaveLength(1);
});

test('a header that is none is refused', () => {
  for (const json of ['[]', 'null', '3', '"a"'])
    expect(headerOf(json, 8).read).toThrow(/not a JSON object/);
  for (const json of ['{', '{"a":}']) expect(headerOf(json, 8).read).toThrow(/is not JSON/);
  // As long as the file, and a byte longer.
  expect(headerOf('{}', 0).read().tensors).toEqual([]);
  for (const length of [0, 3, 2 ** 52])
    expect(headerOf('{}', 0, length).read).toThrow(/does not fit/);
  for (let bytes = 0; bytes < 8; bytes++) {
    writeFileSync(path, Buffer.alloc(bytes));
    expect(() => readSafetensorsHeader(path)).toThrow(/does not fit/);
  }
  const long = 25_000_000;
  expect(headerOf('{}'.padEnd(long), 0).read().tensors).toEqual([]);
  expect(headerOf('{}'.padEnd(long + 1), 0).read).toThrow(`its header has ${long + 1} bytes`);
});
