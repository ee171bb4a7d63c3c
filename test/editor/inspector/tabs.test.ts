// The states of the inspector's tabs: of the text at the cursor and on the screen, in one version of it.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Cancelled, UserError } from '../../../src/core/errors';
import { lenses, type LensId } from '../../../src/core/lenses/lenses';
import { TraceText } from '../../../src/core/traces/traceText';
import { sharedState, sourceOf } from '../../../src/editor/inspector/sharedState';
import type { TabContext } from '../../../src/editor/inspector/tabs/tab';
import { tabs } from '../../../src/editor/inspector/tabs/tabs';
import type { FeaturesState, VisibleTokens } from '../../../src/protocol/page';
import type { TokenView, ViewRequest } from '../../../src/protocol/scores';
import type { Range16 } from '../../../src/protocol/types';
import { FakeDocument, FakeEditor } from '../../support/textEditor';
import { tokenView } from '../../support/tokenViews';
import { fake } from '../../support/vscode';

const TEXT = 'one two\nthree\nfour five\nsix';
const READY = {
  kind: 'ready',
  model: { name: 'coder', folder: '/coder' },
  second: null as { name: string; path: string } | null,
  secondProblem: '',
};

let document: FakeDocument;
let editor: FakeEditor;
let asked: { range: Range16; request: Partial<ViewRequest> }[];
let context: TabContext;
let state: typeof READY;
/** Called while the engine is asked. */
let meanwhile: (what: string) => void;
let trace: { text: TraceText } | undefined;
let rolledOut: object | undefined;
let page: number | undefined;
let lens: LensId;

/** The words that touch a range, at most so many, around an offset. */
function wordsIn(text: string, range: Range16, { maxTokens = 3000, around = 0 }): TokenView {
  const all = [...text.matchAll(/\S+\s*/g)].filter(
    ({ 0: word, index }) => index < range.utf16End && index + word.length > range.utf16Start,
  );
  const at = all.findIndex(({ 0: word, index }) => index + word.length > around);
  const middle = Math.max(0, at) - Math.floor(maxTokens / 2);
  const first = Math.max(0, Math.min(middle, all.length - maxTokens));
  const words = all.slice(first, first + maxTokens);
  const utf16Start = words[0]?.index ?? 0;
  const view = tokenView(
    words.map(({ 0: token }) => ({ token })),
    { first: utf16Start, total: 99, utf16Start },
  );
  return { ...view, pending: words.length };
}

beforeEach(() => {
  document = new FakeDocument(TEXT, 'file:///src/a.txt', 'plaintext');
  editor = new FakeEditor(document);
  state = { ...READY };
  [asked, trace, rolledOut, page, lens] = [[], undefined, undefined, undefined, 'surprisal'];
  meanwhile = () => {};
  const view = async (text: FakeDocument, range: Range16, request: ViewRequest) => {
    asked.push({ range, request });
    const { version } = text;
    const found = wordsIn(text.text, range, request ?? {});
    meanwhile('view');
    return { version, view: found };
  };
  const remote = {
    score: async (request: object) => (asked.push(request as never), meanwhile('score')),
    featuresAt: async (request: object) => (asked.push(request as never), 'at'),
    featureTable: async (request: object) => (asked.push(request as never), 'table'),
    featurePage: async ({ feature }: { feature: number }) => `page ${feature}`,
  };
  context = {
    editor: editor.asEditor,
    look: { tab: 'token', typed: 'x', choice: { kind: 'own' } },
    engine: {
      get state() {
        return state;
      },
      get second() {
        return state.second;
      },
    },
    state: {
      get lens() {
        return lenses[lens];
      },
      get lensId() {
        return lens;
      },
      isOn: true,
      pins: [{ feature: 7, threshold: 0 }],
    },
    queries: {
      view,
      count: async (text: FakeDocument, ranges: Range16[]) => ({
        document: 99,
        ranges: ranges.reduce((sum, range) => sum + wordsIn(text.text, range, {}).ids.length, 0),
      }),
      compare: async (text: FakeDocument, ranges: Range16[], visible: Range16[]) => {
        const at = { uri: String(text.uri), version: text.version };
        meanwhile('compare');
        return {
          ...at,
          found: { ranges, visible, listed: [{ utf16Start: 15 }, { utf16Start: 24 }] },
        };
      },
      nextBytes: async (_: unknown, utf16: number) => ({ refused: `at ${utf16}` }),
      layersAt: async (_: unknown, utf16: number) => (utf16 < 3 ? { token: utf16 } : null),
      split: async (_: unknown, at: number, typed: string) => ({ at, typed }),
      firstToken: async ({ answerStart = 0 }) => answerStart && 3,
    },
    features: {
      options: () => ({ densityCutoff: 0.05, pins: [{ feature: 7, threshold: 0 }] }),
      get page() {
        return page;
      },
      info: { name: 'sae-8k' },
      askAbout: async (_: unknown, request: (remote: object, at: object) => unknown) =>
        request(remote, { uri: 'a', version: 1 }),
    },
    traces: { traceOf: () => trace },
    rollouts: { viewOf: () => rolledOut },
  } as unknown as TabContext;
});
afterEach(() => fake.unsetAll());

const { signal } = new AbortController();
const stateOf = <T extends keyof typeof tabs>(tab: T) => tabs[tab].state(context, signal);
const words = ({ runs }: VisibleTokens) =>
  runs.map(({ view }) => view.bytes!.map(bytes => new TextDecoder().decode(bytes)));

test('token: the tokens at the cursor with their alternatives, by the lens’s passes', async () => {
  editor.select(5);
  lens = 'gap';
  const view = await stateOf('token');
  expect(view!.first).toBe(4);
  expect(asked).toEqual([
    {
      range: { utf16Start: 5, utf16End: 6 },
      request: { passes: ['tokens'], details: 'alternatives' },
    },
  ]);
  // Of a trace a pair is asked about the answer.
  lens = 'contrast';
  trace = { text: new TraceText({ question: 'why', text: 'so' }) };
  await stateOf('token');
  expect(asked[1]!.request).toMatchObject({
    passes: ['tokens', 'contrast'],
    contrast: { from: 4, centred: false },
  });
});

test('text and table: a run for each range of lines, with the line that it begins on', async () => {
  editor.visibleLines = [
    [0, 0],
    [2, 3],
  ];
  editor.select(2);
  const found = (await stateOf('text'))!;
  expect(found).toMatchObject({ uri: 'file:///src/a.txt', version: 1, visible: 5 });
  expect(words(found)).toEqual([
    ['one ', 'two\n'],
    ['four ', 'five\n', 'six'],
  ]);
  expect(found.runs.map(({ line, second }) => [line, second])).toEqual([
    [1, null],
    [3, null],
  ]);
  // The range with the cursor is asked for first, around it.
  expect(asked.map(({ request }) => [request.around, request.maxTokens])).toEqual([
    [2, 1000],
    [0, 998],
  ]);
});

test('text and table: the range of the cursor first, then those below it, then those above', async () => {
  editor.visibleLines = [
    [0, 0],
    [1, 1],
    [3, 3],
  ];
  editor.select(9);
  const ranges = async () => {
    asked.length = 0;
    const found = (await stateOf('text'))!;
    expect(words(found)).toEqual([['one ', 'two\n', 'three\n'], ['six']]);
    return asked.map(({ range }) => range.utf16Start);
  };
  // The first two are one range.
  expect(await ranges()).toEqual([0, 24]);
  editor.select(25);
  expect(await ranges()).toEqual([24, 0]);
  expect(asked[1]!.request.around).toBe(14);
  // Beyond the last range: at its end.
  editor.select(27);
  expect(await ranges()).toEqual([24, 0]);
});

test('text and table: of many tokens a thousand are listed, those around the cursor', async () => {
  const many = Array.from({ length: 1500 }, (_, i) => `w${i}`);
  document.text = `top\n${many.join(' ')}\nlast`;
  editor.visibleLines = [
    [0, 0],
    [1, 1],
    [2, 2],
  ];
  editor.select(document.text.indexOf('w700 '));
  const found = (await stateOf('text'))!;
  expect(found.visible).toBe(1502);
  expect(words(found).flat()).toHaveLength(1000);
  expect(words(found).flat()).toContain('w700 ');
  expect(words(found).flat()).not.toContain('last');
  const isOutside = tabs.text.refreshOn.cursor as (last: VisibleTokens, at: object) => boolean;
  const at = (word: string) => {
    editor.select(document.text.indexOf(word));
    return isOutside(found, editor);
  };
  expect([at('w700 '), at('top'), at('last')]).toEqual([false, true, true]);
  editor.select(found.runs[0]!.view.utf16Starts[0]!);
  expect(isOutside(found, editor)).toBe(false);
  editor.select(found.runs[0]!.view.utf16Ends.at(-1)!);
  expect(isOutside(found, editor)).toBe(true);
  // All of them are listed.
  expect(isOutside({ ...found, visible: 1000 }, editor)).toBe(false);
  const misses = tabs.text.refreshOn.scores as (last: VisibleTokens) => boolean;
  expect(misses(found)).toBe(true);
  const runs = found.runs.map(run => ({ ...run, view: { ...run.view, pending: 0 } }));
  expect(misses({ ...found, runs })).toBe(false);
});

test('text and table: once a thousand are listed, no other range is asked about', async () => {
  const many = Array.from({ length: 1000 }, (_, i) => `w${i}`).join(' ');
  document.text = `top\nfolded\n${many}\nfolded\nlast`;
  editor.visibleLines = [
    [0, 0],
    [2, 2],
    [4, 4],
  ];
  editor.select(document.text.indexOf('w500 '));
  const found = (await stateOf('text'))!;
  expect([found.visible, found.runs.length, asked.length]).toEqual([1002, 1, 1]);
  editor.select(0);
  asked.length = 0;
  expect(words((await stateOf('text'))!).map(({ length }) => length)).toEqual([1, 999]);
  expect(asked.map(({ request }) => request.maxTokens)).toEqual([1000, 999]);
});

test('text and table: the tokens of the second tokenizer in the same place', async () => {
  state.second = { name: 'stories', path: '/s' };
  editor.visibleLines = [[1, 1]];
  const found = (await stateOf('text'))!;
  expect(words(found)).toEqual([['three\n']]);
  expect(asked[1]).toEqual({
    range: { utf16Start: 8, utf16End: 14 },
    request: { details: 'bytes', second: true, maxTokens: Infinity },
  });
  expect(found.runs[0]!.second!.ids).toHaveLength(1);
});

test('text and table: no text is no run, and one that changes meanwhile is asked about anew', async () => {
  document.text = '';
  expect(await stateOf('text')).toMatchObject({ runs: [], visible: 0 });
  document.text = TEXT;
  meanwhile = () => document.edit(0, 0, 'x');
  editor.visibleLines = [
    [0, 0],
    [2, 2],
  ];
  await expect(stateOf('text')).rejects.toBeInstanceOf(Cancelled);
});

test('compare: the document, its selections, and the lines of what differs', async () => {
  expect(await stateOf('compare')).toBeNull();
  state.second = { name: 'stories', path: '/s' };
  editor.visibleLines = [[1, 2]];
  const found = await stateOf('compare');
  expect(found).toMatchObject({
    uri: 'file:///src/a.txt',
    version: 1,
    language: 'plaintext',
    lines: [3, 4],
    hasSelection: false,
    comparison: { ranges: [], visible: [{ utf16Start: 8, utf16End: 24 }] },
  });
  editor.select(2, 5);
  expect(await stateOf('compare')).toMatchObject({
    hasSelection: true,
    comparison: { ranges: [{ utf16Start: 2, utf16End: 5 }] },
  });
  meanwhile = () => document.edit(0, 0, 'x');
  await expect(stateOf('compare')).rejects.toBeInstanceOf(Cancelled);
});

test('next byte: the place in words, and the line up to it', async () => {
  editor.select(11);
  expect(await stateOf('nextByte')).toEqual({
    file: 'src/a.txt',
    line: 2,
    column: 4,
    before: 'thr',
    found: { refused: 'at 11' },
  });
});

test('split: at the cursor, with what is typed', async () => {
  editor.select(9);
  expect(await stateOf('split')).toEqual({ at: 9, typed: 'x' });
});

test('features: the rest of the document is scored once they are shown', async () => {
  const complete = (table: object | null) =>
    tabs.features.complete!({ table } as FeaturesState, context, signal);
  expect(await complete(null)).toBe(false);
  expect(await complete({ pending: 0 })).toBe(false);
  expect(asked).toEqual([]);
  expect(await complete({ pending: 3 })).toBe(true);
  expect(asked).toMatchObject([{ passes: ['features'], maxTokens: 50_000 }]);
});

test('features: at the cursor, in the document, and the page of the one that is shown', async () => {
  editor.select(9);
  const found = await stateOf('features');
  expect(found).toMatchObject({
    sae: { name: 'sae-8k' },
    problem: '',
    file: 'src/a.txt',
    uri: 'file:///src/a.txt',
    version: 1,
    densityCutoff: 0.05,
    at: 'at',
    table: 'table',
    page: null,
  });
  // What is on the screen and at the cursor alone: the rest takes its time.
  const visible = [
    { utf16Start: 9, utf16End: 10 },
    { utf16Start: 0, utf16End: TEXT.length },
  ];
  expect(asked[0]).toMatchObject({ passes: ['features'], maxTokens: 0, visible });
  expect(asked[1]).toMatchObject({ at: 9, details: true });
  expect(asked[2]).toMatchObject({ densityCutoff: 0.05, choice: { kind: 'own' }, rows: 100 });
  page = 12;
  expect(await stateOf('features')).toMatchObject({ page: 'page 12' });
  meanwhile = () => {
    throw new UserError('It is of another width.');
  };
  expect(await stateOf('features')).toMatchObject({
    sae: null,
    problem: 'It is of another width.',
    at: null,
    table: null,
  });
  meanwhile = () => {
    throw new Cancelled();
  };
  await expect(stateOf('features')).rejects.toBeInstanceOf(Cancelled);
});

test('layers: of the token at the cursor, with the version that its places are of', async () => {
  editor.select(2);
  expect(await stateOf('layers')).toEqual({
    file: 'src/a.txt',
    uri: 'file:///src/a.txt',
    version: document.version,
    found: { token: 2 },
  });
  editor.select(5);
  expect(await stateOf('layers')).toBeNull();
});

test('each tab follows what changes it, and what is costly waits until the cursor rests', () => {
  const followed = Object.entries(tabs).map(([id, tab]) => [
    id,
    Object.entries(tab.refreshOn)
      .map(([what, when]) => (when === true ? what : `${what} at times`))
      .join(),
    tab.waitsForRest ?? false,
  ]);
  expect(followed).toEqual([
    ['token', 'cursor,scores', false],
    ['text', 'visibleRanges,cursor at times,scores at times', false],
    ['table', 'visibleRanges,cursor at times,scores at times', false],
    ['split', 'cursor,look', false],
    ['compare', 'cursor,visibleRanges', false],
    ['nextByte', 'cursor', true],
    ['layers', 'cursor', true],
    ['features', 'cursor,look', true],
    ['rollouts', 'rollouts', false],
  ]);
});

test('rollouts: the curve of the trace in the editor, with the text before each point', async () => {
  expect(await stateOf('rollouts')).toBeNull();
  trace = { text: new TraceText({ question: 'one', text: TEXT.slice(4) }) };
  expect(await stateOf('rollouts')).toEqual({
    uri: 'file:///src/a.txt',
    version: 1,
    view: null,
    before: [],
  });
  const at = (token: number, utf16: number) => ({ token, utf16 });
  rolledOut = { points: [at(-1, 4), at(0, 8), at(3, 27)] };
  expect(await stateOf('rollouts')).toMatchObject({
    view: rolledOut,
    // Not of the question, and 24 characters at most.
    before: ['', 'two\n', 'two\nthree\nfour five\nsix'],
  });
});

test('what all tabs share: the models, the text, and the tokens at the cursor', async () => {
  editor.select(5);
  state.second = { name: 'stories', path: '/s' };
  const shared = await sharedState(context, editor.asEditor);
  expect(shared).toEqual({
    lens: 'surprisal',
    heat: { bounds: [1, 2, 4, 6, 8, 11, 14] },
    isOn: true,
    engine: 'ready',
    message: '',
    source: sourceOf(context, editor.asEditor),
    model: 'coder',
    second: 'stories',
    secondProblem: '',
    file: 'src/a.txt',
    channels: ['feature 7'],
    cursorTokens: [4],
    firstToken: 0,
  });
  trace = { text: new TraceText({ question: 'one', text: 'two' }) };
  expect((await sharedState(context, editor.asEditor)).firstToken).toBe(3);
  asked.length = 0;
  const none = await sharedState(context, undefined);
  expect(none).toMatchObject({ file: '', cursorTokens: [], model: 'coder' });
  state = { kind: 'failed', message: 'No model.' } as never;
  expect(await sharedState(context, editor.asEditor)).toMatchObject({
    engine: 'failed',
    message: 'No model.',
    model: '',
    second: '',
    file: 'src/a.txt',
    cursorTokens: [],
  });
  expect(asked).toEqual([]);
});

test('while the overlay is off, or its lens has no heat, less is shared', async () => {
  editor.select(5);
  lens = 'tokens';
  expect((await sharedState(context, editor.asEditor)).heat).toBeNull();
  const heat = { kind: 'heat', bounds: [1], about: 'of this model', unit: '', decimals: 0 };
  const own = { ...lenses.surprisal, scale: heat };
  const measured = { ...context, state: { ...context.state, lens: own, isOn: true, pins: [] } };
  expect(await sharedState(measured as never, editor.asEditor)).toMatchObject({
    heat: { bounds: [1], about: 'of this model' },
    channels: [],
  });
  asked.length = 0;
  const off = { ...context, state: { ...measured.state, isOn: false } };
  expect(await sharedState(off as never, editor.asEditor)).toMatchObject({
    isOn: false,
    file: 'src/a.txt',
    cursorTokens: [],
  });
  expect(asked).toEqual([]);
});

test('the token at the cursor is asked for by one character', async () => {
  editor.select(5);
  await sharedState(context, editor.asEditor);
  expect(asked[0]!.range).toEqual({ utf16Start: 5, utf16End: 6 });
  state = { ...READY, secondProblem: 'No tokenizer there.' };
  expect((await sharedState(context, editor.asEditor)).secondProblem).toBe('No tokenizer there.');
});

test('a source is another one for another model, another second one or another text', () => {
  const sources = new Set<string>();
  const add = (own: object, at?: FakeEditor) => {
    state = own as typeof READY;
    sources.add(sourceOf(context, at?.asEditor));
  };
  add(READY, editor);
  add({ ...READY, model: { name: 'coder (q4)', folder: '/coder' } }, editor);
  add({ ...READY, model: { name: 'coder', folder: '/other' } }, editor);
  add({ ...READY, second: { name: 'a', path: '/a' } }, editor);
  add({ ...READY, second: { name: 'a', path: '/b' } }, editor);
  add(READY, new FakeEditor(new FakeDocument('', 'file:///b')));
  add(READY);
  add({ kind: 'starting' }, editor);
  expect(sources.size).toBe(8);
  add({ ...READY }, editor);
  expect(sources.size).toBe(8);
});
