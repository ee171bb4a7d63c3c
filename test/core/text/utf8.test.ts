// UTF-8 beside Node's own.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  encodeUtf8,
  firstInvalidUtf8,
  utf8Length,
  utf8LengthAt,
  writeUtf8,
} from '../../../src/core/text/utf8';
import { seedOr } from '../../support/seed';

/** Code points at the bounds of lengths and of surrogates, halves of pairs among them. */
const edges = [
  0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000, 0xfffd, 0xffff,
];
const units = fc.oneof(
  fc.constantFrom(...edges, 0x61).map(code => String.fromCharCode(code)),
  fc.constantFrom('𐀀', '🙂', '\u{10ffff}'),
  fc.nat(0xffff).map(code => String.fromCharCode(code)),
);
const texts = fc.array(units, { maxLength: 12 }).map(parts => parts.join(''));

test('lengths and bytes are those of TextEncoder, halves of pairs included', () => {
  const seed = seedOr(111);
  fc.assert(
    fc.property(texts, fc.nat(12), fc.nat(12), (text, a, b) => {
      const whole = [...encodeUtf8(text)];
      expect(utf8Length(text, 0, text.length)).toBe(whole.length);
      const characters = [...text];
      const starts = [0];
      for (const character of characters) {
        expect(utf8LengthAt(text, starts.at(-1)!)).toBe(encodeUtf8(character).length);
        starts.push(starts.at(-1)! + character.length);
      }
      const [from, to] = [starts[a % starts.length]!, starts[b % starts.length]!].sort(
        (x, y) => x - y,
      );
      const wanted = [...encodeUtf8(text.slice(from, to))];
      expect(utf8Length(text, from!, to!)).toBe(wanted.length);
      const into = new Uint8Array(3 * text.length + 1).fill(0x55);
      expect(writeUtf8(text, from!, to!, into)).toBe(wanted.length);
      expect([...into.subarray(0, wanted.length)]).toEqual(wanted);
      expect(into.subarray(wanted.length).every(byte => byte === 0x55)).toBe(true);
    }),
    { seed, numRuns: 500 },
  );
});

test('a pair is not completed by what comes after the end', () => {
  const into = new Uint8Array(3);
  expect(writeUtf8('🙂', 0, 1, into)).toBe(3);
  expect([...into]).toEqual([0xef, 0xbf, 0xbd]);
});

/** The length of the longest beginning that TextDecoder takes. */
function naive(bytes: Uint8Array): number {
  const isValid = (end: number) => {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, end));
      return true;
    } catch {
      return false;
    }
  };
  let valid = bytes.length;
  while (!isValid(valid)) valid--;
  return valid === bytes.length ? -1 : valid;
}

test('the first invalid byte is the one after the longest beginning that TextDecoder takes', () => {
  const seed = seedOr(112);
  const leads = [
    0x7f, 0x80, 0xbf, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff,
  ];
  const byte = fc.oneof(fc.constantFrom(...leads, 0x8f, 0x90, 0x9f, 0xa0), fc.nat(255));
  const piece = fc.oneof(
    fc.array(byte, { minLength: 1, maxLength: 4 }),
    texts.map(text => [...encodeUtf8(text)]),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 4 }), pieces => {
      const bytes = Uint8Array.from(pieces.flat());
      expect(firstInvalidUtf8(bytes)).toBe(naive(bytes));
    }),
    { seed, numRuns: 2000 },
  );
  for (const lead of leads)
    for (const second of [0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0])
      for (const third of [0x7f, 0x80, 0xbf, 0xc0])
        for (const length of [1, 2, 3, 4]) {
          const bytes = Uint8Array.of(lead, second, third, 0xbf).subarray(0, length);
          expect([...bytes, firstInvalidUtf8(bytes)]).toEqual([...bytes, naive(bytes)]);
        }
});
