// The texts of traces that editors show: the strings of a file's traces in their places, whatever was written before them
// since, and the numbers of the trace that they are in.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DocumentSymbolProvider, HoverProvider, InlayHintsProvider } from 'vscode';
import { JsonSourceMap } from '../../../src/core/traces/jsonSourceMap';
import { readTraces } from '../../../src/core/traces/readTraces';
import type { TraceFile } from '../../../src/core/traces/trace';
import { TraceText } from '../../../src/core/traces/traceText';
import { lenses } from '../../../src/core/lenses/lenses';
import type { DocumentSync } from '../../../src/editor/engine/documentSync';
import { registerFallHover } from '../../../src/editor/traces/fallHover';
import type { Rollouts } from '../../../src/editor/traces/rollouts';
import type { OpenTrace, TraceDocuments } from '../../../src/editor/traces/traceDocuments';
import { registerTraceOutline } from '../../../src/editor/traces/traceOutline';
import { TraceTexts } from '../../../src/editor/traces/traceTexts';
import type { RolloutView } from '../../../src/protocol/traces';
import { FakeDocument, FakeEditor } from '../../support/textEditor';
import { wordsOf } from '../../support/tokenViews';
import { EventEmitter, fake, Range } from '../../support/vscode';

/** A line of a file: an answer with its log-probabilities, in bits by word. */
const row = (tokens: readonly [token: string, bits: number][]) =>
  JSON.stringify({
    choices: [
      {
        message: { role: 'assistant', content: tokens.map(([token]) => token).join('') },
        logprobs: {
          content: tokens.map(([token, bits]) => ({
            token,
            logprob: -bits * Math.LN2,
            top_logprobs: [{ token, logprob: -bits * Math.LN2 }],
          })),
        },
      },
    ],
  });
const LINES = [
  row([
    ['He', 1],
    [' said "', 2],
    ['yes', 3],
    ['"\n', 4],
  ]),
  row([
    ['No', 5],
    [' é', 6],
  ]),
];

let document: FakeDocument;
let editor: FakeEditor;
let content: TraceFile | undefined;
let open: OpenTrace | undefined;
let closed: unknown[];
let texts: TraceTexts;
const changed = new EventEmitter<void>();
const traces = {
  onDidChange: changed.event,
  traceOf: (own: unknown) => (own === document ? open : undefined),
  contentOf: () => content,
  sourceMapOf: (text: string) => new JsonSourceMap(text),
} as unknown as TraceDocuments;

beforeEach(() => {
  document = new FakeDocument(LINES.join('\n'), 'file:///t.jsonl');
  editor = new FakeEditor(document);
  content = readTraces(document.text);
  [open, closed] = [undefined, []];
  texts = new TraceTexts(traces, {
    close: (text: unknown) => closed.push(text),
  } as unknown as DocumentSync);
});
afterEach(() => fake.unsetAll());

const shown = () => texts.shownIn(editor.asEditor, lenses.surprisal);
/** The text of the file in the places of each token that a file has numbers of. */
const placed = () =>
  shown()!.map(({ saved, placesOf }) =>
    Array.from(saved!.view.ids, (_, i) => {
      const range = {
        utf16Start: saved!.view.utf16Starts[i]!,
        utf16End: saved!.view.utf16Ends[i]!,
      };
      return placesOf(range)
        .map(at => document.text.slice(at.utf16Start, at.utf16End))
        .join();
    }),
  );
const bitsOf = () =>
  shown()!.map(({ saved }) =>
    [...saved!.view.scores!.logprobs].map(nats => Math.round(-nats / Math.LN2)),
  );

test('a file of another kind is a text of its own', () => {
  content = undefined;
  expect(shown()).toBeUndefined();
  expect(texts.textAt(document.asDocument, 3, lenses.rank)).toBeUndefined();
});

test('strings of traces stand in their places, through their escapes, each with its own numbers', () => {
  expect(placed()).toEqual([
    ['He', ' said \\"', 'yes', '\\"\\n'],
    ['No', ' é'],
  ]);
  expect(bitsOf()).toEqual([
    [1, 2, 3, 4],
    [5, 6],
  ]);
  editor.visibleLines = [[1, 1]];
  expect(placed()).toEqual([['No', ' é']]);
  const [only] = shown()!;
  expect(only!.visible).toEqual([{ utf16Start: 0, utf16End: 4 }]);
  expect(only!.answerStart).toBe(0);
});

test('a line end of two characters is one token in its place', () => {
  document.text = row([
    ['He', 1],
    ['\r\n', 2],
    ['yes\r', 3],
    ['\n!', 4],
  ]);
  content = readTraces(document.text);
  expect(placed()).toEqual([['He', '\\r\\n', 'yes\\r\\n', '\\r\\n!']]);
  const [only] = shown()!;
  expect(only!.text.getText()).toBe('He\nyes\n!');
  const at = (words: string) =>
    texts.textAt(document.asDocument, document.text.indexOf(words), lenses.surprisal)!.utf16;
  expect([at('yes'), at('!')]).toEqual([3, 7]);
});

test('the cursor is in the text of the trace that it stands in, or in none', () => {
  const at = (words: string) =>
    texts.textAt(document.asDocument, document.text.indexOf(words), lenses.surprisal);
  expect(at('yes')).toMatchObject({ utf16: 9, saved: { view: { total: 4 } } });
  expect(at('No')).toMatchObject({ utf16: 0, saved: { view: { total: 2 } } });
  expect(at('role')).toBeNull();
  const end = texts.textAt(document.asDocument, document.text.length, lenses.surprisal);
  expect(end).toBeNull();
});

test('after an edit no string is taken for another one', () => {
  // Of the first row nothing is where it was; the second one has moved, too.
  document.edit(0, 0, ' ');
  expect(placed()).toEqual([]);
  document.edit(0, 1, '');
  expect(placed()).toHaveLength(2);
  const at = document.text.indexOf('yes');
  document.edit(at, at + 3, 'yea');
  expect(placed()).toEqual([['No', ' é']]);
  document.edit(at, at + 3, 'yes');
  expect(bitsOf()).toEqual([
    [1, 2, 3, 4],
    [5, 6],
  ]);
});

test('a file that was read again has other texts and other numbers', () => {
  const [first] = shown()!;
  const first7 = row([
    ['He', 7],
    [' said "', 2],
    ['yes', 3],
    ['"\n', 4],
  ]);
  document.edit(0, LINES[0]!.length, first7);
  content = readTraces(document.text);
  const [again] = shown()!;
  expect(String(again!.text.uri)).not.toBe(String(first!.text.uri));
  expect(bitsOf()[0]).toEqual([7, 2, 3, 4]);
  // The same text as long as nothing changes.
  expect(shown()![0]!.text).toBe(again!.text);
});

test('saved numbers are shown to lenses that read them, unless the setting says the model’s', () => {
  const saved = (lens: keyof typeof lenses) =>
    texts.shownIn(editor.asEditor, lenses[lens])!.map(each => each.saved !== undefined);
  expect([saved('surprisal'), saved('rank')]).toEqual([
    [true, true],
    [false, false],
  ]);
  fake.set('traces.scoresFrom', 'model');
  expect(saved('surprisal')).toEqual([false, false]);
});

test('a range of a text is found in its file, until the text is closed', () => {
  const [first] = shown()!;
  const start = first!.text.getText().indexOf('said');
  const place = { uri: first!.text.uri.toString(), utf16Start: start, utf16End: start + 4 };
  const found = texts.inFile(place)!;
  expect(found.uri).toBe(document.uri.toString());
  expect(document.text.slice(found.utf16Start, found.utf16End)).toBe('said');
  expect(texts.inFile({ ...place, uri: document.uri.toString() })).toBeUndefined();
});

test('texts that were shown long ago are closed in the engine', () => {
  const many = Array.from({ length: 1001 }, (_, i) => row([[`t${i}`, 1]]));
  document.text = many.join('\n');
  content = readTraces(document.text);
  editor.visibleLines = [[0, 999]];
  const [first] = shown()!;
  expect(closed).toEqual([]);
  editor.visibleLines = [[1000, 1000]];
  shown();
  expect(closed).toEqual([first!.text]);
  const { uri } = first!.text;
  expect(texts.inFile({ uri: uri.toString(), utf16Start: 0, utf16End: 1 })).toBeUndefined();
});

/** A trace in a document of its own. */
function openTrace(text: string, question = 'Why?') {
  const trace = { text, question, logprobs: [], steps: [], notes: [], refused: [] };
  document = new FakeDocument(`${question}\n${text}`, 'tokenscope-trace:/t.trace');
  editor = new FakeEditor(document);
  open = { trace, text: new TraceText(trace) } as unknown as OpenTrace;
  return open as unknown as { trace: Record<string, unknown> };
}

test('a trace’s own document is a text with an answer, and a trace that cannot be read is none', () => {
  openTrace('So.');
  expect(shown()).toMatchObject([{ answerStart: 5, cursorOffset: 0, saved: undefined }]);
  expect(texts.textAt(document.asDocument, 6, lenses.rank)).toMatchObject({
    utf16: 6,
    answerStart: 5,
  });
  open = undefined;
  expect(shown()).toEqual([]);
  expect(texts.textAt(document.asDocument, 0, lenses.rank)).toBeNull();
});

const point = (token: number, utf16: number, right: number) => ({
  token,
  utf16,
  right,
  rollouts: 32,
  answers: [],
});
const curve: RolloutView = {
  points: [point(-1, 5, 16), point(3, 12, 8)],
  falls: [
    {
      utf16Start: 9,
      utf16End: 12,
      token: 3,
      kind: 'cliff',
      cliff: 'uncertain',
      before: point(-1, 5, 16),
      after: point(3, 12, 8),
    },
  ],
  target: '4',
  isSuccess: true,
  problem: null,
  model: 'reasoner',
  ms: 1,
};
const rollouts = (view?: RolloutView) =>
  ({ viewOf: () => view, onDidChange: changed.event }) as unknown as Rollouts;

test('the hover of a fall is over its token alone, by the model that rolled out', async () => {
  openTrace('Hmm, no. So.');
  registerFallHover(traces, rollouts(curve));
  const hover = async (at: number) => {
    const { provideHover } = fake.providers.hover as HoverProvider;
    return provideHover(document.asDocument, document.positionAt(at) as never, undefined as never);
  };
  expect(await hover(8)).toBeUndefined();
  expect(await hover(12)).toBeUndefined();
  const { contents } = (await hover(9))!;
  expect(wordsOf((contents as unknown as { value: string }).value)).toBe(
    'Cliff: the share of right rollouts drops here by more than chance explains; the model was undecided\n\n' +
      'Right before it: 50 % of 32 (95 %: 34 to 66 %). After it: 25 % of 32 (95 %: 13 to 42 %).\n\n' +
      'T3, rollouts by reasoner; index 3 of the trace’s tokens, from 0',
  );
  expect(await hover(11)).toBeDefined();
  registerFallHover(traces, rollouts());
  expect(await hover(9)).toBeUndefined();
});

test('steps are named by their first line, with what is known of each', () => {
  const { trace } = openTrace('one\ntwo [x](y)\n\nthree');
  trace.steps = [
    { start: 0, end: 4 },
    { start: 4, end: 16, label: 'first\nmistake' },
    { start: 16, end: 21 },
  ];
  trace.firstWrongStep = 1;
  const view = { ...curve, points: [point(-1, 5, 16), point(3, 20, 8)] };
  registerTraceOutline(traces, rollouts(view));
  const symbols = (fake.providers.symbols as DocumentSymbolProvider).provideDocumentSymbols(
    document.asDocument,
    undefined as never,
  ) as unknown as { name: string; detail: string }[];
  expect(symbols.map(({ name, detail }) => [name, detail])).toEqual([
    ['1. one', ''],
    [
      '2. two [x] (y)',
      'first wrong step, according to the file, first mistake, p(success) 50 % → 25 %',
    ],
    ['3. three', ''],
  ]);
  const { provideFoldingRanges } = fake.providers.folding as {
    provideFoldingRanges(own: unknown): { start: number; end: number }[];
  };
  expect(provideFoldingRanges(document).map(({ start, end }) => [start, end])).toEqual([[2, 3]]);
  const hints = (fake.providers.hints as InlayHintsProvider).provideInlayHints(
    document.asDocument,
    new Range(document.positionAt(0), document.positionAt(8)) as never,
    undefined as never,
  ) as unknown as { label: string }[];
  expect(hints.map(({ label }) => label)).toEqual(['step 1']);
  open = undefined;
  expect(provideFoldingRanges(document)).toEqual([]);
});
