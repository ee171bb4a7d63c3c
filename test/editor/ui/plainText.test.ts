// Text of others in messages, lists and titles.
import { expect, test } from 'vitest';
import { plainText, withPlainTexts } from '../../../src/editor/ui/plainText';

/** What VS Code finds in a message (`linkedText.ts`) and in a label (`iconLabels.ts`). */
const LINK = /\[[^\]]+\]\((?:https?:\/\/|command:|file:)[^)\s]+/i;
const ICON = /\$\([A-Za-z0-9-]+(?:~[A-Za-z]+)?\)/;

test.each([
  '[Open](command:workbench.action.quit).txt',
  'a [Open the report](https://example.org "title") b',
  '[[x]](command:y)',
  '[x]\u200b(command:y)',
  '[x]\n(command:y)',
  '$(sync~spin) $$(error)',
  '$\u0000(error)',
])('%j is shown as text', text => {
  const plain = plainText(text);
  expect(plain).not.toMatch(LINK);
  expect(plain).not.toMatch(ICON);
  expect(plain).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});

test('controls and marks of direction are seen, and lines are one', () => {
  expect(plainText('a\u202etxt.exe\u0007\r\nb\tc')).toBe('a⟨U+202E⟩txt.exe⟨U+0007⟩ b c');
  expect(plainText('Größe: 12\u00a0%, naïve 🙂 “ok” (x) [y]')).toBe(
    'Größe: 12 %, naïve 🙂 “ok” (x) [y]',
  );
});

test('the texts of an item alone are changed', () => {
  const item = { label: '$(x) a', value: '$(x) a', detail: undefined };
  expect(withPlainTexts(item, ['label', 'detail'])).toEqual({ ...item, label: '$ (x) a' });
});
