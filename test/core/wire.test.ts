// The protobuf wire format, beside an encoder of our own over bigints.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes } from '../../src/core/bytes';
import {
  BYTES,
  bytesField,
  FIXED32,
  FIXED64,
  MAX_FIELD_HEADER_BYTES,
  payload,
  readField,
  readFields,
  readIntegers,
  readString,
  stringField,
  VARINT,
  varint,
  varintField,
  WireError,
} from '../../src/core/wire';
import { seedOr } from '../support/seed';

/** Groups of seven bits, lowest first, each but the last with the high bit set; negative as 64 bits of two's complement. */
function naive(value: number): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const groups: number[] = [];
  for (; rest >= 128n; rest /= 128n) groups.push(Number(rest % 128n) + 128);
  return [...groups, Number(rest)];
}

const edges = [0, 1, 6, 7, 8, 13, 14, 28, 31, 32, 35, 48, 49, 50, 52]
  .flatMap(bits => [2 ** bits - 1, 2 ** bits, 2 ** bits + 1])
  .flatMap(value => [value, -value]);
const integer = fc.oneof(fc.constantFrom(...edges), fc.maxSafeInteger());
const number = fc.oneof(
  fc.constantFrom(1, 15, 16, 2047, 2 ** 29 - 1),
  fc.nat(2000).map(n => n + 1),
);

describe('integers', () => {
  test('are written as an encoder over bigints writes them, and read back', () => {
    const seed = seedOr(41);
    fc.assert(
      fc.property(integer, number, (value, at) => {
        expect([...varint(value)]).toEqual(naive(value));
        const bytes = varintField(at, value);
        expect([...bytes]).toEqual([...naive(at * 8), ...naive(value)]);
        const field = readField(bytes, 0);
        const start = naive(at * 8).length;
        const end = bytes.length;
        // -0 is 0.
        expect(field).toEqual({
          number: at,
          wireType: VARINT,
          value: value + 0,
          from: 0,
          start,
          end,
        });
        expect(readIntegers(bytes, field)).toEqual([value + 0]);
        expect(end).toBeLessThanOrEqual(MAX_FIELD_HEADER_BYTES);
      }),
      { seed },
    );
  });

  test('of a list stand one behind the other', () => {
    const seed = seedOr(42);
    fc.assert(
      fc.property(fc.array(integer), values => {
        const list = bytesField(3, concatBytes(values.map(varint)));
        expect(readIntegers(list, readField(list, 0))).toEqual(values.map(value => value + 0));
      }),
      { seed },
    );
  });

  test('beyond 64 bits are cut to them, and an end is found after ten bytes at most', () => {
    const all = (count: number, last: number) =>
      Uint8Array.of(8, ...new Array<number>(count).fill(0xff), last);
    expect(readField(all(9, 0x7f), 0)).toMatchObject({ value: -1, end: 11 });
    expect(() => readField(all(10, 0), 0)).toThrow('an endless number at byte 1');
  });
});

describe('a message', () => {
  test('has its fields in their order, each with its place', () => {
    const seed = seedOr(43);
    const payloads = {
      varint: integer.map(value => ({ wireType: VARINT, bytes: naive(value), value: value + 0 })),
      bytes: fc.uint8Array({ maxLength: 300 }).map(bytes => ({
        wireType: BYTES,
        bytes: [...naive(bytes.length), ...bytes],
        value: bytes.length,
      })),
      fixed: fc.constantFrom(4, 8).map(width => ({
        wireType: width === 4 ? FIXED32 : FIXED64,
        bytes: new Array<number>(width).fill(0xaa),
        value: 0,
      })),
    };
    const fields = fc.array(
      fc.tuple(number, fc.oneof(payloads.varint, payloads.bytes, payloads.fixed)),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(fields, fields => {
        const written: number[] = [];
        const expected = fields.map(([number, { wireType, bytes, value }]) => {
          const from = written.length;
          written.push(...naive(number * 8 + wireType));
          const length = wireType === BYTES ? naive(value).length : 0;
          const start = written.length + length;
          written.push(...bytes);
          return { number, wireType, value, from, start, end: written.length };
        });
        const message = Uint8Array.from(written);
        expect([...readFields(message)]).toEqual(expected);
        // Cut anywhere but between two fields it is no message.
        const ends = new Set([0, ...expected.map(({ end }) => end)]);
        for (let end = 0; end < message.length; end++) {
          const read = () => [...readFields(message.subarray(0, end))].length;
          if (ends.has(end)) expect(read()).toBeLessThan(fields.length);
          else expect(read).toThrow(WireError);
        }
      }),
      { seed, numRuns: 50 },
    );
  });

  test('gives the bytes and the text of a field', () => {
    const texts = ['', 'a', '\ufeffé🙂', 'x'.repeat(200)];
    const message = concatBytes(texts.map((text, i) => stringField(i + 1, text)));
    const fields = [...readFields(message)];
    expect(fields.map(field => readString(message, field))).toEqual(texts);
    expect(fields.map(field => payload(message, field).length)).toEqual([0, 1, 9, 200]);
    expect([...payload(message, fields[1]!)]).toEqual([0x61]);
  });

  test.each([
    [[0], 'no field number 0 at byte 0'],
    [[8, 1, ...naive(2 ** 32)], `no field number ${2 ** 29} at byte 2`],
    [[8 + 3], 'no wire type 3 at byte 0'],
    [[8 + 4], 'no wire type 4 at byte 0'],
    [[8 + 2, ...naive(-1)], 'a negative length at byte 1'],
    [[8, 1, 8 + 2, 2, 0], 'a field runs past the end at byte 2'],
    [[8 + 1, 0, 0, 0], 'a field runs past the end at byte 0'],
    [[8, 0x80], 'the end in the middle of a field at byte 2'],
    [[8], 'the end in the middle of a field at byte 1'],
  ])('of %j is refused: %s', (bytes, message) => {
    expect(() => [...readFields(Uint8Array.from(bytes))]).toThrow(new WireError(...split(message)));
  });

  test('may have a field whose payload is not there yet', () => {
    expect(readField(Uint8Array.of(8 + 2, 100), 0)).toMatchObject({
      value: 100,
      start: 2,
      end: 102,
    });
    expect(readField(Uint8Array.of(8, 1, 8 + 1), 2)).toMatchObject({ from: 2, start: 3, end: 11 });
  });
});

function split(message: string): [string, number] {
  const [words = '', offset] = message.split(' at byte ');
  return [words, Number(offset)];
}
