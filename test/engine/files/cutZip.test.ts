// Archives without their ends, also those whose sizes follow the content, as writers to a pipe leave them.
import { deflateRawSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import { bytesSource } from '../../../src/engine/files/byteSource';
import { readCutZip } from '../../../src/engine/files/cutZip';
import { readZipEntry } from '../../../src/engine/files/zip';
import { seedOr } from '../../support/seed';
import { randomOf } from '../../support/toys';

const contentsOf = (bytes: Uint8Array) => {
  const source = bytesSource(bytes);
  const { entries, cut } = readCutZip(source);
  return { cut, found: entries.map(entry => Buffer.from(readZipEntry(source, entry)).toString()) };
};

/** Without sizes in its header: a descriptor follows. */
function piped(name: string, content: string, { signature = true, zip64 = false }): Buffer {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(8, 6);
  header.writeUInt16LE(8, 8);
  header.writeUInt16LE(name.length, 26);
  const packed = deflateRawSync(content);
  const descriptor = Buffer.alloc((signature ? 4 : 0) + (zip64 ? 20 : 12));
  if (signature) descriptor.writeUInt32LE(0x08074b50, 0);
  return Buffer.concat([header, Buffer.from(name), packed, descriptor]);
}

test('a cut archive has the entries before the cut, at every length', () => {
  const zip = zipSync({ a: encodeUtf8('one'), b: encodeUtf8('two') });
  const buffer = Buffer.from(zip);
  const ends = [buffer.lastIndexOf('PK\x03\x04'), buffer.indexOf('PK\x01\x02')];
  for (let length = 0; length < zip.length; length++) {
    const { found } = contentsOf(zip.subarray(0, length));
    expect(found).toEqual(['one', 'two'].slice(0, ends.filter(end => end <= length).length));
  }
});

test.each([
  { signature: true, zip64: false },
  { signature: false, zip64: false },
  { signature: true, zip64: true },
])('entries whose sizes follow are found: %j', options => {
  const whole = Buffer.concat([piped('a', 'one', options), piped('b', 'two two', options)]);
  expect(contentsOf(whole)).toEqual({ cut: undefined, found: ['one', 'two two'] });
  expect(contentsOf(whole.subarray(0, whole.indexOf('PK\x03\x04', 5) + 33))).toEqual({
    cut: 'b',
    found: ['one'],
  });
});

test('an entry of any length whose sizes follow is found', () => {
  const random = randomOf(seedOr(1));
  // What cannot be packed is as long as it was: more than is looked at first, and twice as much.
  for (const length of [100, 4090, 4100, 9000, 40_000]) {
    const content = Array.from({ length }, () => String.fromCharCode(32 + random() * 90)).join('');
    const entries = [piped('a', content, {}), piped('b', 'two', {})];
    const whole = Buffer.concat(entries);
    expect(contentsOf(whole)).toEqual({ cut: undefined, found: [content, 'two'] });
    expect(contentsOf(whole.subarray(0, entries[0]!.length - 30))).toEqual({ cut: 'a', found: [] });
  }
});

test('of entries with one name the last is taken', () => {
  const zips = [zipSync({ a: encodeUtf8('one') }), zipSync({ a: encodeUtf8('two') })];
  const locals = zips
    .map(zip => Buffer.from(zip))
    .map(zip => zip.subarray(0, zip.indexOf('PK\x01\x02')));
  expect(contentsOf(Buffer.concat(locals)).found).toEqual(['two']);
});
