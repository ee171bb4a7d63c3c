// Another token in the place of one: an alternative of the model that is open, at the token's own beginning; and what came
// of it is remembered as a branch of the text that it was made from.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Memento, Uri as VscodeUri } from 'vscode';
import { Cancelled, UserError } from '../../../src/core/errors';
import { TraceText } from '../../../src/core/traces/traceText';
import type { EngineQueries } from '../../../src/editor/engine/engineQueries';
import type { Rollouts } from '../../../src/editor/traces/rollouts';
import type { WrittenText } from '../../../src/editor/traces/traceDocuments';
import { WhatIf } from '../../../src/editor/traces/whatIf';
import type { BranchView } from '../../../src/protocol/traces';
import { FakeDocument, FakeEditor } from '../../support/textEditor';
import { tokenView, type TokenRow } from '../../support/tokenViews';
import { fake, window, type Uri } from '../../support/vscode';

const TOP = [
  [5, ' four', 1],
  [6, ' five', 2],
  [7, ' six', 3],
] as const;
const readyWith = (folder: string) => ({ kind: 'ready', model: { folder } });
let row: TokenRow;
let opened: object;
let failure: Error | undefined;
let found: BranchView | undefined;
let asked: unknown[][];
let document: FakeDocument;
let open: WrittenText;
let whatIf: WhatIf;

beforeEach(() => {
  row = { token: ' five', id: 6, bits: 2, rank: 2, top: TOP };
  [opened, failure] = [readyWith('/reasoner'), undefined];
  asked = [];
  found = {
    text: 'It is four.',
    answers: [{ text: '4', count: 30 }],
    right: 24,
    rollouts: 32,
    target: '4',
  };
  document = new FakeDocument('2 + 2?\nIt is five.', 'tokenscope-trace:/t.trace');
  open = {
    trace: { target: '4' },
    text: new TraceText({ question: '2 + 2?', text: 'It is five.' }),
  };
  const editor = new FakeEditor(document);
  window.activeTextEditor = editor;
  editor.select(14);
  const values = new Map<string, unknown>();
  const queries = {
    get opened() {
      return opened;
    },
    passes: {
      scoreRange: async (_: unknown, range: unknown) => {
        asked.push(['score', range]);
        if (failure) throw failure;
      },
    },
    view: async () => ({ version: 1, view: tokenView([row], { utf16Start: 12 }) }),
  };
  const rollouts = {
    branch: async (_: unknown, __: unknown, at: number, id: number) => {
      asked.push(['branch', at, id]);
      return found;
    },
  };
  whatIf = new WhatIf(
    queries as unknown as EngineQueries,
    rollouts as unknown as Rollouts,
    {
      get: (key: string) => values.get(key),
      update: async (key: string, value: unknown) => void values.set(key, value),
    } as unknown as Memento,
  );
  fake.lists.length = fake.commands.length = 0;
});
afterEach(() => {
  whatIf.dispose();
  window.activeTextEditor = undefined;
  fake.choose = items => items[0];
});

const given = (id: number) => ({ utf16: 12, id, model: '/reasoner' });
const ask = (other?: ReturnType<typeof given>) =>
  whatIf.ask(open, document.asDocument, other?.utf16 ?? 14, other);

test('lists the other tokens with their probabilities, and branches where the token begins', async () => {
  await ask();
  expect(fake.lists[0]).toMatchObject([
    { label: '·four', description: '50 %' },
    { label: '·six', description: '12.5 %' },
  ]);
  expect(asked).toEqual([
    ['score', { utf16Start: 14, utf16End: 15 }],
    ['branch', 12, 5],
  ]);
  const [[command, original, branch, title] = []] = fake.commands;
  expect([command, String(original), title]).toEqual([
    'vscode.diff',
    'tokenscope-trace:/t.trace',
    'What if: ·four in place of ·five, mostly 4 (30), 75 % right of 32',
  ]);
  const shown = branch as Uri;
  expect(fake.contents.get('tokenscope-branch')!.provideTextDocumentContent(shown)).toBe(
    '2 + 2?\nIt is four.',
  );
});

test('says that the trace changed while its token was scored', async () => {
  failure = new Cancelled();
  await expect(ask()).rejects.toThrow(
    new UserError('The text changed during the scoring. Run it again.'),
  );
  expect(asked.map(([what]) => what)).toEqual(['score']);
});

test('a branch can be branched again, and all of them are listed from any', async () => {
  await ask();
  const first = fake.commands[0]![2] as VscodeUri;
  document = Object.assign(new FakeDocument('2 + 2?\nIt is four.'), { uri: first }) as FakeDocument;
  window.activeTextEditor = new FakeEditor(document);
  (window.activeTextEditor as FakeEditor).select(14);
  const branch = whatIf.branchOf(document.asDocument)!;
  expect(branch).toMatchObject({ trace: { target: '4' }, text: { start: 7 } });
  found = { ...found!, text: 'It is four, no.', answers: [], target: null };
  await whatIf.ask(branch, document.asDocument, 12, given(7));
  fake.choose = items => items[1];
  await whatIf.list(branch, first);
  expect(fake.lists.at(-1)).toMatchObject([
    { label: '·four in place of ·five, mostly 4 (30), 75 % right of 32', description: 'shown now' },
    { label: '↳ ·six in place of ·five, no answer' },
  ]);
  // Beside the branch that it was made from.
  expect(String(fake.commands.at(-1)![1])).toBe(String(first));
  expect(whatIf.branchOf(new FakeDocument('x').asDocument)).toBeUndefined();
});

test('a token of the model before is not tried by the one that was opened meanwhile', async () => {
  fake.choose = items => {
    opened = readyWith('/reasoner');
    return items[0];
  };
  await expect(ask()).rejects.toThrow(
    new UserError('Another model was opened in the meantime. Choose again.'),
  );
  expect(asked.map(([what]) => what)).toEqual(['score']);
});

test('a token that is given is tried if it is an alternative', async () => {
  await ask(given(7));
  await expect(ask(given(99))).rejects.toThrow(
    /^The token is no longer among the alternatives here\. Choose one with /,
  );
  expect(asked.filter(([what]) => what === 'branch')).toEqual([['branch', 12, 7]]);
  expect(fake.lists).toEqual([]);
});

test('of a token of another model its alternatives are listed instead', async () => {
  fake.choose = items => items[1];
  await ask({ ...given(5), model: '/coder' });
  expect(fake.lists[0]).toMatchObject([{ label: '·four' }, { label: '·six' }]);
  expect(asked.at(-1)).toEqual(['branch', 12, 7]);
});

test('says why there is nothing to try', async () => {
  await expect(ask({ ...given(5), utf16: 6 })).rejects.toThrow(/^The cursor is in the question/);
  row = { token: ' five', id: 6 };
  await expect(ask()).rejects.toThrow(/^This token has no score/);
  await expect(whatIf.list(open, document.uri as never)).rejects.toThrow(
    /^This trace has no branch yet/,
  );
  row = { token: ' five', id: 6, bits: 2, rank: 2, top: TOP };
  found = undefined;
  await ask();
  expect(fake.commands).toEqual([]);
});
