// Weights that are damaged, or made to fill the memory: refused in one line that names the file.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { afterAll, describe, expect, test } from 'vitest';
import { UserError } from '../../../src/core/errors';
import { readNpz } from '../../../src/engine/sae/npz';
import { readSae } from '../../../src/engine/sae/readSae';
import { readSafetensors } from '../../../src/engine/sae/safetensors';
import { writeSae } from '../../support/saes';
import { zipOf } from '../../support/zip';

const folder = mkdtempSync(join(tmpdir(), 'tokenscope-tensors-'));
afterAll(() => rmSync(folder, { recursive: true }));

function npy(header: string, data = Buffer.alloc(16), length = header.length): Buffer {
  const start = Buffer.from('\x93NUMPY\x01\x00..', 'latin1');
  start.writeUInt16LE(length, 8);
  return Buffer.concat([start, Buffer.from(header), data]);
}
const headerOf = (shape: string, descr = "'<f4'") =>
  `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }\n`;

describe('npz', () => {
  const read = (array: Uint8Array) => {
    const path = join(folder, 'a.npz');
    writeFileSync(path, zipSync({ 'a.npy': array }));
    return readNpz(path).get('a');
  };

  test.each([
    ['(4,)', [4]],
    ['(2, 2)', [2, 2]],
    ['(0, 3)', [0, 3]],
    ['()', []],
  ])('of the shape %s is read', (shape, dims) => {
    expect(read(npy(headerOf(shape))).shape).toEqual(dims);
  });

  test.each<[string, Uint8Array, RegExp]>([
    [
      '2^40 numbers',
      npy(headerOf('(1099511627776,)')),
      /has 1099511627776 numbers, and the file 16/,
    ],
    ['2^80 numbers', npy(headerOf('(1099511627776, 1099511627776)')), /its shape is/],
    ['one number too many', npy(headerOf('(5,)')), /has 5 numbers, and the file 16 bytes/],
    ['a negative shape', npy(headerOf('(-4, -1)')), /its shape is/],
    ['a broken shape', npy(headerOf('(1.5, 2)')), /its shape is/],
    ['a shape of words', npy(headerOf('(constructor,)')), /its shape is/],
    ['objects', npy(headerOf('(4,)', "'|O'")), /its header is/],
    ['a type of the prototype', npy(headerOf('(4,)', "'constructor'")), /its header is/],
    [
      'a header beyond its end',
      npy(headerOf('(4,)'), Buffer.alloc(16), 60_000),
      /header has 60000/,
    ],
    ['nothing', new Uint8Array(), /no \.npy file/],
    ['another file', Buffer.from('x'.repeat(100)), /no \.npy file/],
    ['a long header', npy('x'.repeat(60_000)), /its header is/],
  ])('of %s is refused', (_, array, words) => {
    expect(() => read(array)).toThrow(UserError);
    expect(() => read(array)).toThrow(words);
    expect(() => read(array)).toThrow(/a\.npz: a\.npy is not a supported array.{1,200}$/);
  });

  test('that unpacks to a thousand times its size is refused', () => {
    const packed = deflateRawSync(npy(headerOf('(4,)')));
    const path = join(folder, 'a.npz');
    // Its size is believed: nothing is unpacked to see.
    writeFileSync(path, zipOf({ name: 'a.npy', method: 8, packed, size: 100_000_000 }));
    expect(() => readNpz(path).get('a')).toThrow(
      /a\.npz is not a complete npz file: it unpacks to 96 MB/,
    );
  });
});

describe('safetensors', () => {
  const read = (header: string, data = 16, length = header.length) => {
    const path = join(folder, 'a.safetensors');
    const start = Buffer.alloc(8);
    start.writeBigUInt64LE(BigInt(length));
    writeFileSync(path, Buffer.concat([start, Buffer.from(header), Buffer.alloc(data)]));
    return readSafetensors(path).get('a');
  };
  const entry = (shape: unknown, data_offsets: unknown, dtype: unknown = 'F32') =>
    JSON.stringify({ a: { dtype, shape, data_offsets } });

  test('is read by any name', () => {
    const header = `{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"__proto__":{"dtype":"F32","shape":[0],"data_offsets":[16,16]}}`;
    expect(read(header).shape).toEqual([4]);
  });

  test.each<[string, string, RegExp]>([
    ['an offset beyond its end', entry([8], [0, 32]), /does not fit/],
    ['an offset before its start', entry([4], [-16, 0]), /no type, shape or place/],
    ['offsets in disorder', entry([4], [16, 0]), /no type, shape or place/],
    ['2^60 numbers', entry([2 ** 30, 2 ** 30], [0, 16]), /no type, shape or place/],
    ['a negative shape', entry([-2, -2], [0, 16]), /no type, shape or place/],
    ['a broken shape', entry([0.5, 8], [0, 16]), /no type, shape or place/],
    ['a shape of words', entry('4', [0, 16]), /no type, shape or place/],
    ['no offsets', entry([4], undefined), /no type, shape or place/],
    ['a type of the prototype', entry([4], [0, 16], 'constructor'), /of type "constructor"/],
    ['a type that is an object', entry([4], [0, 16], { toString: 1 }), /no type, shape or place/],
    ['an entry that is null', '{"a":null}', /no type, shape or place/],
    ['a list', '[]', /not a JSON object/],
    ['null', 'null', /not a JSON object/],
    [
      'lists in lists',
      `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
      /no type, shape or place/,
    ],
    [
      'tensors in one place',
      `{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}`,
      /"a" and "b" overlap/,
    ],
  ])('with %s is refused', (_, header, words) => {
    expect(() => read(header)).toThrow(UserError);
    expect(() => read(header)).toThrow(words);
  });

  test.each([2 ** 40, 2 ** 63, 0])('with a header of %d bytes is refused', length => {
    expect(() => read('{}', 16, length)).toThrow(/its header does not fit into it/);
  });
});

test.each(['constructor', '__proto__', 'toString', { toString: 1 }])(
  'an architecture that is called %j is refused by name',
  architecture => {
    const path = writeSae(join(folder, 'sae'));
    writeFileSync(join(path, 'cfg.json'), JSON.stringify({ architecture }));
    expect(() => readSae(path)).toThrow(UserError);
    const weights = join(folder, 'dictionary');
    mkdirSync(weights, { recursive: true });
    copyFileSync(join(path, 'sae_weights.safetensors'), join(weights, 'ae.safetensors'));
    const config = { trainer: { dict_class: architecture } };
    writeFileSync(join(weights, 'config.json'), JSON.stringify(config));
    expect(() => readSae(weights)).toThrow(/dictionaries of the class .* are not supported/);
  },
);
