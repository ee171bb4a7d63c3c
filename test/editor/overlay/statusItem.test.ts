// The status item follows the text, the engine and the scoring, and counts of one tokenizer are never shown as another's.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { lenses, type LensId } from '../../../src/core/lenses/lenses';
import { Openings } from '../../../src/editor/engine/openings';
import type { Engine } from '../../../src/editor/engine/engineClient';
import type { EngineQueries } from '../../../src/editor/engine/engineQueries';
import type { Autoencoder } from '../../../src/editor/features/autoencoder';
import type { OverlayState } from '../../../src/editor/overlay/overlayState';
import { Status } from '../../../src/editor/overlay/status';
import { ShownTexts, wholeDocument, type TextAt } from '../../../src/editor/overlay/textSource';
import type { TokenCount } from '../../../src/protocol/compare';
import type { Range16 } from '../../../src/protocol/types';
import { FakeDocument, FakeEditor } from '../../support/textEditor';
import { wordsOf } from '../../support/tokenViews';
import {
  EventEmitter,
  fake,
  window,
  type MarkdownString,
  type ThemeColor,
} from '../../support/vscode';

const ready = (name: string, second: string | null = null) => ({
  kind: 'ready',
  model: { name, scores: true, warnings: [] },
  second: second && { name: second },
  secondProblem: '',
});

class World {
  readonly document = new FakeDocument('one two three');
  readonly editor = new FakeEditor(this.document);
  readonly events = {
    state: new EventEmitter<void>(),
    engine: new EventEmitter<object>(),
    scored: new EventEmitter<object>(),
    autoencoder: new EventEmitter<void>(),
  };
  readonly engine = {
    state: ready('coder') as object,
    onDidChangeState: this.events.engine.event,
    openings: new Openings(),
  };
  readonly overlay = {
    isOn: true,
    lens: lenses.surprisal as (typeof lenses)[LensId],
    pins: [] as { feature: number }[],
    onDidChange: this.events.state.event,
  };
  readonly autoencoder = {
    info: undefined as object | null | undefined,
    problem: '',
    onDidChange: this.events.autoencoder.event,
  };
  isScoring = false;
  note: object | undefined;
  saved: object | undefined;
  readonly counts: { ranges: Range16[]; answer: (count: TokenCount) => void; fail: () => void }[] =
    [];
  readonly status: Status;

  constructor() {
    window.activeTextEditor = this.editor;
    const queries = {
      passes: {
        onDidScore: this.events.scored.event,
        isScoring: () => this.isScoring,
        noteOn: () => this.note,
      },
      count: (_: unknown, ranges: Range16[]) =>
        new Promise<TokenCount>((answer, reject) =>
          this.counts.push({ ranges, answer, fail: () => reject(new Error('gone')) }),
        ),
    };
    const source = {
      shownIn: () => undefined,
      inFile: () => undefined,
      textAt: (own: FakeDocument, utf16: number) =>
        this.saved &&
        ({ ...wholeDocument(own.asDocument, []), utf16, saved: this.saved } as TextAt),
    };
    this.status = new Status(
      this.engine as unknown as Engine,
      queries as unknown as EngineQueries,
      this.overlay as unknown as OverlayState,
      this.autoencoder as unknown as Autoencoder,
      new ShownTexts([source as never]),
    );
  }

  get text(): string {
    return fake.statusItem!.text;
  }

  become(state: object): void {
    this.engine.state = state;
    this.events.engine.fire(state);
  }

  score(scored: number, total = 100, uri = this.document.uri.toString()): void {
    this.events.scored.fire({ uri, version: 1, scored, total });
  }
}

let world: World;
beforeEach(() => {
  vi.useFakeTimers({ now: 5000 });
  world = new World();
});
afterEach(() => {
  world.status.dispose();
  window.activeTextEditor = undefined;
  fake.unsetAll();
  vi.useRealTimers();
});

/** The count that the last event asks for. */
async function counted() {
  await vi.advanceTimersByTimeAsync(120);
  return world.counts.at(-1)!;
}

test('counts the tokens of the document and of the selection', async () => {
  expect(world.text).toBe('$(eye) coder · Surprisal');
  const first = await counted();
  expect(first.ranges).toEqual([]);
  first.answer({ document: 3, ranges: 0 });
  await vi.advanceTimersByTimeAsync(0);
  expect(world.text).toBe('$(eye) coder · Surprisal · 3 tokens');
  world.editor.select(4, 7);
  const second = await counted();
  expect(second.ranges).toEqual([{ utf16Start: 4, utf16End: 7 }]);
  second.answer({ document: 3, ranges: 1 });
  await vi.advanceTimersByTimeAsync(0);
  expect(world.text).toMatch(/ · 1 of 3 tokens$/);
});

test('counts again when the text changes and the cursor does not move', async () => {
  (await counted()).answer({ document: 3, ranges: 0 });
  world.document.edit(3, 7, '');
  (await counted()).answer({ document: 2, ranges: 0 });
  await vi.advanceTimersByTimeAsync(0);
  expect(world.text).toMatch(/ · 2 tokens$/);
  const { length } = world.counts;
  new FakeDocument('x', 'file:///b.txt').edit(0, 0, 'y');
  fake.changed.text.fire({ document: world.document, contentChanges: [] });
  await counted();
  expect(world.counts).toHaveLength(length);
});

test('keeps a count that failed, and shows none of another text', async () => {
  (await counted()).answer({ document: 3, ranges: 0 });
  world.editor.select(4);
  (await counted()).fail();
  await vi.advanceTimersByTimeAsync(0);
  expect(world.text).toMatch(/ · 3 tokens$/);
  window.activeTextEditor = new FakeEditor(new FakeDocument('other', 'file:///b.txt'));
  fake.changed.activeEditor.fire(undefined);
  expect(world.text).toBe('$(eye) coder · Surprisal');
});

test('shows no count of a tokenizer in the name of one that was opened meanwhile', async () => {
  world.become(ready('coder', 'stories'));
  const old = await counted();
  world.become(ready('coder', 'gpt2'));
  old.answer({ document: 3, ranges: 0, second: { document: 7, ranges: 0 } });
  await vi.advanceTimersByTimeAsync(0);
  expect(world.text).toBe('$(eye) coder · Surprisal');
  (await counted()).answer({ document: 3, ranges: 0, second: { document: 9, ranges: 0 } });
  await vi.advanceTimersByTimeAsync(0);
  expect(world.text).toMatch(/ · 3 tokens · gpt2: 9 tokens$/);
  // Another model: what was counted is not of it.
  world.become(ready('reasoner', 'gpt2'));
  expect(world.text).toBe('$(eye) reasoner · Surprisal');
});

test('counts nothing where there is nothing to count by', async () => {
  await counted();
  const before = world.counts.length;
  world.overlay.isOn = false;
  world.events.state.fire();
  await counted();
  world.overlay.isOn = true;
  world.become({ kind: 'starting' });
  await counted();
  world.become(ready('coder'));
  window.activeTextEditor = new FakeEditor(new FakeDocument('', 'output:///log'));
  await counted();
  window.activeTextEditor = undefined;
  world.events.state.fire();
  await counted();
  expect(world.counts).toHaveLength(before);
});

test('shows the progress of the active text while it is scored', async () => {
  world.isScoring = true;
  world.score(10);
  await vi.advanceTimersByTimeAsync(600);
  world.score(40);
  expect(world.text).toMatch(/ · scoring \u2007?\u200740 %$/);
  world.score(90, 100, 'file:///b.txt');
  // Held for a moment.
  expect(world.text).toMatch(/40 %$/);
  world.isScoring = false;
  await vi.advanceTimersByTimeAsync(1001);
  expect(world.text).toBe('$(eye) coder · Surprisal');
  fake.changed.activeEditor.fire(undefined);
  world.isScoring = true;
  world.score(50);
  expect(world.text).toBe('$(eye) coder · Surprisal');
});

test('says at the cursor whose numbers are shown, while the engine is ready', () => {
  world.saved = { series: { source: 'choices.logprobs' }, view: { total: 12 } };
  world.editor.select(3);
  expect(world.text).toBe('$(eye) numbers saved in the file · Surprisal · 12 tokens');
  window.activeTextEditor = undefined;
  world.events.state.fire();
  expect(world.text).toBe('$(eye) coder · Surprisal');
  window.activeTextEditor = world.editor;
  world.become({ kind: 'stopped' });
  expect(world.text).toBe('$(eye) Tokenscope · Surprisal');
});

test('is red where the engine failed, and its legend is Markdown with colours', () => {
  const item = fake.statusItem as { tooltip: unknown; backgroundColor?: ThemeColor };
  const legend = item.tooltip as MarkdownString;
  expect(legend.supportHtml).toBe(true);
  expect(wordsOf(legend.value)).toMatch(/^Surprisal: /);
  expect(item.backgroundColor).toBeUndefined();
  world.become({ kind: 'failed', message: 'No model there.' });
  expect(item.backgroundColor!.id).toBe('statusBarItem.errorBackground');
  expect(item.tooltip).toBe('No model there.');
});

test('says that there is no autoencoder, once that is known', () => {
  world.overlay.lens = lenses.unexplained;
  world.events.state.fire();
  expect(world.text).toBe('$(eye) coder · Unexplained');
  world.autoencoder.info = null;
  world.events.autoencoder.fire();
  expect(world.text).toMatch(/ · no autoencoder$/);
  const tooltip = () => wordsOf((fake.statusItem!.tooltip as MarkdownString).value);
  expect(tooltip()).toMatch(/This model comes without an autoencoder\./);
  world.autoencoder.problem = 'It is of another width.';
  world.events.autoencoder.fire();
  expect(tooltip()).toMatch(/It is of another width\.$/);
});

test('follows the settings of traces', () => {
  world.saved = { series: { source: 'x' }, view: { total: 2 } };
  fake.set('traces.scoresFrom', 'file');
  expect(world.text).toMatch(/^\$\(eye\) numbers saved/);
});
