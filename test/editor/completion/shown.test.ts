// What is shown of completions, and explained: never that of another model, of other settings, or of another item.
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  InlineCompletionTriggerKind,
  type InlineCompletionContext,
  type InlineCompletionItem,
} from 'vscode';
import { UserError } from '../../../src/core/errors';
import type { Calibrations } from '../../../src/editor/completion/calibrations';
import { CompletionClient } from '../../../src/editor/completion/completionClient';
import { ACCEPTED, CompletionProvider } from '../../../src/editor/completion/completionProvider';
import type { DocumentSync } from '../../../src/editor/engine/documentSync';
import type { Engine } from '../../../src/editor/engine/engineClient';
import type {
  CompletionItem,
  CompletionOptions,
  CompletionView,
} from '../../../src/protocol/completion';
import type { Refusal, TextEdit } from '../../../src/protocol/types';
import { FakeDocument, FakeEditor } from '../../support/textEditor';
import { fake, Position, Range, SnippetString, window } from '../../support/vscode';

interface Asked {
  readonly edit: TextEdit;
  readonly options: CompletionOptions;
  readonly stream: number;
  answer(view: CompletionView | Refusal): void;
}

const itemOf = (insert: string, item: Partial<CompletionItem> = {}): CompletionItem => ({
  insert,
  replaces: 0,
  closes: '',
  logprob: null,
  stopReason: 'line',
  tokens: [],
  ...item,
});
const viewOf = (...items: CompletionItem[]): CompletionView => ({
  items,
  mode: 'psm',
  format: 'tokenscope.json',
  healing: 'exact',
  inexact: '',
  rolledBack: new Uint8Array(),
  rolledForward: new Uint8Array(),
  promptTokens: 4,
  rememberedTokens: 2,
  modelTokens: 9,
  ms: 12.3,
  seen: { before: 1, after: 0 },
});

let model: { folder: string; name: string };
let asked: Asked[];
let explained: unknown[];
let lines: string[];
let document: FakeDocument;
let client: CompletionClient;
let provider: CompletionProvider;
let completing: (event: { stream: number; insert: string }) => void;
let chosen: Record<string, object>;
let isReady: boolean;
/** What a request waits for: a model is being opened. */
let opening: Promise<void> | undefined;

beforeEach(() => {
  model = { folder: '/models/coder', name: 'coder' };
  [asked, explained, lines, chosen, isReady] = [[], [], [], {}, true];
  opening = undefined;
  document = new FakeDocument('let a', 'file:///src/a.ts', 'typescript');
  const remote = {
    complete: (request: Omit<Asked, 'answer'>) =>
      new Promise(answer => asked.push({ ...request, answer })),
    explainCompletion: async (request: unknown) => (explained.push(request), []),
  };
  const engine = {
    get state() {
      return isReady ? { kind: 'ready', model } : { kind: 'starting' };
    },
    onEvent: (_: string, listener: typeof completing) => (
      (completing = listener),
      { dispose() {} }
    ),
    call(request: (running: object) => Promise<unknown>) {
      const send = () => request({ remote, model });
      return opening ? opening.then(send) : send();
    },
  };
  const texts = { ensureSent: () => ({ uri: 'a', version: 1 }) };
  const calibrations = { calibrationOf: (folder: string) => chosen[folder] };
  client = new CompletionClient(
    engine as unknown as Engine,
    texts as unknown as DocumentSync,
    calibrations as unknown as Calibrations,
  );
  provider = new CompletionProvider(client, { info: (line: string) => lines.push(line) });
});
afterEach(() => {
  provider.dispose();
  client.dispose();
  window.activeTextEditor = undefined;
  fake.unsetAll();
});

interface Wish {
  kind?: InlineCompletionTriggerKind;
  selected?: { range: Range; text: string };
}

/** Asks at an offset, by default as a user who triggers it. */
function suggest(at: number, { kind = InlineCompletionTriggerKind.Invoke, selected }: Wish = {}) {
  const context = { triggerKind: kind, selectedCompletionInfo: selected };
  const token = {
    isCancellationRequested: false,
    onCancellationRequested: () => ({ dispose: () => {} }),
  };
  return provider.provideInlineCompletionItems(
    document.asDocument,
    document.positionAt(at) as never,
    context as unknown as InlineCompletionContext,
    token,
  );
}

/** The last request is answered with these items. */
async function answered(suggestion: Promise<InlineCompletionItem[]>, ...items: CompletionItem[]) {
  await expect.poll(() => asked.length).toBeGreaterThan(0);
  asked.pop()!.answer(viewOf(...items));
  return (await suggestion).map(({ insertText }) => insertText as unknown);
}

test('an insertion stands at the cursor, and is explained by what it was made by', async () => {
  expect(provider.last).toBeUndefined();
  expect(await answered(suggest(5), itemOf(' = 1;'))).toEqual([' = 1;']);
  expect(provider.last).toMatchObject({
    name: 'a.ts',
    line: 1,
    column: 6,
    text: 'let a',
    at: 5,
    model,
    options: { candidates: 3, language: 'typescript', mode: 'auto' },
  });
  expect(lines).toEqual([
    'a.ts:1:6 " = 1;": 12 ms, 9 tokens through the model, 2 of the prompt\'s 4 remembered, stopped by line',
  ]);
  await client.explain(provider.last!);
  const { text, at, options } = provider.last!;
  expect(explained).toEqual([{ text, at, options }]);
});

test('one of another model is not explained by the one that is open now', async () => {
  await answered(suggest(5), itemOf(' = 1;'));
  for (const other of [
    { folder: '/models/reasoner', name: 'reasoner' },
    { folder: '/models/coder', name: 'coder (q4)' },
    { folder: '/other/coder', name: 'coder' },
  ]) {
    model = other;
    expect(() => client.explain(provider.last!)).toThrow(UserError);
  }
  model = { folder: '/models/reasoner', name: 'reasoner' };
  expect(() => client.explain(provider.last!)).toThrow(
    'The last completion is from coder, but reasoner is open now and has not completed anything yet.',
  );
  expect(explained).toEqual([]);
});

test('an answer that was on its way when all was forgotten is neither shown nor remembered', async () => {
  const answers: unknown[] = [];
  provider.onDidAnswer(view => answers.push(view));
  const suggestion = suggest(5);
  await expect.poll(() => asked.length).toBe(1);
  provider.forget();
  expect(await answered(suggestion, itemOf(' = old;'))).toEqual([]);
  expect(answers).toEqual([]);
  expect(provider.last).toBeUndefined();
  expect(await answered(suggest(5), itemOf(' = new;'))).toEqual([' = new;']);
  expect(answers).toHaveLength(1);
});

test.each([
  ['is asked about where it is now', InlineCompletionTriggerKind.Automatic],
  ['is not, unless it is asked for again', InlineCompletionTriggerKind.Invoke],
])('a place that is typed on at while a model is opened %s', async (_, kind) => {
  let open = () => {};
  opening = new Promise(resolve => (open = resolve));
  const first = suggest(5);
  document.edit(5, 5, ' =');
  const isAutomatic = kind === InlineCompletionTriggerKind.Automatic;
  const second = isAutomatic ? suggest(7, { kind }) : undefined;
  opening = undefined;
  open();
  expect(await first).toEqual([]);
  if (second) expect(await answered(second, itemOf(' 12;'))).toEqual([' 12;']);
  expect(provider.last?.at).toBe(second ? 7 : undefined);
  // Nothing is remembered for the place as it was.
  document = new FakeDocument('let a', 'file:///src/a.ts', 'typescript');
  asked.length = 0;
  expect(await answered(suggest(5), itemOf(': any;'))).toEqual([': any;']);
});

test('items that insert nothing visible are neither shown nor explained', async () => {
  const items = [itemOf('  \n'), itemOf(' ', { closes: ' ' }), itemOf(' = 1;')];
  expect(await answered(suggest(5), ...items)).toEqual([' = 1;']);
  expect(provider.last!.view.items).toEqual([items[2]]);
  expect(await answered(suggest(4), itemOf('  '))).toEqual([]);
  expect(lines.at(-1)).toMatch(/^a\.ts:1:5 nothing: 12 ms/);
});

test('what is typed on of it is from memory, and explained as it was asked', async () => {
  await answered(suggest(5), itemOf(' = 1;'));
  const { last } = provider;
  document.text = 'let a =';
  const items = await suggest(7);
  expect(items.map(({ insertText }) => insertText)).toEqual([' 1;']);
  expect(lines.at(-1)).toMatch(/: remembered$/);
  expect(provider.last).toBe(last);
});

test('each is an item with a range of what it replaces, and a command that moves the cursor back', async () => {
  document.text = 'f()';
  const suggestion = suggest(2);
  await expect.poll(() => asked.length).toBe(1);
  asked.pop()!.answer(viewOf(itemOf('"x$");', { replaces: 1 }), itemOf('[1]', { closes: ']' })));
  const [first, second] = await suggestion;
  expect(first!.insertText).toBe('"x$");');
  expect(first!.range).toEqual(new Range(new Position(0, 2), new Position(0, 3)));
  expect(first!.command).toMatchObject({ command: ACCEPTED, arguments: ['"x$");', 0] });
  // The one after it, which is asked for already, is not what is asked for next.
  await expect.poll(() => asked.length).toBe(1);
  asked.pop()!.answer(viewOf());
  // The cursor goes before what closes the rest.
  expect(second!.insertText).toEqual(
    new SnippetString().appendText('[1').appendTabstop(0).appendText(']'),
  );
  expect(second!.command).toMatchObject({ arguments: ['[1]', 0] });
  const lines = await answered(suggest(1), itemOf('[\n1]', { closes: ']' }));
  expect(lines).toEqual(['[\n1]']);
});

test('what IntelliSense has selected is taken for written', async () => {
  fake.set('completion.besideSuggestions', true);
  const selected = { range: new Range(new Position(0, 4), new Position(0, 5)), text: 'abc' };
  const suggestion = suggest(5, { kind: InlineCompletionTriggerKind.Automatic, selected });
  await expect.poll(() => asked.length).toBe(1);
  expect(asked[0]!.edit).toEqual({ utf16Start: 4, utf16End: 5, text: 'abc' });
  asked.pop()!.answer(viewOf(itemOf(' = 12;')));
  const [item] = await suggestion;
  expect([item!.insertText, item!.range]).toEqual(['abc = 12;', selected.range]);
  expect(provider.last).toMatchObject({ text: 'let abc', at: 7 });
});

test('says why nothing is asked while somebody types', async () => {
  const kind = InlineCompletionTriggerKind.Automatic;
  const selected = { range: new Range(new Position(0, 4), new Position(0, 5)), text: 'abc' };
  expect(await suggest(5, { kind, selected })).toEqual([]);
  fake.set('completion.exceptLanguages', ['typescript']);
  expect(await suggest(5, { kind })).toEqual([]);
  fake.unsetAll();
  fake.set('completion.automatic', false);
  expect(await suggest(5, { kind })).toEqual([]);
  fake.unsetAll();
  const editor = new FakeEditor(document);
  window.activeTextEditor = editor;
  editor.select(2, 5);
  expect(await suggest(5, { kind })).toEqual([]);
  Object.defineProperty(editor, 'selections', { value: [1, 2] });
  expect(await suggest(5, { kind })).toEqual([]);
  document = new FakeDocument('x', 'vscode-scm:/input');
  expect(await suggest(1)).toEqual([]);
  expect(asked).toEqual([]);
  expect(lines.map(line => line.slice(line.indexOf('nothing')))).toEqual([
    'nothing: IntelliSense is open',
    'nothing: tokenscope.completion.exceptLanguages has typescript',
    'nothing: text is selected',
    'nothing: several cursors',
  ]);
});

test('too little is shown to those who ask for it alone', async () => {
  const kind = InlineCompletionTriggerKind.Automatic;
  expect(await answered(suggest(5, { kind }), itemOf(';'))).toEqual([]);
  expect(lines.at(-1)).toMatch(/^a\.ts:1:6 nothing \(too little\): /);
  expect((await suggest(5)).map(({ insertText }) => insertText)).toEqual([';']);
});

test('what follows is prepared, and its answer is no event', async () => {
  const answers: unknown[] = [];
  provider.onDidAnswer(view => answers.push(view));
  await answered(suggest(5), itemOf(' = 1;'));
  await expect.poll(() => asked.length).toBe(1);
  expect(asked[0]!.edit).toEqual({ utf16Start: 5, utf16End: 5, text: ' = 1;' });
  expect(asked[0]!.options.candidates).toBe(1);
  asked.pop()!.answer(viewOf(itemOf('\nlet b = 2;')));
  await new Promise(setImmediate);
  expect(answers).toHaveLength(1);
  document.text = 'let a = 1;';
  const items = await suggest(10);
  expect(items.map(({ insertText }) => insertText)).toEqual(['\nlet b = 2;']);
});

test('a refusal is in the log, with the reason', async () => {
  const suggestion = suggest(5);
  await expect.poll(() => asked.length).toBe(1);
  asked.pop()!.answer({ refused: 'the cursor is in a comment' });
  expect(await suggestion).toEqual([]);
  expect(lines).toEqual(['a.ts:1:6 nothing: the cursor is in a comment']);
});

test('the prompt has the form that was calibrated for the model, unless the setting says another', async () => {
  chosen['/models/coder'] = { chosen: { mode: 'spm', rollback: 'line', suffixFrom: 'boundary' } };
  const options = () => client.optionsFor(document.asDocument, 2);
  expect(options()).toMatchObject({
    mode: 'spm',
    rollback: 'line',
    suffixFrom: 'boundary',
    candidates: 2,
  });
  fake.set('completion.fim', 'none');
  expect(options()).toMatchObject({ mode: 'none', rollback: 'auto', suffixFrom: 'auto' });
  fake.unsetAll();
  model = { folder: '/models/reasoner', name: 'reasoner' };
  expect(options()).toMatchObject({ mode: 'auto', rollback: 'auto', suffixFrom: 'auto' });
});

test('without a ready engine no form is known, and no model is named', () => {
  chosen.undefined = { chosen: { mode: 'spm' } };
  isReady = false;
  expect(client.optionsFor(document.asDocument, 1).mode).toBe('auto');
  expect(client.model).toEqual({ folder: '', name: '' });
});

test('text that is certain goes to the request that it is of', async () => {
  const texts: string[][] = [[], []];
  const edit = { utf16Start: 0, utf16End: 0, text: '' };
  const site = { document: document.asDocument, version: document.version, edit };
  const options = client.optionsFor(document.asDocument, 1);
  const { signal } = new AbortController();
  const requests = texts.map(own =>
    client.complete(site, options, signal, insert => own.push(insert)),
  );
  const streams = asked.map(({ stream }) => stream);
  completing({ stream: streams[1]!, insert: 'b' });
  completing({ stream: streams[0]!, insert: 'a' });
  for (const { answer } of asked) answer(viewOf());
  await Promise.all(requests);
  completing({ stream: streams[0]!, insert: 'late' });
  expect(texts).toEqual([['a'], ['b']]);
});
