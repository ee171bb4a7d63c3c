import { expect, test } from 'vitest';
import { decodeUtf8, encodeUtf8 } from '../../../src/core/text/utf8';

test('decodes valid UTF-8 and nothing else', () => {
  for (const text of ['', 'é 𝔸\r\n', '\0']) expect(decodeUtf8(encodeUtf8(text))).toBe(text);
  expect(decodeUtf8(encodeUtf8('\ufeffa'))).toBe('a');
  for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80]]) {
    expect(decodeUtf8(Uint8Array.from(bytes))).toBeUndefined();
  }
});
