// Bytes that are no UTF-8 are named by what they are, or by the first byte that is wrong.
import { expect, test } from 'vitest';
import { decodeText } from '../../../src/engine/files/utf8Text';

test.each([
  ['UTF-16', [0xff, 0xfe, 0x41, 0x00], 'notes.txt is in UTF-16: save it as UTF-8.'],
  ['PNG', [0x89, 0x50, 0x4e, 0x47, 0x0d], 'notes.txt is a PNG image, not text.'],
  ['gzip', [0x1f, 0x8b, 0x08], 'notes.txt is compressed with gzip: unpack it first (gunzip).'],
  ['Latin-1', [0x63, 0x61, 0x66, 0xe9], 'notes.txt is not UTF-8: byte e9 at offset 3.'],
])('%s', (_, bytes, message) => {
  expect(() => decodeText('notes.txt', Uint8Array.from(bytes))).toThrow(message);
});

test('what begins as another kind and is UTF-8 is a text', () => {
  expect(decodeText('notes.txt', Buffer.from('BZhalf of it'))).toBe('BZhalf of it');
});

test('in the middle of a file its beginning says nothing', () => {
  const bytes = Uint8Array.of(0xff, 0xfe, 0x41);
  expect(() => decodeText('big.jsonl', bytes, 100)).toThrow('byte ff at offset 100');
});
