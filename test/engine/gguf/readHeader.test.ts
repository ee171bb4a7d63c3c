import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/core/errors';
import { bytesSource, type ByteSource } from '../../../src/engine/files/byteSource';
import { isGguf, readGgufHeader } from '../../../src/engine/gguf/readHeader';
import { floats, ggufBytes, type GgufToWrite } from '../../support/gguf';

const read = (bytes: Uint8Array) => readGgufHeader(bytesSource(bytes), 'x.gguf');
const readWritten = (file: GgufToWrite) => read(ggufBytes(file));
const matrix = floats('a', [2, 3], Float32Array.of(1, 2, 3, 4, 5, 6));
const block = (name: string, shape: number[], type: number, bytes: number) => ({
  name,
  shape,
  type,
  bytes: new Uint8Array(bytes),
});

/** Bytes with a number of 64 bits at a place. */
function patched(bytes: Buffer, at: number, value: bigint): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeBigUInt64LE(value, at);
  return copy;
}

describe('the header of a GGUF file', () => {
  test('has values of every type, and lists that are read when they are asked for', () => {
    const { metadata, version } = readWritten({
      version: 2,
      metadata: {
        u8: ['u8', 255],
        i8: ['i8', -1],
        u16: ['u16', 65535],
        i16: ['i16', -2],
        u32: ['u32', 4294967295],
        i32: ['i32', -3],
        f32: ['f32', 0.5],
        f64: ['f64', 0.1],
        u64: ['u64', 2 ** 40],
        i64: ['i64', -(2 ** 40)],
        bool: ['bool', true],
        text: ['string', 'é\ufeff'],
        texts: ['list', 'string', ['', 'ab', '😀']],
        numbers: ['list', 'i16', [-1, 2, 300]],
        flags: ['list', 'bool', [true, false]],
        nested: ['list', 'list', [['list', 'u8', [1, 2]]]],
      },
    });
    expect(version).toBe(2);
    const scalars = ['u8', 'i8', 'u16', 'i16', 'u32', 'i32', 'f32', 'f64', 'u64', 'i64'];
    expect(scalars.map(key => metadata.number(key))).toEqual([
      255,
      -1,
      65535,
      -2,
      4294967295,
      -3,
      0.5,
      0.1,
      2 ** 40,
      -(2 ** 40),
    ]);
    expect(metadata.boolean('bool')).toBe(true);
    expect(metadata.string('text')).toBe('é\ufeff');
    expect(metadata.strings('texts')).toEqual(['', 'ab', '😀']);
    expect([...metadata.numbers('numbers')!]).toEqual([-1, 2, 300]);
    expect([...metadata.numbers('flags')!]).toEqual([1, 0]);
    expect(metadata.numberOrNumbers('u8')).toBe(255);
    expect(metadata.string('absent')).toBeUndefined();
    expect(() => metadata.number('text')).toThrow('it should be a number.');
    expect(() => metadata.count('i8')).toThrow('it should be a whole number of at least 0');
    expect(() => metadata.strings('numbers')).toThrow(
      'is a list of i16; it should be a list of texts',
    );
    expect(() => metadata.numbers('nested')).toThrow(
      'is a list of list; it should be a list of numbers',
    );
  });

  test('places tensors, the slowest dimension first', () => {
    const bytes = ggufBytes({ tensors: [matrix, block('q', [3, 64], 8, 204)], alignment: 32 });
    const { tensors } = read(bytes);
    const { shape, offset, bytes: length, type } = tensors.get('a')!;
    expect({ shape, length, type: type.name }).toEqual({ shape: [2, 3], length: 24, type: 'F32' });
    expect(
      new Float32Array(
        bytes.buffer.slice(bytes.byteOffset + offset, bytes.byteOffset + offset + 24),
      )[5],
    ).toBe(6);
    expect(tensors.get('q')).toMatchObject({ bytes: 204, offset: offset + 32 });
  });

  test('is told by its beginning', () => {
    expect(isGguf(ggufBytes({}))).toBe(true);
    expect(isGguf(Buffer.from('GGU'))).toBe(false);
    expect(() => read(Buffer.from('version https'))).toThrow('x.gguf is not a GGUF file');
  });

  test.each<[string, GgufToWrite | Buffer, string]>([
    ['another version', { version: 1 }, 'GGUF version 1; supported are versions 2 and 3'],
    ['big-endian', { version: 0x03000000 }, 'is a big-endian GGUF file'],
    [
      'a tensor of a type that is not read',
      { tensors: [block('t', [256], 16, 66)] },
      '"t" is of type IQ2_XXS, which is not supported',
    ],
    [
      'an unknown type',
      { tensors: [block('t', [256], 99, 66)] },
      'of type 99, which is not supported',
    ],
    ['the same tensor twice', { tensors: [matrix, matrix] }, 'tensor "a" is in it twice'],
    [
      'rows that cut a block',
      { tensors: [block('t', [2, 48], 8, 102)] },
      'rows of 48, no multiple of the 32',
    ],
    ['five dimensions', { tensors: [block('t', [1, 1, 1, 1, 1], 0, 4)] }, 'has 5 dimensions'],
    ['no dimension', { tensors: [block('t', [], 0, 4)] }, 'has 0 dimensions'],
    ['an empty dimension', { tensors: [block('t', [0, 4], 0, 4)] }, 'has the shape 0 x 4'],
    ['a product beyond 2^53', { tensors: [block('t', [2 ** 40, 2 ** 40], 0, 4)] }, 'has the shape'],
    [
      'a tensor beyond the end',
      { tensors: [block('t', [1 << 20], 0, 4)] },
      'is truncated or damaged: tensor "t"',
    ],
    [
      'tensors that overlap',
      { tensors: [block('t', [16], 0, 32), block('u', [8], 0, 32)] },
      'the tensors "t" and "u" share bytes',
    ],
    [
      'an offset that is not aligned',
      { tensors: [block('t', [4], 0, 16), block('u', [4], 0, 16)], alignment: 16 },
      'begins at 16, which is not a multiple of 32',
    ],
    [
      'a strange alignment',
      { metadata: { 'general.alignment': ['u32', 24] } },
      'general.alignment is 24, not a power of two',
    ],
    [
      'lists in lists in lists',
      {
        metadata: {
          k: [
            'list',
            'list',
            [
              [
                'list',
                'list',
                [['list', 'list', [['list', 'list', [['list', 'list', [['list', 'u8', [1]]]]]]]]],
              ],
            ],
          ],
        },
      },
      'nested more than 4 levels deep',
    ],
    [
      'many tensors',
      patched(ggufBytes({}), 8, 1n << 40n),
      '1099511627776 tensors; the limit is 131072',
    ],
    ['many keys', patched(ggufBytes({}), 16, 1n << 63n), 'keys; the limit is 65536'],
    [
      'a key that is longer than the file',
      patched(ggufBytes({ metadata: { k: ['u8', 1] } }), 24, 60_000n),
      'ends beyond the file',
    ],
    [
      'a very long key',
      patched(ggufBytes({ metadata: { k: ['u8', 1] } }), 24, 1n << 32n),
      'the limit is 65536',
    ],
    [
      'a list that is longer than the file',
      patched(ggufBytes({ metadata: { k: ['list', 'u8', [1]] } }), 41, 1n << 20n),
      'ends beyond the file',
    ],
    [
      'a list of very many',
      patched(ggufBytes({ metadata: { k: ['list', 'u8', [1]] } }), 41, 1n << 50n),
      'more than 8388608 elements',
    ],
    [
      'a text longer than the file',
      patched(ggufBytes({ metadata: { k: ['string', 'a'] } }), 37, 99n),
      'is truncated or damaged: "k" at byte 45',
    ],
  ])('with %s is refused', (_, file, message) => {
    const bytes = Buffer.isBuffer(file) ? file : ggufBytes(file);
    expect(() => read(bytes)).toThrow(message);
  });

  test('repeats no key', () => {
    const one = ggufBytes({ metadata: { k: ['u8', 1] } });
    const twice = Buffer.concat([one, one.subarray(24)]);
    expect(() => read(patched(twice, 16, 2n))).toThrow('the key "k" is in it twice');
  });

  test('cut anywhere is refused in one line', () => {
    const whole = ggufBytes({
      metadata: { a: ['list', 'string', ['x', 'yz']], b: ['f32', 1], c: ['list', 'u32', [1, 2]] },
      tensors: [matrix],
    });
    for (let length = 0; length < whole.length - 8; length++)
      expect(() => read(whole.subarray(0, length))).toThrow(UserError);
  });

  test('is read without the weights, a window at a time', () => {
    const tokens = Array.from({ length: 100_000 }, (_, i) => `token ${i}`);
    const whole = ggufBytes({
      metadata: { tokens: ['list', 'string', tokens], long: ['string', 'a'.repeat(400_000)] },
      tensors: [block('t', [1 << 20], 0, 4 << 20)],
    });
    let most = 0;
    const source: ByteSource = {
      size: whole.length,
      read(offset, length) {
        if (length !== 400_000) most = Math.max(most, length);
        expect(offset).toBeLessThan(whole.length - (4 << 20));
        return whole.subarray(offset, offset + length);
      },
    };
    const { metadata } = readGgufHeader(source, 'x.gguf');
    expect(most).toBeLessThanOrEqual(256 << 10);
    expect(metadata.strings('tokens')).toEqual(tokens);
    expect(metadata.string('long')!.length).toBe(400_000);
  });
});
