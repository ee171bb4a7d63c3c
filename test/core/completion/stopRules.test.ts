// Where a completion may stop, compared with the definitions.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  isMostlyRepeated,
  isPunctuation,
  lineEnd,
  REPEATED_BYTES,
  repeatsOf,
} from '../../../src/core/completion/stopRules';
import { byteStringOf } from '../../../src/core/exactBytes/byteString';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import { seedOr } from '../../support/seed';

const characters = fc.constantFrom('a', 'b', ' ', '\n', '\t', 'é', '日');
const bytes = (maxLength: number) =>
  fc.array(characters, { maxLength }).map(all => byteStringOf(encodeUtf8(all.join(''))));

test('a line ends with the first break after what is not white space', () => {
  const lines = fc.array(fc.constantFrom('', ' ', '\t', 'a', ' b c', 'é'), { maxLength: 5 });
  fc.assert(
    fc.property(lines, fc.constantFrom('\n', '\r\n'), (all, lineBreak) => {
      const text = all.join(lineBreak);
      const first = all.findIndex(line => line.trim() !== '');
      const ends = first >= 0 && first < all.length - 1;
      expect(lineEnd(text)).toBe(ends ? all.slice(0, first + 1).join(lineBreak).length : -1);
    }),
    { seed: seedOr(1) },
  );
});

test('a text is repeated from each whole character from which the suffix begins with it', () => {
  // Most repeat something: the suffix begins with a part of the text.
  const pair = fc
    .tuple(bytes(24), fc.nat(24), bytes(3))
    .map(([text, at, more]) => [text, text.slice(at) + more] as const);
  fc.assert(
    fc.property(pair, ([text, suffix]) => {
      const places = Array.from(text, (_, at) => at).filter(
        at => (text.charCodeAt(at) & 0xc0) !== 0x80 && suffix.startsWith(text.slice(at)),
      );
      expect(repeatsOf(text, suffix)).toEqual(places);
      const longest = places.length > 0 ? text.slice(places[0]).replace(/\s/g, '') : '';
      expect(isMostlyRepeated(text, suffix)).toBe(longest.length >= REPEATED_BYTES);
    }),
    { seed: seedOr(1), numRuns: 500 },
  );
});

test('punctuation has no characters of words, except in closing tags', () => {
  for (const text of ['', ');', '"}) ', '</div>', '</a.b:c-d>);'])
    expect(isPunctuation(text)).toBe(true);
  for (const text of ['a', ');x', '_', '1', '\xc3\xa9', '<div>', '</div>a', '<a/>'])
    expect(isPunctuation(text)).toBe(false);
});
