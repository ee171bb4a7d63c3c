// What the inspector shows before there is anything to inspect, and that no state is drawn of another model or text.
import '../support/navigator';
import { expect, test } from 'vitest';
import type { TokenView } from '../../src/protocol/scores';
import { inspectorTemplate } from '../../webview/inspector';
import { statesAfterChange, type KnownStates, type Page } from '../../webview/page';
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
  for (const engine of ['stopped', 'starting'] as const)
    expect(textOf(fakePage({ engine }))).toBe('Opening the model…');
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
