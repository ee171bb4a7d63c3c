// Rollouts are remembered under the model and the settings that they are of, and their falls are drawn over the text that
// they are of.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Memento } from 'vscode';
import { UserError } from '../../../src/core/errors';
import type { Trace } from '../../../src/core/traces/trace';
import { TraceText } from '../../../src/core/traces/traceText';
import type { DocumentSync } from '../../../src/editor/engine/documentSync';
import type { Engine } from '../../../src/editor/engine/engineClient';
import { Rollouts, shareChange } from '../../../src/editor/traces/rollouts';
import type { OpenTrace, TraceDocuments } from '../../../src/editor/traces/traceDocuments';
import type { RolloutOptions, RolloutView } from '../../../src/protocol/traces';
import type { Refusal } from '../../../src/protocol/types';
import { FakeDocument, FakeEditor } from '../../support/textEditor';
import { EventEmitter, fake, window, workspace } from '../../support/vscode';

const point = (token: number, right: number, rollouts = 32) => ({
  token,
  right,
  rollouts,
  answers: [],
  utf16: token + 1,
});
const viewBy = (model: string): RolloutView => ({
  points: [point(-1, 20), point(2, 1)],
  falls: [
    {
      utf16Start: 2,
      utf16End: 3,
      token: 2,
      kind: 'cliff',
      before: point(-1, 20),
      after: point(2, 1),
    },
  ],
  target: '4',
  isSuccess: true,
  problem: null,
  model,
  ms: 10,
});

class Memory implements Pick<Memento, 'get' | 'update'> {
  private readonly values = new Map<string, unknown>();
  get = (key: string) => structuredClone(this.values.get(key)) as never;
  update = async (key: string, value: unknown) => void this.values.set(key, value);
}

class World {
  readonly document = new FakeDocument('1 + 3 is 4', 'tokenscope-trace:/a.trace');
  readonly editor = new FakeEditor(this.document);
  open = this.traceOf('1 + 3 is 4');
  readonly events = {
    engine: new EventEmitter<object>(),
    traces: new EventEmitter<void>(),
    rolling: undefined as ((event: object) => void) | undefined,
  };
  readonly engine = {
    state: { kind: 'ready', model: { folder: '/m', name: 'm' } } as object,
    onDidChangeState: this.events.engine.event,
    onEvent: (_: string, listener: (event: object) => void) => {
      this.events.rolling = listener;
      return { dispose: () => {} };
    },
    call: (request: (running: object) => Promise<unknown>) =>
      request({ model: (this.engine.state as { model: object }).model, remote: this.remote }),
  };
  /** While a request runs. */
  meanwhile = () => {};
  answer: (options: RolloutOptions) => RolloutView | Refusal = () => viewBy('m');
  readonly requests: RolloutOptions[] = [];
  readonly remote = {
    rollOut: async ({ options }: { options: RolloutOptions }) => {
      this.requests.push(options);
      this.meanwhile();
      return this.answer(options);
    },
    branch: async ({ options }: { options: RolloutOptions }) => {
      this.requests.push(options);
      return this.answer(options);
    },
  };
  changes = 0;
  readonly rollouts: Rollouts;

  constructor() {
    window.visibleTextEditors = [this.editor];
    const traces = {
      onDidChange: this.events.traces.event,
      traceOf: (document: unknown) => (document === this.document ? this.open : undefined),
    };
    this.rollouts = new Rollouts(
      this.engine as unknown as Engine,
      { ensureSent: () => ({ uri: 'a', version: 1 }) } as unknown as DocumentSync,
      traces as unknown as TraceDocuments,
      new Memory() as unknown as Memento,
    );
    this.rollouts.onDidChange(() => this.changes++);
  }

  traceOf(text: string, trace: Partial<Trace> = {}): OpenTrace {
    return { trace: { text, ...trace }, text: new TraceText({ text }) } as unknown as OpenTrace;
  }

  run = (whole = false) => this.rollouts.run(this.document.asDocument, this.open, whole);

  /** By what is chosen now. */
  get shown(): string | undefined {
    return this.rollouts.viewOf(this.open)?.model;
  }

  openModel(name: string, folder = `/${name}`): void {
    this.engine.state = { kind: 'ready', model: { folder, name } };
    this.events.engine.fire(this.engine.state);
  }

  get drawn(): [number, number][] {
    return [...this.editor.drawn.values()].flatMap(ranges =>
      ranges.map(({ start, end }): [number, number] => [
        this.document.offsetAt(start),
        this.document.offsetAt(end),
      ]),
    );
  }
}

let world: World;
beforeEach(() => (world = new World()));
afterEach(() => {
  world.rollouts.dispose();
  window.visibleTextEditors = [];
  workspace.isTrusted = true;
  fake.unsetAll();
});

test('remembers them by model, settings, text and what is known of the answer', async () => {
  expect(world.shown).toBeUndefined();
  await world.run(true);
  expect(world.shown).toBe('m');
  expect(world.requests[0]!.whole).toBe(true);
  const others: [change: () => void, undo: () => void][] = [
    [() => fake.set('traces.temperature', 0.5), () => fake.set('traces.temperature', 1)],
    [() => fake.set('traces.rollouts', 8), () => fake.set('traces.rollouts', 32)],
    [() => fake.set('traces.checker', ['a']), () => fake.set('traces.checker', [])],
    [() => (world.open = world.traceOf('1 + 3')), () => (world.open = world.traceOf('1 + 3 is 4'))],
    [
      () => (world.open = world.traceOf('1 + 3 is 4', { target: '4' })),
      () => (world.open = world.traceOf('1 + 3 is 4')),
    ],
    [() => world.openModel('n'), () => world.openModel('m')],
    // Of one folder, with other weights.
    [() => world.openModel('m (q4)', '/m'), () => world.openModel('m')],
    [() => (world.engine.state = { kind: 'starting' }), () => world.openModel('m')],
  ];
  for (const [change, undo] of others) {
    change();
    expect(world.shown).toBeUndefined();
    undo();
    expect(world.shown).toBe('m');
  }
});

test('are not remembered under settings or a model that were chosen while they ran', async () => {
  world.meanwhile = () => fake.set('traces.temperature', 0.5);
  await world.run();
  expect(world.shown).toBeUndefined();
  fake.set('traces.temperature', 1);
  expect(world.shown).toBe('m');
  world.meanwhile = () => world.openModel('n');
  world.open = world.traceOf('another text');
  await world.run();
  expect(world.shown).toBeUndefined();
});

test('a checker runs in a trusted workspace alone', async () => {
  fake.set('traces.checker', ['check']);
  await world.run();
  workspace.isTrusted = false;
  await world.run();
  expect(world.requests.map(({ checker }) => checker)).toEqual([['check'], undefined]);
});

test('the newest fifty are kept', async () => {
  for (let i = 0; i < 52; i++) {
    world.open = world.traceOf(`text ${i}`);
    await world.run();
  }
  world.open = world.traceOf('text 2');
  await world.run();
  const known = Array.from({ length: 52 }, (_, i) => {
    world.open = world.traceOf(`text ${i}`);
    return world.shown !== undefined;
  });
  expect(known.indexOf(true)).toBe(2);
  expect(known.filter(Boolean)).toHaveLength(50);
});

test('a refusal is an error with its reason', async () => {
  world.answer = () => ({ refused: 'the text is too long' });
  await expect(world.run()).rejects.toThrow(
    new UserError('Could not roll out: the text is too long.'),
  );
  const branch = world.rollouts.branch(world.document.asDocument, world.open, 3, 7);
  await expect(branch).rejects.toThrow(new UserError('Could not continue: the text is too long.'));
});

test('falls are drawn over the text that they are of, and follow settings and model', async () => {
  await world.run();
  expect(world.drawn).toEqual([[2, 3]]);
  fake.set('traces.temperature', 0.5);
  expect(world.drawn).toEqual([]);
  fake.set('traces.temperature', 1);
  expect(world.drawn).toEqual([[2, 3]]);
  world.openModel('n');
  expect(world.drawn).toEqual([]);
  world.openModel('m');
  // The file was read again: the document shows the new text a moment later.
  world.open = world.traceOf('now 1 + 3 is 4');
  world.events.traces.fire();
  expect(world.drawn).toEqual([]);
  await world.run();
  expect(world.drawn).toEqual([]);
  world.document.edit(0, 0, 'now ');
  expect(world.drawn).toEqual([[2, 3]]);
});

test('an editor that comes to the screen has its falls, and those of other texts are left alone', async () => {
  await world.run();
  const other = new FakeEditor(new FakeDocument('1 + 3 is 4', 'file:///other.txt'));
  const again = new FakeEditor(world.document);
  window.visibleTextEditors = [other, again];
  expect(again.drawn.size).toBe(0);
  fake.changed.visibleEditors.fire([]);
  expect([...again.drawn.values()].flat()).toHaveLength(1);
  expect(other.drawn.size).toBe(0);
  // A change of another text draws nothing anew.
  again.drawn.clear();
  other.document.edit(0, 0, 'x');
  expect(again.drawn.size).toBe(0);
  world.document.edit(0, 0, '');
  expect(again.drawn.size).toBeGreaterThan(0);
});

test('how far they are is reported, with the time that is left at most', async () => {
  fake.progress.length = 0;
  world.meanwhile = () => world.events.rolling!({ points: 3, most: 12 });
  await world.run();
  expect(fake.progress).toEqual([
    { message: expect.stringMatching(/^3 of at most 12 prefixes, at most \d+ s left$/) },
  ]);
  world.events.rolling!({ points: 4, most: 12 });
  expect(fake.progress).toHaveLength(1);
});

test('an estimate says how many prefixes there are, or that the time is not known', async () => {
  const estimate = () => world.rollouts.estimate(world.document.asDocument, world.open);
  world.meanwhile = () => world.events.rolling!({ points: 1, most: 12 });
  expect(await estimate()).toMatchObject({ isKnown: true, prefixes: 12 });
  expect(world.requests[0]).toMatchObject({ whole: true, rollouts: 32 });
  fake.set('traces.rollouts', 100);
  world.meanwhile = () => {};
  expect(await estimate()).toMatchObject({ isKnown: false, prefixes: undefined });
  // As many as are measured; nothing of it is remembered as the trace's.
  expect(world.requests[1]!.rollouts).toBe(32);
  expect(world.shown).toBeUndefined();
  world.answer = () => ({ refused: 'it cannot write' });
  expect(await estimate()).toEqual({ refused: 'it cannot write' });
});

test('an estimate is the time of its rollouts, by their number', async () => {
  let now = 70_000;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
  world.meanwhile = () => (now += 640);
  const estimate = await world.rollouts.estimate(world.document.asDocument, world.open);
  expect(estimate).toMatchObject({ msPerRollout: 640 / 32 });
  clock.mockRestore();
});

test('the change of a range is from the point before it to the one at its end', () => {
  const view = { ...viewBy('m'), points: [point(0, 16), point(4, 8), point(9, 0)] };
  const change = (utf16Start: number, utf16End: number, changes = {}) =>
    shareChange({ ...view, ...changes }, { utf16Start, utf16End });
  expect(change(1, 5)).toEqual(['p(success) 50 % → 25 %']);
  expect(change(4, 10)).toEqual(['p(success) 50 % → 0 %']);
  expect(change(5, 9)).toEqual([]);
  expect(change(0, 9)).toEqual([]);
  expect(change(1, 5, { isSuccess: false })).toEqual(['agreement 50 % → 25 %']);
  expect(change(1, 5, { problem: 'no answers' })).toEqual([]);
});
