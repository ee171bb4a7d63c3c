// The zip reader beside a library that writes zips, and archives that are damaged or lie about themselves.
import { deflateRawSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { bytesSource } from '../../../src/engine/files/byteSource';
import { readZipEntries, readZipEntry, ZipError } from '../../../src/engine/files/zip';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import { zipOf, type ZipParts } from '../../support/zip';

const contentsOf = (zip: Uint8Array) => {
  const source = bytesSource(zip);
  return readZipEntries(source).map(entry => [
    entry.name,
    new TextDecoder().decode(readZipEntry(source, entry)),
  ]);
};
const text = 'all of it, '.repeat(100);
const deflated = deflateRawSync(encodeUtf8(text));
const whole: ZipParts = { name: 'a', method: 8, packed: deflated, size: text.length };

test('entries are in the order of the directory, stored or deflated, before a comment', () => {
  const files = { 'b/1.txt': encodeUtf8(text), 'a.txt': encodeUtf8('') };
  const expected = [
    ['b/1.txt', text],
    ['a.txt', ''],
  ];
  for (const level of [0, 9] as const)
    expect(contentsOf(zipSync(files, { level, comment: 'by hand' }))).toEqual(expected);
  expect(contentsOf(zipSync({}))).toEqual([]);
});

test('sizes and offsets are found where zip64 keeps them', () => {
  expect(contentsOf(zipOf({ ...whole, zip64: true }))).toEqual([['a', text]]);
});

test.each<[string, Uint8Array, RegExp]>([
  ['nothing', new Uint8Array(0), /no directory/],
  ['no zip', new Uint8Array(100), /no directory/],
  ['the end alone', zipOf(whole).subarray(-22), /truncated/],
  ['more content than claimed', zipOf({ ...whole, size: 10 }), /cannot be inflated/],
  ['less content than claimed', zipOf({ ...whole, size: 9999 }), /1100 bytes .* 9999/],
  ['an empty entry that holds something', zipOf({ ...whole, size: 0 }), /inflated|bytes where/],
  ['a stored entry of another size', zipOf({ ...whole, method: 0 }), /bytes where/],
  ['cut content', zipOf({ ...whole, packed: deflated.subarray(0, -5) }), /cannot be inflated/],
  ['no zstd frame', zipOf({ ...whole, method: 93 }), /not a complete zstd frame/],
  ['an unknown method', zipOf({ ...whole, method: 14 }), /method 14/],
])('%s is refused', (_, zip, message) => {
  expect(() => contentsOf(zip)).toThrow(ZipError);
  expect(() => contentsOf(zip)).toThrow(message);
});

test('an entry that unpacks to a thousand times its size is refused by both sizes', () => {
  const size = 100_000_000;
  const bomb = zipOf({ name: 'a', method: 8, packed: deflateRawSync(Buffer.alloc(size)), size });
  expect(() => contentsOf(bomb)).toThrow(
    'it unpacks to 96 MB by its directory, and at most 64 MB are read',
  );
});
