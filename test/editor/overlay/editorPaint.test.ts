// What the overlay draws while texts, lenses and models change under it and answers come in any order: each character in
// the colour of its own token in the text as it is, by the lens and the model that are chosen, or none; and once nothing
// is left to be asked, every token exactly once.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Memento } from 'vscode';
import { Cancelled } from '../../../src/core/errors';
import type { LensId } from '../../../src/core/lenses/lenses';
import type { Lens } from '../../../src/core/lenses/lens';
import { stepOf } from '../../../src/core/lenses/scale';
import { emptyScores } from '../../../src/core/lenses/scores';
import { stepLooks } from '../../../src/core/lenses/steps';
import { seededRandom } from '../../../src/core/random';
import type { Engine } from '../../../src/editor/engine/engineClient';
import type { EngineQueries } from '../../../src/editor/engine/engineQueries';
import type { Autoencoder } from '../../../src/editor/features/autoencoder';
import { Overlay } from '../../../src/editor/overlay/overlay';
import { OverlayState } from '../../../src/editor/overlay/overlayState';
import {
  ShownTexts,
  wholeDocument,
  type ShownText,
  type Text,
  type TextSource,
} from '../../../src/editor/overlay/textSource';
import type { TokenView } from '../../../src/protocol/scores';
import type { Range16 } from '../../../src/protocol/types';
import { sampleOf, seedOr } from '../../support/seed';
import { FakeDocument, FakeEditor } from '../../support/textEditor';
import { EventEmitter, fake, Uri, window } from '../../support/vscode';

const LENSES: readonly LensId[] = ['tokens', 'surprisal', 'entropy', 'rank'];

/** [start, end) of the words of a text, each with the blanks before it. */
function wordsOf(text: string): [start: number, end: number][] {
  return [...text.matchAll(/\s*[^\s]+|\s+$/g)].map(({ 0: word, index }) => [
    index,
    index + word.length,
  ]);
}

/** What a model says of a word after a text: a number of its own from 0 to 15. */
function numberOf(model: string, before: string, kind: string): number {
  let hash = 7;
  for (const unit of `${model} ${kind} ${before}`)
    hash = (Math.imul(hash, 31) + unit.charCodeAt(0)) | 0;
  return ((hash >>> 3) % 150) / 10;
}

/** The view of a text's words that touch a range; of the first `known` there are numbers. */
function viewOf(model: string, text: string, range: Range16, known: number): TokenView {
  const words = wordsOf(text);
  const touched = words.filter(([start, end]) => start < range.utf16End && end > range.utf16Start);
  const first = Math.max(0, words.indexOf(touched[0]!));
  const scores = emptyScores(touched.length, 1);
  touched.forEach(([start, end], row) => {
    if (first + row >= known) return;
    const before = text.slice(0, end);
    scores.logprobs[row] = -numberOf(model, before, 'surprisal') * Math.LN2;
    scores.entropiesNats[row] = numberOf(model, before, 'entropy') * Math.LN2;
    scores.ranks[row] = 1 + Math.floor(numberOf(model, before, 'rank') * 80);
    scores.contexts[row] = start;
  });
  const column = (i: 0 | 1) => Uint32Array.from(touched, word => word[i]);
  return {
    first,
    total: words.length,
    ids: new Uint32Array(touched.length),
    byteStarts: column(0),
    byteEnds: column(1),
    utf16Starts: column(0),
    utf16Ends: column(1),
    normalized: null,
    scores,
    pending: touched.filter((_, row) => first + row >= known).length,
  };
}

/** A world with an overlay in it: one editor, a model, and answers that come when the test says so. */
class World {
  readonly document = new FakeDocument('one two three\nfour five six\nseven eight nine ten');
  readonly editor = new FakeEditor(this.document);
  readonly state: OverlayState;
  model = 'a';
  /** Words of which the numbers are known. */
  known = 0;
  hasDrawn = false;
  /** Whether the model has nothing for the lens. */
  refuses = false;
  requests = 0;
  readonly errors: unknown[] = [];
  private readonly answers: (() => void)[] = [];
  private readonly scored = new EventEmitter<object>();
  private readonly engineChanged = new EventEmitter<object>();
  private running = -1;
  private asked = 0;
  /** Scores a text. */
  run = async ({ version }: Text): Promise<void> => {
    this.requests++;
    if (!this.refuses) this.running = version;
  };
  private readonly overlay: Overlay;
  readonly engine = {
    state: this.ready(),
    second: null,
    onDidChangeState: this.engineChanged.event,
  };

  constructor(sources: readonly TextSource[] = []) {
    const memento = { get: () => undefined, update: async () => {} } as unknown as Memento;
    this.state = new OverlayState(memento);
    const never = () => ({ dispose: () => {} });
    const queries = {
      viewForLens: ({ text }: ShownText, range: Range16, lens: Lens) =>
        this.answer(text, range, lens),
      passes: {
        onDidScore: this.scored.event,
        cancelAll: () => (this.running = -1),
        isScoring: ({ version }: Text) => this.running === version,
        isRefused: () => this.refuses,
        score: (text: Text) => this.run(text),
      },
    };
    window.visibleTextEditors = [this.editor];
    this.editor.onDraw = () => (this.hasDrawn = true);
    this.overlay = new Overlay(
      this.engine as unknown as Engine,
      queries as unknown as EngineQueries,
      this.state,
      { onDidReopen: never } as unknown as Autoencoder,
      new ShownTexts(sources),
      error => this.errors.push(error),
    );
  }

  dispose(): void {
    this.overlay.dispose();
    window.visibleTextEditors = [];
  }

  private ready() {
    return { kind: 'ready', model: { name: this.model } };
  }

  /**
   * As the engine has it: of the version that was asked for, with what is known of it when it answers, or was known when
   * it was asked. An answer of an earlier version or another model was on its way, and has all numbers, or is cancelled.
   */
  private answer(document: Text, range: Range16, lens: Lens) {
    const { version } = document;
    const { model, known } = this;
    const text = document.getText();
    const isEarly = ++this.asked % 3 === 0;
    return new Promise((resolve, reject) => {
      this.answers.push(() => {
        const isLate = version !== this.document.version || model !== this.model;
        if (isLate && isEarly) return reject(new Cancelled());
        const view = viewOf(model, text, range, isLate ? Infinity : isEarly ? known : this.known);
        resolve({ version, view: lens.needs.length > 0 ? view : { ...view, pending: 0 } });
      });
    });
  }

  get waiting(): number {
    return this.answers.length;
  }

  async resolve(i: number): Promise<void> {
    this.answers.splice(i, 1)[0]!();
    // What follows from the answer, before any timer.
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  }

  edit(start: number, end: number, text: string): void {
    const before = wordsOf(this.document.text).filter(([, own]) => own < start).length;
    this.known = Math.min(this.known, before);
    this.document.edit(start, end, text);
  }

  openModel(name: string): void {
    this.model = name;
    this.known = 0;
    Object.assign(this.engine, { state: this.ready() });
    this.engineChanged.fire(this.engine.state);
  }

  /** Something of the text was scored. */
  news(): void {
    const uri = this.document.uri.toString();
    this.scored.fire({ uri, version: this.document.version, scored: 0, total: 0 });
  }

  /** Numbers of more words are known. */
  score(words: number): void {
    if (this.running !== this.document.version) return;
    this.known += words;
    const { version } = this.document;
    if (this.known >= wordsOf(this.document.text).length) this.running = -1;
    this.scored.fire({ uri: this.document.uri.toString(), version, scored: 0, total: 0 });
  }

  /** [character]: the steps that it is drawn in. */
  drawn(): number[][] {
    const { kind } = this.state.lens.scale;
    const steps = Array.from(this.document.text, (): number[] => []);
    for (const [type, ranges] of this.editor.drawn) {
      const { options } = type as unknown as { options: { backgroundColor?: { id: string } } };
      const id = options.backgroundColor?.id;
      if (!id) continue;
      const step = stepLooks[kind].findIndex(
        look => look && `tokenscope.${look.background}` === id,
      );
      for (const { start, end } of ranges) {
        const to = this.document.offsetAt(end);
        for (let at = this.document.offsetAt(start); at < to; at++) steps[at]!.push(step);
      }
    }
    return steps;
  }

  /** [character]: the step of its word, by the lens and the model that are chosen; undefined where none is painted. */
  wanted(known: number): (number | undefined)[] {
    const { lens } = this.state;
    const { text } = this.document;
    const view = viewOf(this.model, text, { utf16Start: 0, utf16End: text.length }, known);
    const steps: (number | undefined)[] = Array.from(text, () => undefined);
    view.ids.forEach((_, row) => {
      const step = stepOf(lens.scale, lens.value(view.scores, row, row));
      if (step < 0 || !stepLooks[lens.scale.kind][step]) return;
      steps.fill(step, view.utf16Starts[row], view.utf16Ends[row]);
    });
    return steps;
  }
}

beforeEach(() => void vi.useFakeTimers({ now: 1000 }));
afterEach(() => void vi.useRealTimers());

/** Nothing is asked any more, and all that can be known is. */
async function settle(world: World): Promise<void> {
  for (let i = 0; i < 40; i++) {
    await vi.advanceTimersByTimeAsync(400);
    while (world.waiting > 0) await world.resolve(0);
    world.score(3);
  }
}

test('draws numbers of nothing but the text, the lens and the model as they are', async () => {
  const seed = seedOr(5);
  const runs = sampleOf(15, 400);
  let draws = 0;
  for (let run = 0; run < runs; run++) {
    const random = seededRandom(seed + run);
    const below = (count: number) => Math.floor(random() * count);
    const world = new World();
    world.state.turnOn();
    let last = { key: '', count: 0 };
    for (let i = 0; i < 150; i++) {
      world.hasDrawn = false;
      const before = world.known;
      const roll = random();
      const { length } = world.document.text;
      if (roll < 0.1) {
        const start = below(length + 1);
        const text = ['x', ' ', 'word ', '\nmore', ''][below(5)]!;
        world.edit(start, Math.min(length, start + below(5)), text);
      } else if (roll < 0.14) world.state.show(LENSES[below(LENSES.length)]!);
      else if (roll < 0.17) world.state.toggle();
      else if (roll < 0.2) world.openModel(world.model === 'a' ? 'b' : 'a');
      else if (roll < 0.36) world.score(1 + below(4));
      else if (roll < 0.64 && world.waiting > 0) await world.resolve(below(world.waiting));
      else if (roll < 0.67) world.editor.select(below(length + 1));
      else await vi.advanceTimersByTimeAsync([0, 30, 100, 300][below(4)]!);
      if (!world.hasDrawn) continue;
      draws++;
      const drawn = world.drawn();
      const count = drawn.filter(steps => steps.length > 0).length;
      const key = `${world.document.version} ${world.state.lensId} ${world.model}`;
      // No older answer takes anything off again.
      if (world.state.isOn && last.key === key) expect(count).toBeGreaterThanOrEqual(last.count);
      last = { key, count: world.state.isOn ? count : 0 };
      const wanted = world.state.isOn ? world.wanted(Math.max(before, world.known)) : [];
      drawn.forEach((steps, at) => {
        const isRight = steps.length === 0 || (steps.length === 1 && steps[0] === wanted[at]);
        expect({ run, i, at, steps, isRight }).toMatchObject({ isRight: true });
      });
    }
    world.state.turnOn();
    await settle(world);
    const drawn = world.drawn().map(([step, ...more]) => (more.length > 0 ? 'twice' : step));
    expect(drawn).toEqual(world.wanted(Infinity));
    expect(world.errors).toEqual([]);
    world.dispose();
  }
  expect(draws).toBeGreaterThan(4 * runs);
});

test('what was refused is asked for again where the text or a setting is another one, not at news', async () => {
  const world = new World();
  const answered = async () => {
    for (let i = 0; i < 5; i++) {
      await vi.advanceTimersByTimeAsync(400);
      while (world.waiting > 0) await world.resolve(0);
    }
  };
  world.refuses = true;
  world.state.turnOn();
  await answered();
  expect(world.requests).toBe(1);
  for (let i = 0; i < 3; i++) {
    world.news();
    await answered();
  }
  expect(world.requests).toBe(1);
  world.edit(0, 0, 'zero ');
  await answered();
  expect(world.requests).toBe(2);
  world.openModel('b');
  await answered();
  expect(world.requests).toBe(3);
  fake.set('layers.layer', 2);
  await answered();
  expect(world.requests).toBe(4);
  world.refuses = false;
  world.state.show('rank');
  await answered();
  expect(world.requests).toBe(5);
  world.dispose();
  fake.unsetAll();
});

test('texts are scored one after the other, as long as nothing else is asked for', async () => {
  const texts = ['a', 'b', 'c'].map(path => ({
    uri: Uri.file(path),
    version: 1,
    getText: () => 'one two three',
  }));
  let range = { utf16Start: 0, utf16End: 13 };
  const shownIn = () => texts.map(text => wholeDocument(text as unknown as Text, [range]));
  const world = new World([{ shownIn } as unknown as TextSource]);
  let asked: string[] = [];
  let ends: (() => void)[] = [];
  world.run = ({ uri }) => {
    asked.push(uri.path);
    return new Promise(resolve => ends.push(resolve));
  };
  const answered = async () => {
    await vi.advanceTimersByTimeAsync(400);
    while (world.waiting > 0) await world.resolve(0);
  };
  /** All that runs now ends. */
  const end = async () => {
    const running = ends;
    ends = [];
    for (const done of running) done();
    await vi.advanceTimersByTimeAsync(0);
  };
  const begin = async () => {
    asked = [];
    world.state.show('surprisal');
    await answered();
    await end();
    expect(asked).toEqual(['a', 'b']);
  };
  await begin();
  await end();
  await end();
  expect(asked).toEqual(['a', 'b', 'c']);
  world.state.turnOff();
  await begin();
  world.state.turnOff();
  await end();
  expect(asked).toEqual(['a', 'b']);
  await begin();
  world.state.show('tokens');
  await end();
  expect(asked).toEqual(['a', 'b']);
  // Another part is on the screen: of two requests the newer one goes on.
  await begin();
  range = { utf16Start: 5, utf16End: 13 };
  fake.changed.visibleRanges.fire({ textEditor: world.editor });
  await answered();
  expect(asked).toEqual(['a', 'b', 'a']);
  await end();
  expect(asked).toEqual(['a', 'b', 'a', 'b']);
  world.dispose();
  await end();
  expect(asked).toEqual(['a', 'b', 'a', 'b']);
});
