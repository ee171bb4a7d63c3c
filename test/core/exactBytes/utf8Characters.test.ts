// Incomplete characters, compared with all of Unicode.
import { expect, test } from 'vitest';
import { codePointsFrom, incompleteFrom } from '../../../src/core/exactBytes/utf8Characters';

test('the characters that bytes can begin are those whose UTF-8 begins with them', () => {
  const ranges = new Map<string, [number, number]>();
  const encoder = new TextEncoder();
  for (let code = 0; code <= 0x10ffff; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    // Of the characters with the same beginning, the first and the last are compared.
    const inBlock = code & 0x3f;
    if (code >= 0x800 && inBlock !== 0 && inBlock !== 0x3f) continue;
    const bytes = encoder.encode(String.fromCodePoint(code));
    // Whole characters of more than two bytes are left out: there are too many.
    for (
      let length = 1;
      length <= Math.min(bytes.length, bytes.length < 3 ? 2 : bytes.length - 1);
      length++
    ) {
      const key = String.fromCharCode(...bytes.subarray(0, length));
      const range = ranges.get(key);
      if (range) range[1] = code;
      else ranges.set(key, [code, code]);
    }
  }
  const check = (bytes: string) => {
    const [first, last] = codePointsFrom(bytes, 0, bytes.length);
    const expected = ranges.get(bytes);
    if (!expected) return expect(last, JSON.stringify(bytes)).toBeLessThan(first);
    // Surrogates may be among them.
    const from = first === 0xd800 ? 0xe000 : first;
    const to = last === 0xdfff ? 0xd7ff : last;
    expect([from, to], JSON.stringify(bytes)).toEqual(expected);
  };
  for (let lead = 0; lead < 256; lead++) {
    check(String.fromCharCode(lead));
    for (let second = 0; second < 256; second++) check(String.fromCharCode(lead, second));
  }
  expect(codePointsFrom('\xe6\x97\xa5', 0, 3)).toEqual([0x65e5, 0x65e5]);
  expect(codePointsFrom('\xf0\x9f\x98\x80', 0, 4)).toEqual([0x1f600, 0x1f600]);
});

test('bytes end inside a character if and only if it can continue', () => {
  const cases = { '': 0, a: 1, 'a\xc3': 1, 'a\xc3\xa9': 3, '\xe6\x97': 0, '\xf0\x9f\x98': 0 };
  for (const [bytes, from] of Object.entries(cases)) expect(incompleteFrom(bytes)).toBe(from);
  expect(incompleteFrom('\xf0\x9f\x98\x80')).toBe(4);
  expect(incompleteFrom('\x80\x80\x80\x80')).toBe(4);
});
