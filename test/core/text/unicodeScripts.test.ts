// Scripts of characters, compared with the property of each.
import { expect, test } from 'vitest';
import {
  COMMON_SCRIPT,
  hasNoBlanks,
  INHERITED_SCRIPT,
  scriptNames,
  scriptOf,
} from '../../../src/core/text/unicodeScripts';
import { seedOr } from '../../support/seed';
import { randomOf } from '../../support/toys';

test('a character has its script, asked for the first time and again', () => {
  const random = randomOf(seedOr(161));
  const codes = Array.from({ length: 3000 }, (_, i) =>
    Math.floor(random() * (i % 2 ? 0x3000 : 0x20000)),
  );
  const found = new Set<string>();
  for (const code of [...codes, ...codes.slice(0, 500)]) {
    const character = String.fromCodePoint(code);
    const name = scriptNames[scriptOf(code)]!;
    const what = `U+${code.toString(16)}: ${name}`;
    if (/\p{P}/u.test(character)) expect(name, what).toBe('Common');
    else if (name === 'Unknown') expect(character, what).toMatch(/[\p{Cn}\p{Cs}\p{Co}]/u);
    else expect(character, what).toMatch(new RegExp(`\\p{Script=${name}}`, 'u'));
    found.add(name);
  }
  expect(found.size).toBeGreaterThan(60);
});

test('what divides words is of no script, and marks are of the one below them', () => {
  const of = (character: string) => scriptOf(character.codePointAt(0)!);
  // Ethiopic's word space, a danda and an ideographic full stop; a digit and a blank.
  for (const character of ['\u1361', '\u0964', '\u3002', '.', '7', ' '])
    expect(of(character)).toBe(COMMON_SCRIPT);
  expect(of('\u0301')).toBe(INHERITED_SCRIPT);
  expect(scriptNames[of('\ud800')]).toBe('Unknown');
  expect(scriptNames[scriptOf(0x10ffff)]).toBe('Unknown');
});

test('words of some scripts are not divided by blanks', () => {
  const undivided = ['漢', 'ひ', 'カ', 'ก', 'ກ', 'ក', 'က', 'ཀ'];
  const divided = ['a', 'ж', 'א', 'ا', '한', 'अ'];
  const isUndivided = (character: string) => hasNoBlanks(scriptOf(character.codePointAt(0)!));
  expect(undivided.every(isUndivided)).toBe(true);
  expect(divided.some(isUndivided)).toBe(false);
});
