// Going to peaks, and the list of tokens by their numbers: of the text at the cursor, by the lens, in its order.
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { Cancelled, UserError } from '../../../src/core/errors';
import { lenses, type LensId } from '../../../src/core/lenses/lenses';
import type { EngineQueries } from '../../../src/editor/engine/engineQueries';
import { goToByScore } from '../../../src/editor/overlay/goToByScore';
import { goToPeak, textAtCursor } from '../../../src/editor/overlay/peaks';
import { ShownTexts, wholeDocument, type TextSource } from '../../../src/editor/overlay/textSource';
import type { TokenView } from '../../../src/protocol/scores';
import type { Range16 } from '../../../src/protocol/types';
import { FakeDocument, FakeEditor } from '../../support/textEditor';
import { tokenView } from '../../support/tokenViews';
import { fake, window } from '../../support/vscode';

const TEXT = 'aaa bbb ccc\nddd eee';
/** By word: surprisal in bits. */
const BITS = [1, 9, 2, 12, NaN];
const viewOf = (gaps = 0): TokenView => {
  const rows = [...TEXT.matchAll(/\S+\s*/g)].map(({ 0: token }, i) =>
    Number.isNaN(BITS[i]) ? { token } : { token, bits: BITS[i]! },
  );
  const view = tokenView(rows);
  return { ...view, utf16Ends: view.utf16Ends.map(end => end - gaps) };
};

let editor: FakeEditor;
let viewed: TokenView;
let saved: TokenView | undefined;
let peaks: ((Range16 & { unscored?: number }) | null)[];
let asked: [string, unknown][];
let answerStart: number | undefined;
let outside: boolean;
let scoring: ((signal: AbortSignal) => Promise<void>) | undefined;

const source: TextSource = {
  shownIn: () => undefined,
  inFile: () => undefined,
  textAt: (own, utf16) => {
    if (outside) return null;
    const at = {
      ...wholeDocument(own, []),
      utf16,
      ...(answerStart !== undefined && { answerStart }),
    };
    return saved ? { ...at, saved: { series: {} as never, view: saved } } : at;
  },
};
const queries = {
  peak: async (_: unknown, lens: string, direction: number) => {
    asked.push(['peak', [lens, direction]]);
    const peak = peaks.shift();
    return peak ? { unscored: 0, ...peak } : null;
  },
  view: async (_: unknown, range: Range16, request: object) => {
    asked.push(['view', [range, request]]);
    return { version: 1, view: viewed };
  },
  firstToken: async () => (answerStart === undefined ? 0 : 2),
  passes: {
    onDidScore: () => ({ dispose: () => {} }),
    score: async (_: unknown, ranges: Range16[], _lens: unknown, signal: AbortSignal) => {
      asked.push(['score', ranges]);
      await scoring?.(signal);
    },
  },
} as unknown as EngineQueries;

beforeEach(() => {
  editor = new FakeEditor(new FakeDocument(TEXT));
  window.activeTextEditor = editor;
  [saved, peaks, asked, answerStart, outside] = [undefined, [], [], undefined, false];
  scoring = undefined;
  fake.messages.length = 0;
  fake.lists.length = fake.listWords.length = 0;
  viewed = viewOf();
});
afterEach(() => {
  window.activeTextEditor = undefined;
  fake.choose = items => items[0];
});

const sources = () => ({ queries, shown: new ShownTexts([source]) });
/** The offset of the cursor afterwards. */
async function peak(from: number, direction: 1 | -1, lens: LensId = 'surprisal') {
  editor.select(from);
  await goToPeak(editor.asEditor, sources(), { lensId: lens, lens: lenses[lens] }, direction);
  return editor.document.offsetAt(editor.selection.active);
}

test('goes to the peak that the engine finds', async () => {
  peaks = [{ utf16Start: 4, utf16End: 8 }];
  expect(await peak(0, 1)).toBe(4);
  expect(asked).toEqual([['peak', ['surprisal', 1]]]);
  expect(editor.selection.isEmpty).toBe(true);
});

test('goes nowhere when the scoring of the rest is cancelled', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { withProgress } = window;
  onTestFinished(() => void (window.withProgress = withProgress));
  window.withProgress = (_, work) =>
    work(
      { report: () => {} },
      { onCancellationRequested: (cancel: () => void) => setTimeout(cancel, 10) },
    );
  scoring = signal =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Cancelled())));
  peaks = [null, { utf16Start: 12, utf16End: 15 }];
  const went = peak(5, 1);
  await vi.advanceTimersByTimeAsync(2000);
  expect(await went).toBe(5);
  expect(fake.messages).toEqual([]);
  const listed = goToByScore(editor.asEditor, sources(), lenses.surprisal);
  await vi.advanceTimersByTimeAsync(2000);
  await listed;
  expect(fake.lists).toEqual([]);
});

test('says that the text changed while it was scored', async () => {
  scoring = () => Promise.reject(new Cancelled());
  const changed = new UserError('The text changed during the scoring. Run it again.');
  await expect(peak(5, 1)).rejects.toThrow(changed);
  await expect(goToByScore(editor.asEditor, sources(), lenses.surprisal)).rejects.toThrow(changed);
  expect(fake.lists).toEqual([]);
});

test('looks once more when what lies ahead is scored, and says that there is none', async () => {
  peaks = [null, { utf16Start: 12, utf16End: 16 }];
  expect(await peak(5, 1)).toBe(12);
  expect(asked).toEqual([
    ['peak', ['surprisal', 1]],
    ['score', [{ utf16Start: 5, utf16End: TEXT.length }]],
    ['peak', ['surprisal', 1]],
  ]);
  asked.length = 0;
  expect(await peak(5, -1)).toBe(5);
  expect(asked[1]).toEqual(['score', [{ utf16Start: 0, utf16End: 5 }]]);
  expect(fake.messages.map(([, text]) => text)).toEqual(['No surprisal peak above']);
  await peak(5, 1);
  expect(fake.messages.at(-1)![1]).toBe('No surprisal peak below');
});

test('scores what lies before a peak first: a nearer one may be there', async () => {
  const near = { utf16Start: 4, utf16End: 8 };
  peaks = [{ utf16Start: 12, utf16End: 16, unscored: 2 }, near];
  expect(await peak(0, 1)).toBe(4);
  expect(asked).toEqual([
    ['peak', ['surprisal', 1]],
    ['score', [{ utf16Start: 0, utf16End: 17 }]],
    ['peak', ['surprisal', 1]],
  ]);
  asked.length = 0;
  // What no pass can score is passed over.
  peaks = [
    { ...near, unscored: 1 },
    { ...near, unscored: 1 },
  ];
  expect(await peak(18, -1)).toBe(4);
  expect(asked[1]).toEqual(['score', [{ utf16Start: 3, utf16End: 18 }]]);
  expect(asked).toHaveLength(3);
});

test('finds peaks of saved numbers from the token at the cursor on', async () => {
  saved = viewOf();
  expect(await peak(0, 1)).toBe(4);
  expect(await peak(5, 1)).toBe(12);
  expect(await peak(13, 1)).toBe(13);
  expect(await peak(13, -1)).toBe(4);
  expect(await peak(18, -1)).toBe(12);
  expect(await peak(5, -1)).toBe(5);
  expect(asked).toEqual([]);
  expect(fake.messages.map(([, text]) => text)).toEqual([
    'No surprisal peak below',
    'No surprisal peak above',
  ]);
});

test('between saved tokens the next one is the nearest', async () => {
  saved = viewOf(1);
  // At the blank before the second token.
  expect(await peak(3, 1)).toBe(4);
  expect(await peak(11, 1)).toBe(12);
  expect(await peak(11, -1)).toBe(4);
  expect(await peak(TEXT.length, -1)).toBe(12);
  expect(await peak(TEXT.length, 1)).toBe(TEXT.length);
});

test('a lens without numbers has no peaks and no list', async () => {
  await expect(peak(0, 1, 'tokens')).rejects.toThrow(
    new UserError(
      'The lens "Tokens" has no peaks. Choose another one with "Tokenscope: Choose Lens…".',
    ),
  );
  for (const lens of [lenses.tokens, lenses.bytes])
    await expect(goToByScore(editor.asEditor, sources(), lens)).rejects.toThrow(
      /^The lens ".*" has no number for each token\./,
    );
});

test('in a file of traces the cursor has to be in one', () => {
  outside = true;
  expect(() => textAtCursor(editor.asEditor, sources().shown, lenses.rank)).toThrow(
    new UserError('In this file, lenses colour the traces. Place the cursor inside one.'),
  );
});

const list = async (lens: LensId = 'surprisal') => {
  await goToByScore(editor.asEditor, sources(), lenses[lens]);
  return fake.lists.at(-1)!.map(({ label, description }) => `${label} ${description}`);
};

test('lists the tokens by their numbers, the highest first, and goes to the one that is chosen', async () => {
  expect(await list()).toEqual([
    'ddd· 12.00 bits · line 2, token index 3',
    'bbb· 9.00 bits · line 1, token index 1',
    'ccc↵ 2.00 bits · line 1, token index 2',
    'aaa· 1.00 bits · line 1, token index 0',
  ]);
  const whole = { utf16Start: 0, utf16End: TEXT.length };
  expect(asked).toEqual([
    ['score', [whole]],
    ['view', [whole, { details: 'bytes', maxTokens: 200_000, passes: ['tokens'] }]],
  ]);
  expect(editor.document.offsetAt(editor.selection.active)).toBe(12);
  expect(editor.selection.isEmpty).toBe(false);
  fake.choose = () => undefined;
  editor.select(1);
  await list();
  expect(editor.document.offsetAt(editor.selection.active)).toBe(1);
});

test('says how many tokens are listed, and of how many', async () => {
  await list();
  expect(fake.listWords).toEqual(['Type to filter.']);
  const rows = Array.from({ length: 1201 }, (_, i) => ({ token: 'a ', bits: i }));
  viewed = { ...tokenView(rows), total: 300_000 };
  expect(await list()).toHaveLength(200);
  viewed = tokenView([{ token: 'aaa ' }]);
  await list();
  expect(fake.listWords.slice(1)).toEqual([
    'Type to filter the 200 largest of 1,201 numbers. Only 1,201 tokens were looked at.',
    'No token has a number yet',
  ]);
});

test('counts the tokens of a trace from the answer on', async () => {
  answerStart = 8;
  expect(await list()).toEqual([
    'ddd· 12.00 bits · line 2, token index 1',
    'bbb· 9.00 bits · line 1, in the question',
    'ccc↵ 2.00 bits · line 1, token index 0',
    'aaa· 1.00 bits · line 1, in the question',
  ]);
});

test('lists saved numbers without asking a model', async () => {
  saved = viewOf();
  expect(await list()).toHaveLength(4);
  expect(asked).toEqual([]);
});
