// Editors of traces over a reload: those that were open are opened again, and nothing else is remembered.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Memento } from 'vscode';
import { closeTraceTabs, keepTraceTabs } from '../../../src/editor/traces/traceTabs';
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

test('the editors of a file’s traces are closed, and not remembered any more', async () => {
  const traceIn = (path: string, index: number) => {
    const query = JSON.stringify({ file: String(Uri.file(path)), index });
    return Uri.from({ scheme: 'tokenscope-trace', path: `/${path} ${index}`, query });
  };
  const file = text(Uri.file('/a.jsonl'));
  const other = text(traceIn('/b.jsonl', 0));
  const own = [0, 1].map(index => text(traceIn('/a.jsonl', index)));
  window.tabGroups.all = [
    { viewColumn: 1, tabs: [own[0], file, other] },
    { viewColumn: 2, tabs: [own[1]] },
  ];
  const keeping = await keep();
  expect(kept).toHaveLength(3);
  await closeTraceTabs(Uri.file('/a.jsonl') as never);
  expect(window.tabGroups.all).toMatchObject([{ tabs: [file, other] }, { tabs: [] }]);
  expect(kept).toMatchObject([{ uri: String(traceIn('/b.jsonl', 0)) }]);
  keeping.dispose();
});
