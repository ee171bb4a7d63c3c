// What would not be seen is spelled; what is seen stays as it is.
import { expect, test } from 'vitest';
import { displayToken } from '../../src/core/displayToken';
import { showHidden, showHiddenInLines } from '../../src/core/showHidden';
import { encodeUtf8 } from '../../src/core/text/utf8';

test.each([
  [0x1b, 'escape'],
  [0x9b, 'C1 control'],
  [0xad, 'soft hyphen'],
  [0x34f, 'combining grapheme joiner'],
  [0x61c, 'Arabic letter mark'],
  [0x115f, 'Hangul filler'],
  [0x180b, 'Mongolian variation selector'],
  [0x200b, 'zero width space'],
  [0x200e, 'left-to-right mark'],
  [0x2028, 'line separator'],
  [0x202e, 'right-to-left override'],
  [0x2066, 'left-to-right isolate'],
  [0x2800, 'blank of Braille'],
  [0x3164, 'Hangul filler'],
  [0xfe0f, 'variation selector'],
  [0xfeff, 'byte order mark'],
  [0xffa0, 'halfwidth Hangul filler'],
  [0x1d159, 'null notehead'],
  [0xe0001, 'language tag'],
  [0xe0041, 'tag'],
  [0xe0100, 'variation selector'],
])('U+%s, a %s, is spelled', code => {
  const character = String.fromCodePoint(code);
  const spelled = `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
  expect(showHidden(`a${character}b`)).toBe(`a${spelled}b`);
  expect(displayToken(encodeUtf8(character))).toBe(spelled);
});

test('letters, marks, signs and spaces stay', () => {
  const text = 'Größe שלום é 한국어 日本語 🙂 “ok” a\u00a0b\u3000c';
  expect(showHidden(text)).toBe(text);
});

test('a token’s spaces are seen, too', () => {
  expect(displayToken(encodeUtf8('  a\u00a0\u3000'))).toBe('··a⟨U+00A0⟩⟨U+3000⟩');
});

test('half a character outside of the basic plane is spelled', () => {
  expect(showHidden('a\ud83db')).toBe('a⟨U+D83D⟩b');
});

test('in a text of several lines, line ends and tabs stay', () => {
  expect(showHiddenInLines('a\tb\n\n\u202ec \r\n')).toBe('a\tb\n\n⟨U+202E⟩c ␍\n');
});

test('characters are spelled as the caller wants', () => {
  expect(showHidden('a\u0000\u200bb', character => `<${character.codePointAt(0)}>`)).toBe(
    'a<0><8203>b',
  );
});
