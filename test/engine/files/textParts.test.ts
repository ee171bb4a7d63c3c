// A text in parts says what the whole text says, or the same error.
import { expect, test } from 'vitest';
import { bytesSource } from '../../../src/engine/files/byteSource';
import { textParts } from '../../../src/engine/files/textParts';
import { decodeText } from '../../../src/engine/files/utf8Text';
import { fuzzStrings, mulberry32 } from '../../golden/fuzz';
import { seedOr } from '../../support/seed';

function said(read: () => string): string {
  try {
    return read();
  } catch (error) {
    return `error: ${(error as Error).message}`;
  }
}

const inParts = (bytes: Uint8Array, length: number) => () =>
  [...textParts('a.txt', bytesSource(bytes), length)].join('');

test('whatever the length of the parts, and wherever a byte is wrong', () => {
  const draw = mulberry32(seedOr(72));
  for (const text of ['', '\ufeffa', 'é日本🎉', ...fuzzStrings(draw(1 << 30), 200)]) {
    const bytes = new TextEncoder().encode(text);
    const isBroken = bytes.length > 0 && draw(2) === 0;
    if (isBroken) bytes[draw(bytes.length)] = draw(256);
    const cutShort = bytes.subarray(0, bytes.length - (isBroken ? draw(2) : 0));
    const whole = said(() => decodeText('a.txt', cutShort));
    for (const length of [4, 5, 7, 64])
      expect(said(inParts(cutShort, length)), JSON.stringify(text)).toBe(whole);
  }
});

test('no character is cut in two', () => {
  const bytes = new TextEncoder().encode('a🎉é日');
  const parts = [...textParts('a.txt', bytesSource(bytes), 4)];
  expect(parts).toEqual(['a', '🎉', 'é', '日']);
});
