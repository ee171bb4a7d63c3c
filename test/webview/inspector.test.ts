// What the inspector shows before there is anything to inspect, and that no state is drawn of another model or text.
import '../support/navigator';
import { expect, test } from 'vitest';
import type { TokenView } from '../../src/protocol/scores';
import { inspectorTemplate } from '../../webview/inspector';
import { firstLook, statesAfterChange, type KnownStates, type Page } from '../../webview/page';
import { fakePage } from '../support/inspectorPage';
import { shown } from '../support/litText';
import { tokenView } from '../support/tokenViews';

const textOf = (page: Page) => shown(inspectorTemplate(page)).text;
const token = (bits: number): TokenView => tokenView([{ token: 'word', bits }]);
const known = (source: string, bits: number): KnownStates => ({
  token: { source, state: token(bits) },
});

test('offers what helps where there is nothing to inspect', () => {
  const off = fakePage({ isOn: false, engine: 'failed' });
  const { text, listeners } = shown(inspectorTemplate(off));
  expect(text).toMatch(/^The overlay is off\..*\nTurn the overlay on Choose a lens$/s);
  for (const { listener } of listeners) listener({});
  expect(off.asked).toEqual([
    ['run', 'toggleOverlay'],
    ['run', 'chooseLens'],
  ]);
  expect(textOf(fakePage({ engine: 'failed', message: 'No model there.' }))).toBe(
    'No model there.\nTry again Show the log',
  );
  expect(textOf(fakePage({ engine: 'starting' }))).toBe('Opening the model…');
  const stopped = fakePage({ engine: 'stopped' });
  const ended = shown(inspectorTemplate(stopped));
  expect(ended.text).toBe(
    'No model is open. It is opened when a text is shown, scrolled or edited.\nOpen the model',
  );
  for (const { listener } of ended.listeners) listener({});
  expect(stopped.asked).toEqual([['run', 'turnOverlayOn']]);
});

test('draws the state of the open tab', () => {
  expect(textOf(fakePage({}, {}, known('a', 2)))).toContain('surprisal: 2.00 bits');
  // In its own panel alone.
  expect(textOf(fakePage({}, {}, known('a', 2))).match(/At the cursor/g)).toHaveLength(1);
  expect(textOf(fakePage({}, { tab: 'text' }, known('a', 2)))).not.toContain('2.00 bits');
  const none = { token: { source: 'a', state: null } };
  expect(textOf(fakePage({}, {}, none))).toContain('Place the cursor on a token');
});

test('draws no state of another model or another text', () => {
  expect(textOf(fakePage({ source: 'b', model: 'another' }, {}, known('a', 2)))).not.toMatch(
    /bits|Model:|Place the cursor/,
  );
  expect(textOf(fakePage({ source: 'b' }, {}, {}))).not.toMatch(/Place the cursor/);
});

test('of the states of other tabs nothing is left once something has changed', () => {
  const states = { ...known('a', 2), text: { source: 'a', state: null } };
  expect(statesAfterChange(states, 'token')).toEqual(known('a', 2));
  expect(statesAfterChange(states, 'split').token).toBeUndefined();
});

test('names the lens beside the tabs, and changes the tab', () => {
  const page = fakePage({ lens: 'entropy' });
  const { text, listeners } = shown(inspectorTemplate(page));
  expect(text).toContain('Lens: Entropy');
  const select = listeners.find(({ event }) => event === 'vsc-tabs-select')!;
  select.listener({ detail: { selectedIndex: 2 } });
  expect(page.asked).toEqual([['change', [{ tab: 'table' }, undefined]]]);
});

test('a header for each tab, in order; Space opens one as a click does', () => {
  const { html, listeners } = shown(inspectorTemplate(fakePage({}, { tab: 'split' })));
  const titles = [...html.matchAll(/<vscode-tab-header[^>]*>([^<]*)</g)].map(([, title]) => title);
  expect(titles).toEqual([
    'Token',
    'Text',
    'Table',
    'Split',
    'Compare',
    'Next byte',
    'Layers',
    'Features',
    'Rollouts',
  ]);
  expect(html).toContain('selectedIndex="3"');
  expect(html.match(/<vscode-tab-panel>/g)).toHaveLength(titles.length);
  const keys = listeners.filter(({ event }) => event === 'keydown');
  expect(keys).toHaveLength(titles.length);
  let clicks = 0;
  for (const key of [' ', 'Enter', 'a'])
    keys[0]!.listener({ key, target: { click: () => clicks++ } });
  expect(clicks).toBe(1);
});

test('what nobody has chosen yet: the token, and a table in the order of the text', () => {
  const run = { line: 1, view: token(2), second: null };
  const list = { uri: 'a', version: 1, visible: 1, runs: [run] };
  const { html } = shown(
    inspectorTemplate(
      fakePage({}, { ...firstLook, tab: 'table' }, { table: { source: 'a', state: list } }),
    ),
  );
  expect(html.match(/aria-sort="\w+"/g)).toEqual(['aria-sort="ascending"']);
  expect(firstLook).toEqual({
    tab: 'token',
    column: 'index',
    isDescending: false,
    typed: '',
    choice: { kind: 'own' },
  });
});

test('the panel and the note are those of the open tab', () => {
  const run = { line: 1, view: token(2), second: null };
  const list = { uri: 'a', version: 1, visible: 1, runs: [run] };
  const text: KnownStates = { text: { source: 'a', state: list } };
  const open = shown(inspectorTemplate(fakePage({}, { tab: 'text' }, text)));
  expect(open.text).toContain('Visible: 1 of 1 tokens.');
  // In the panel at the place of its header.
  const panels = open.html.split('<vscode-tab-panel>').slice(1);
  expect(panels.map(panel => panel.includes('role="listbox"'))).toEqual(
    panels.map((_, i) => i === 1),
  );
  const none = shown(inspectorTemplate(fakePage({}, { tab: 'token' }, text)));
  expect(none.text).not.toContain('Visible:');
});
