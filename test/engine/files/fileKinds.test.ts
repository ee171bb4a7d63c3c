// Files that are no text are told by how they begin, and only those.
import { deflateSync, gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { binaryKindOf } from '../../../src/engine/files/fileKinds';
import { decodeText } from '../../../src/engine/files/utf8Text';

const bytes = (text: string) => Buffer.from(text, 'latin1');
const tar = Buffer.alloc(512, 'name');
tar.write('ustar', 257);

/** By the programs that are here, else after the formats' descriptions. */
const kinds: [start: Uint8Array, length: number, words: RegExp][] = [
  [gzipSync('text'), 2, /compressed with gzip/],
  [bytes('\x28\xb5\x2f\xfd\x04'), 4, /Zstandard/],
  [bytes('\xfd7zXZ\0\0'), 6, /compressed with xz/],
  [bytes('BZh91AY&SY'), 3, /bzip2/],
  [bytes('7z\xbc\xaf\x27\x1c\0'), 6, /7z archive/],
  [bytes('Rar!\x1a\x07'), 4, /RAR/],
  [bytes('PAR1\x15\x04'), 4, /Parquet/],
  [bytes('ARROW1\0\0'), 6, /Arrow/],
  [bytes('SQLite format 3\0'), 15, /SQLite/],
  [bytes('%PDF-1.7'), 4, /PDF/],
  [bytes('\x89PNG\r\n\x1a\n'), 4, /PNG/],
  [bytes('\xff\xd8\xff\xe0'), 3, /JPEG/],
  [bytes('GGUF\x03\0\0\0'), 4, /GGUF model/],
  [zipSync({ a: bytes('text') }), 4, /zip archive/],
  [bytes('\xff\xfea\0'), 2, /UTF-16/],
  [bytes('\xfe\xff\0a'), 2, /UTF-16/],
  [tar, 262, /tar archive/],
];

test.each(kinds.map(kind => [kind[2].source, ...kind] as const))('%s', (_, file, length, words) => {
  expect(binaryKindOf(file)).toMatch(words);
  expect(binaryKindOf(file.subarray(0, length))).toMatch(words);
  // All of the beginning counts, and nothing else.
  for (let cut = 0; cut < length; cut++)
    expect(binaryKindOf(file.subarray(0, cut)), `${cut} bytes`).toBeUndefined();
  for (let at = length === 262 ? 257 : 0; at < length; at++) {
    const other = Uint8Array.from(file);
    other[at]! ^= 0x15;
    expect(binaryKindOf(other), `byte ${at}`).toBeUndefined();
  }
  expect(binaryKindOf(Buffer.concat([bytes(' '), file]))).toBeUndefined();
});

test('text, and what is known as nothing, has no kind', () => {
  for (const other of [bytes(''), bytes('text'), deflateSync('text')])
    expect(binaryKindOf(other)).toBeUndefined();
});

test('a file is called by its kind only where it begins', () => {
  const packed = gzipSync('text');
  expect(() => decodeText('a.txt', packed)).toThrow(/^a\.txt is compressed with gzip/);
  expect(() => decodeText('a.txt', packed, 10)).toThrow(
    'a.txt is not UTF-8: byte 8b at offset 11.',
  );
});
