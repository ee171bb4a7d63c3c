// Editors of traces over a reload: those that were open are opened again, and nothing else is remembered.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Memento } from 'vscode';
import { keepTraceTabs } from '../../../src/editor/traces/traceTabs';
import { commands, fake, TabInputText, TabInputTextDiff, Uri, window } from '../../support/vscode';

const trace = (name: string) => Uri.from({ scheme: 'tokenscope-trace', path: `/${name}` });
const tab = (input: unknown, isActive = false) => ({ input, isActive });
const text = (uri: Uri, isActive = false) => tab(new TabInputText(uri), isActive);
const remembered = (name: string, viewColumn: number, isActive: boolean) => ({
  uri: String(trace(name)),
  viewColumn,
  isActive,
});

let kept: unknown;
let errors: unknown[];
const memento = {
  get: () => kept,
  update: async (key: string, value: unknown) => {
    expect(key).toBe('traceTabs');
    kept = value;
  },
} as unknown as Memento;
const keep = () => keepTraceTabs(memento, error => errors.push(error));
const { executeCommand } = commands;
beforeEach(() => {
  [kept, errors, fake.commands.length] = [undefined, [], 0];
});
afterEach(() => {
  window.tabGroups.all = [];
  commands.executeCommand = executeCommand;
});

test('traces that are open are remembered with their places, and no other editors', async () => {
  window.tabGroups.all = [
    { viewColumn: 1, tabs: [text(trace('a')), text(Uri.file('/b.ts'), true)] },
    {
      viewColumn: 2,
      tabs: [
        tab(new TabInputTextDiff(trace('c'), trace('d'))),
        tab(undefined),
        text(trace('e'), true),
      ],
    },
  ];
  const keeping = await keep();
  expect(kept).toEqual([remembered('a', 1, false), remembered('e', 2, true)]);
  window.tabGroups.all = [];
  fake.changed.tabs.fire({});
  expect(kept).toEqual([]);
  keeping.dispose();
  window.tabGroups.all = [{ viewColumn: 1, tabs: [text(trace('a'))] }];
  fake.changed.tabs.fire({});
  expect(kept).toEqual([]);
});

test('those that were open are opened again, those behind others without being read', async () => {
  kept = [remembered('a', 1, true), remembered('b', 2, false), remembered('open', 1, false)];
  window.tabGroups.all = [{ viewColumn: 1, tabs: [text(trace('open'))] }];
  await keep();
  const options = { preview: false, preserveFocus: true };
  expect(fake.commands).toEqual([
    ['vscode.open', trace('a'), { ...options, viewColumn: 1, background: false }],
    ['vscode.open', trace('b'), { ...options, viewColumn: 2, background: true }],
  ]);
});

test('one that cannot be opened is said, and leaves the others', async () => {
  kept = [remembered('gone', 1, true), remembered('b', 1, false)];
  const opened: string[] = [];
  commands.executeCommand = async (_, uri) => {
    if (String(uri).includes('gone')) throw new Error('It is gone.');
    opened.push(String(uri));
  };
  await keep();
  expect(errors).toEqual([new Error('It is gone.')]);
  expect(opened).toEqual([String(trace('b'))]);
});
