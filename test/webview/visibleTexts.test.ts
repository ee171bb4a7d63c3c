// What the page draws has no hidden character in it, and what goes back to the editor is as it came.
import { expect, test } from 'vitest';
import { visibleTexts } from '../../webview/visibleTexts';

test('texts are spelled wherever they are, and everything else stays', () => {
  const bytes = Uint8Array.of(0x1b);
  const state = {
    file: 'a\u202eb',
    uri: 'file:///a\u202eb',
    source: '["a\u202eb"]',
    list: ['x\u0000', { label: 'y\u200b', uri: '\u200b' }],
    bytes,
    none: null,
    missing: undefined,
    count: 3,
    isOn: true,
  };
  expect(visibleTexts(state)).toEqual({
    file: 'a⟨U+202E⟩b',
    uri: 'file:///a\u202eb',
    source: '["a\u202eb"]',
    list: ['x␀', { label: 'y⟨U+200B⟩', uri: '\u200b' }],
    bytes,
    none: null,
    missing: undefined,
    count: 3,
    isOn: true,
  });
  expect(visibleTexts(state).bytes).toBe(bytes);
  expect(visibleTexts(null)).toBeNull();
  class Own {
    name = '\u200b';
  }
  const own = new Own();
  expect(visibleTexts({ own }).own).toBe(own);
});
