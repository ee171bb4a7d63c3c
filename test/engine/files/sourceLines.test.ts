// Lines that are read in parts are those of the whole text.
import { expect, test } from 'vitest';
import { linesOf } from '../../../src/core/traces/rows/lines';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import { bytesSource } from '../../../src/engine/files/byteSource';
import { sourceLines } from '../../../src/engine/files/sourceLines';
import { fuzzStrings } from '../../golden/fuzz';
import { seedOr } from '../../support/seed';
import { pick, randomOf } from '../../support/toys';

test('lines are those of the whole text, whatever the length of the parts', () => {
  const random = randomOf(seedOr(5));
  for (const fuzz of ['', '\n', '\n\na', ...fuzzStrings(Math.floor(random() * 1e9), 150)]) {
    // As many as there are cuts.
    const text = Array.from(fuzz, each => (random() < 0.2 ? '\n' : each)).join('');
    const bytes = encodeUtf8(text);
    const whole = [...linesOf(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes))];
    for (const length of [1, 2, pick(random, [3, 5, 8]), 1 << 20])
      expect([...sourceLines('a', bytesSource(bytes), length)], `${length}`).toEqual(whole);
  }
});

test('a byte that is no UTF-8 is named by its offset in the file', () => {
  const bytes = Uint8Array.of(...encodeUtf8('äb\ncd'), 0xff, ...encodeUtf8('e\nf'));
  const lines = sourceLines('a.txt', bytesSource(bytes), 2);
  expect(lines.next().value).toEqual({ number: 1, text: 'äb', utf16Start: 0 });
  expect(() => lines.next()).toThrow('a.txt is not UTF-8: byte ff at offset 6.');
});
