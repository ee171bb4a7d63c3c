// What lists of the tokens on the screen share: the list itself, or that there is none, and the note beside it.
import '../../support/navigator';
import { html } from 'lit';
import { expect, test } from 'vitest';
import type { VisibleTokens } from '../../../src/protocol/page';
import { visibleListNote, visibleListTemplate } from '../../../webview/parts/visibleList';
import { fakePage } from '../../support/inspectorPage';
import { shown } from '../../support/litText';
import { tokenView } from '../../support/tokenViews';

const view = tokenView([
  { token: 'a', id: 1 },
  { token: 'b', id: 2 },
]);
const runs = [{ line: 7, view: { ...view, total: 9 }, second: null }];
const list: VisibleTokens = { uri: 'file:///a', version: 3, visible: 2, runs };

test('the list is drawn where there are tokens', () => {
  const draw = (_: unknown, { visible }: VisibleTokens) => html`<p>${visible} tokens</p>`;
  expect(shown(visibleListTemplate(fakePage(), list, draw)).text).toBe('2 tokens');
  for (const none of [null, { ...list, runs: [] }])
    expect(shown(visibleListTemplate(fakePage(), none, draw)).text).toBe('No text is visible.');
});

test('the note says how much is listed, and of which tokenizers', () => {
  const note = (of: VisibleTokens | null, second = '') =>
    shown(visibleListNote(fakePage({ second }), of)).text;
  const keys = 'Space selects, Enter also moves to the editor.';
  expect(note(list)).toBe(`Visible: 2 of 9 tokens. ${keys}`);
  expect(note(null)).toBe(`Visible: 0 of 0 tokens. ${keys}`);
  expect(note({ ...list, visible: 3 })).toBe(
    `2 of the 3 visible tokens, around the cursor. ${keys}`,
  );
  expect(note(list, 'gpt2')).toBe(
    `Visible: 2 of 9 tokens. Tokens of gpt2 are shown where they differ. ${keys}`,
  );
});
