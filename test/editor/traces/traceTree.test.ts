// The view of open traces: files with their traces and problems, and whether there are any.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TreeDataProvider } from 'vscode';
import { UserError } from '../../../src/core/errors';
import type { Trace } from '../../../src/core/traces/trace';
import type { ListedFile, TraceDocuments } from '../../../src/editor/traces/traceDocuments';
import { registerTraceTree, type TraceNode } from '../../../src/editor/traces/traceTree';
import { EventEmitter, fake, TreeItemCollapsibleState, Uri, window } from '../../support/vscode';

const file = Uri.file('/b/r1.jsonl') as unknown as ListedFile['file'];
const traceOf = (changes: Partial<Trace>) =>
  ({ id: 't1', text: '', notes: [], logprobs: [], refused: [], ...changes }) as unknown as Trace;
const content = (traces: Trace[], problems: string[] = []) =>
  ({ format: 'rows', traces, problems }) as unknown as NonNullable<ListedFile['content']>;

/** What is looked at of an item. */
interface ShownItem {
  readonly label: string;
  readonly description?: string;
  readonly tooltip?: string;
  readonly collapsibleState: TreeItemCollapsibleState;
  readonly iconPath: { readonly id: string };
  readonly command: { readonly arguments: unknown[] };
}

let files: ListedFile[];
let contentNow: () => Promise<unknown>;
let views: [id: string, provider: TreeDataProvider<TraceNode>][];
let changes: EventEmitter<void>;
let listening: { dispose(): void }[];
const { createTreeView } = window;
beforeEach(() => {
  [files, views, changes, fake.commands.length] = [[], [], new EventEmitter(), 0];
  contentNow = async () => undefined;
  window.createTreeView = (id, { treeDataProvider }) => {
    views.push([id, treeDataProvider as never]);
    return { dispose: () => {} };
  };
  const traces = {
    get files() {
      return files;
    },
    contentNow: () => contentNow(),
    onDidChange: changes.event,
  };
  listening = registerTraceTree(traces as unknown as TraceDocuments);
});
afterEach(() => {
  for (const one of listening) one.dispose();
  window.createTreeView = createTreeView;
});
const children = async (node?: TraceNode) => (await views[0]![1].getChildren(node))!;
const itemOf = (node: TraceNode) => views[0]![1].getTreeItem(node) as never as ShownItem;

test('is there where there are traces', () => {
  expect(views.map(([id]) => id)).toEqual(['tokenscope.traces']);
  files = [{ file }];
  changes.fire();
  files = [];
  changes.fire();
  const context = (value: boolean) => ['setContext', 'tokenscope.hasTraces', value];
  expect(fake.commands).toEqual([context(false), context(true), context(false)]);
});

test('a change of the traces is one of the view', () => {
  let heard = 0;
  views[0]![1].onDidChangeTreeData!(() => heard++);
  changes.fire();
  expect(heard).toBe(1);
});

test('a file lists its problems, then its traces, and these nothing', async () => {
  const [one, two] = [traceOf({ id: 'one' }), traceOf({ id: 'two' })];
  files = [{ file, content: content([one, two], ['Row 3 is no trace.']) }];
  const [node] = await children();
  expect(node).toEqual({ kind: 'file', ...files[0] });
  const listed = await children(node);
  expect(listed).toEqual([
    { kind: 'problem', file, words: 'Row 3 is no trace.' },
    { kind: 'trace', file, index: 0, trace: one },
    { kind: 'trace', file, index: 1, trace: two },
  ]);
  for (const below of listed) expect(await children(below)).toEqual([]);
});

test('a file that was not read yet is read now; where it cannot be, the reason is listed', async () => {
  const node = { kind: 'file', file } as const;
  const one = traceOf({});
  contentNow = async () => content([one]);
  expect(await children(node)).toEqual([{ kind: 'trace', file, index: 0, trace: one }]);
  contentNow = async () => {
    throw new UserError('It is gone.');
  };
  expect(await children(node)).toEqual([]);
  contentNow = async () => {
    throw new Error('a defect');
  };
  await expect(children(node)).rejects.toThrow('a defect');
  expect(await children({ ...node, problem: 'It is gone.' })).toEqual([
    { kind: 'problem', file, words: 'It is gone.' },
  ]);
});

test('the items: a file, a problem, a trace with its verdict and its question', () => {
  const item = itemOf({ kind: 'file', file, content: content([traceOf({})]) });
  expect(item.label).toBe('r1.jsonl');
  expect(item.description).toBe('rows, 1 trace');
  expect(item.collapsibleState).toBe(TreeItemCollapsibleState.Expanded);
  expect(itemOf({ kind: 'file', file }).description).toBeUndefined();
  const problem = itemOf({ kind: 'problem', file, words: 'Row $(3)' });
  expect([problem.label, problem.tooltip, problem.iconPath.id]).toEqual([
    'Row $ (3)',
    'Row $ (3)',
    'warning',
  ]);
  const long = 'x'.repeat(61);
  const trace = traceOf({ question: ` ${long}\nmore`, answer: '4', target: '5', isRight: false });
  const wrong = itemOf({ kind: 'trace', file, index: 7, trace });
  expect(wrong.description).toBe(`wrong · answer 4 · ${'x'.repeat(60)}…`);
  expect(wrong.tooltip).toBe(
    `Wrong, according to the file: answer 4, right answer 5\n\n ${long}\nmore`,
  );
  expect(wrong.iconPath.id).toBe('error');
  expect(wrong.command.arguments).toEqual([String(file), 7]);
  const right = itemOf({ kind: 'trace', file, index: 0, trace: traceOf({ isRight: true }) });
  expect([right.description, right.tooltip, right.iconPath.id]).toEqual([
    'right',
    'Right, according to the file',
    'pass',
  ]);
  const short = traceOf({ question: 'x'.repeat(60) });
  const open = itemOf({ kind: 'trace', file, index: 0, trace: short });
  expect([open.description, open.iconPath.id]).toEqual(['x'.repeat(60), 'note']);
});
