// One run of passes for each text, the newest wins, and those of commands go on; and what a run proved, or why it was refused, is of one version of
// one text by the models that are open.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Cancelled, UserError } from '../../../src/core/errors';
import { lenses } from '../../../src/core/lenses/lenses';
import { DocumentSync } from '../../../src/editor/engine/documentSync';
import type { Engine, RunningEngine } from '../../../src/editor/engine/engineClient';
import { EngineQueries, passOptions } from '../../../src/editor/engine/engineQueries';
import { ScoringPasses } from '../../../src/editor/engine/scoringPasses';
import { wholeDocument } from '../../../src/editor/overlay/textSource';
import type { ByteProof, ScoreSummary } from '../../../src/protocol/scores';
import type { Refusal } from '../../../src/protocol/types';
import { FakeDocument } from '../../support/textEditor';
import { tokenView } from '../../support/tokenViews';
import { EventEmitter, fake } from '../../support/vscode';

const PROOF = { model: 'coder', windows: [], leakMax: 0, givenBytes: 0, leakMean: 0 } as ByteProof;
const summary = (proofs: ByteProof[] = []): ScoreSummary => ({
  scored: 3,
  total: 4,
  proofs,
  ms: 1,
});

interface Run {
  readonly request: {
    uri: string;
    version: number;
    passes: string[];
    visible: object[];
    whole?: boolean;
  };
  readonly signal: AbortSignal;
  answer(done: ScoreSummary | Refusal): void;
  fail(error: Error): void;
}

class World {
  readonly document = new FakeDocument('one two');
  readonly calls: [string, Record<string, unknown>][] = [];
  readonly runs: Run[] = [];
  readonly state = new EventEmitter<object>();
  scored: (event: object) => void = () => {};
  hasSae = true;
  isRunning = true;
  answers: Record<string, unknown> = {};
  readonly texts = new Map<string, number>();
  readonly remote = new Proxy(
    {},
    {
      get: (_, name: string) => (params: Record<string, unknown>, signal: AbortSignal) => {
        this.calls.push([name, params]);
        if (name !== 'score') return Promise.resolve(this.answers[name]);
        return new Promise((answer, fail) =>
          this.runs.push({ request: params as unknown as Run['request'], signal, answer, fail }),
        );
      },
    },
  );
  readonly running = {
    remote: this.remote,
    texts: this.texts,
    model: { name: 'coder', tokenizer: 'BPE' },
  };
  readonly engine = {
    second: null as object | null,
    onEvent: (_: string, listener: (event: object) => void) => (this.scored = listener),
    onDidChangeState: this.state.event,
    call: (request: (running: object) => unknown) => request(this.running),
  };
  readonly sync: DocumentSync;
  readonly passes: ScoringPasses;
  readonly queries: EngineQueries;
  readonly events: object[] = [];
  features: object | undefined;

  constructor() {
    const own = () => (this.isRunning ? this.running : undefined);
    Object.defineProperty(this.engine, 'running', { get: own });
    const engine = this.engine as unknown as Engine;
    this.sync = new DocumentSync(engine);
    const openSae = async (_: RunningEngine) => this.hasSae;
    this.passes = new ScoringPasses(engine, this.sync, openSae);
    this.passes.onDidScore(event => this.events.push(event));
    this.queries = new EngineQueries(engine, this.sync, this.passes, () => this.features as never);
  }

  score = (needs = lenses.surprisal.needs) =>
    this.passes.score(this.document.asDocument, [{ utf16Start: 0, utf16End: 3 }], { needs });
  get note() {
    return this.passes.noteOn(this.document.asDocument);
  }
  get isScoring() {
    return this.passes.isScoring(this.document.asDocument);
  }
}

let world: World;
beforeEach(() => (world = new World()));
afterEach(() => {
  world.passes.dispose();
  world.sync.dispose();
  fake.unsetAll();
});
const uri = 'file:///a.txt';

test('a run is of the text as it is, until it is done', async () => {
  fake.set('overlay.maxTokens', 99);
  const done = world.score();
  await expect.poll(() => world.runs).toHaveLength(1);
  const visible = [{ utf16Start: 0, utf16End: 3 }];
  expect(world.runs[0]!.request).toEqual({
    uri,
    version: 1,
    passes: ['tokens'],
    visible,
    maxTokens: 99,
  });
  expect(world.isScoring).toBe(true);
  world.document.edit(0, 0, 'x');
  expect(world.isScoring).toBe(false);
  world.runs[0]!.answer(summary());
  await done;
  expect(world.events).toEqual([{ uri, version: 1, scored: 3, total: 4 }]);
});

test('the newest run wins, and those of other texts go on', async () => {
  const other = new FakeDocument('x', 'file:///b.txt');
  const all = [world.score(), world.passes.score(other.asDocument, []), world.score()];
  await expect.poll(() => world.runs).toHaveLength(3);
  expect(world.runs.map(({ signal }) => signal.aborted)).toEqual([true, false, false]);
  world.runs[0]!.fail(new Cancelled());
  await all[0];
  expect(world.isScoring).toBe(true);
  world.passes.cancelAll();
  expect(world.runs.map(({ signal }) => signal.aborted)).toEqual([true, true, true]);
  expect(world.isScoring).toBe(false);
  for (const { fail } of world.runs) fail(new Cancelled());
  await Promise.all(all);
  expect(world.events).toEqual([]);
});

test('the editors of a text hear of a run that the user cancelled', async () => {
  const user = new AbortController();
  const done = world.passes.score(world.document.asDocument, [], lenses.surprisal, user.signal);
  await expect.poll(() => world.runs).toHaveLength(1);
  const { signal, fail } = world.runs[0]!;
  signal.addEventListener('abort', () => fail(new Cancelled()));
  user.abort();
  await expect(done).rejects.toThrow(Cancelled);
  expect(world.isScoring).toBe(false);
  expect(world.events).toEqual([{ uri, version: 1, scored: 0, total: 0 }]);
});

test('a command’s run goes on while the overlay asks for what is visible, and when it is turned off', async () => {
  fake.set('overlay.maxTokens', 99);
  const { signal } = new AbortController();
  const before = world.score();
  const done = world.passes.score(world.document.asDocument, [], lenses.surprisal, signal);
  const overlay = world.score();
  await expect.poll(() => world.runs).toHaveLength(3);
  const aborted = () => world.runs.map(run => run.signal.aborted);
  expect(aborted()).toEqual([true, false, false]);
  expect(world.runs.map(({ request }) => request)).toMatchObject([
    { maxTokens: 99 },
    { maxTokens: 99 },
    { maxTokens: 0 },
  ]);
  world.passes.cancelAll();
  expect(aborted()).toEqual([true, false, true]);
  expect(world.isScoring).toBe(true);
  world.runs[0]!.fail(new Cancelled());
  world.runs[1]!.answer(summary());
  world.runs[2]!.fail(new Cancelled());
  await Promise.all([before, done, overlay]);
  expect(world.isScoring).toBe(false);
  void world.score();
  await expect.poll(() => world.runs).toHaveLength(4);
  expect(world.runs[3]!.request).toMatchObject({ maxTokens: 99 });
});

test('a command hears that the text has changed', async () => {
  const { signal } = new AbortController();
  const done = world.passes.score(world.document.asDocument, [], lenses.surprisal, signal);
  await expect.poll(() => world.runs).toHaveLength(1);
  world.runs[0]!.fail(new Cancelled());
  await expect(done).rejects.toThrow(Cancelled);
});

test('what goes wrong is an error, and the run is over', async () => {
  const done = world.score();
  await expect.poll(() => world.runs).toHaveLength(1);
  world.runs[0]!.fail(new UserError('No model.'));
  await expect(done).rejects.toThrow(new UserError('No model.'));
  expect(world.isScoring).toBe(false);
});

test('what was refused is kept until the same passes run', async () => {
  const run = async (done: ScoreSummary | Refusal, needs = lenses.surprisal.needs) => {
    const scoring = world.score(needs);
    await expect.poll(() => world.runs).toHaveLength(1);
    world.runs.pop()!.answer(done);
    await scoring;
  };
  await run({ refused: 'the server wants a key' });
  expect(world.note).toEqual({ refused: 'the server wants a key', passes: ['tokens'] });
  await run(summary(), lenses.bytes.needs);
  expect(world.note).toBeDefined();
  await run(summary());
  expect(world.note).toBeUndefined();
});

test('features are left out where there is no autoencoder', async () => {
  world.hasSae = false;
  void world.score(lenses.unexplained.needs);
  await expect.poll(() => world.runs).toHaveLength(1);
  expect(world.runs[0]!.request.passes).toEqual(['tokens']);
  world.hasSae = true;
  void world.score(lenses.unexplained.needs);
  await expect.poll(() => world.runs).toHaveLength(2);
  expect(world.runs[1]!.request.passes).toEqual(['features', 'tokens']);
});

test('a proof is of the version that it was made of, and of the models that are open', async () => {
  const prove = async () => {
    const done = world.score(lenses.bytes.needs);
    await expect.poll(() => world.runs).toHaveLength(1);
    world.runs.pop()!.answer(summary([PROOF]));
    await done;
  };
  await prove();
  expect(world.note).toBe(PROOF);
  expect(world.passes.noteOn(undefined)).toBeUndefined();
  expect(world.passes.noteOn(new FakeDocument('x', 'file:///b').asDocument)).toBeUndefined();
  world.document.edit(0, 0, 'x');
  expect(world.note).toBeUndefined();
  for (const kind of ['starting', 'ready']) {
    await prove();
    expect(world.note).toBe(PROOF);
    world.state.fire({ kind });
    expect(world.note).toBeUndefined();
  }
  await prove();
  world.state.fire({ kind: 'stopped' });
  expect(world.note).toBe(PROOF);
  // A run without a proof leaves it.
  const done = world.score();
  await expect.poll(() => world.runs).toHaveLength(1);
  world.runs[0]!.answer(summary());
  await done;
  expect(world.note).toBe(PROOF);
});

test('a refusal is kept with the passes that it is of, and told once', async () => {
  const refuse = async (needs = lenses.bytes.needs) => {
    const done = world.score(needs);
    await expect.poll(() => world.runs).toHaveLength(1);
    world.runs.pop()!.answer({ refused: 'it is no BPE' });
    await done;
  };
  await refuse();
  expect(world.note).toEqual({ refused: 'it is no BPE', passes: ['bytes'] });
  const told = { uri, version: 1, scored: 0, total: 0 };
  expect(world.events).toEqual([told]);
  await refuse();
  expect(world.events).toEqual([told]);
  await refuse(lenses.difference.needs);
  expect(world.events).toEqual([told, told]);
  world.document.edit(0, 0, 'x');
  await refuse(lenses.difference.needs);
  expect(world.events).toEqual([told, told, { ...told, version: 2 }]);
});

test('a range is scored alone, and the overlay’s run goes on', async () => {
  const { signal } = new AbortController();
  const overlay = world.score();
  await expect.poll(() => world.runs).toHaveLength(1);
  const range = { utf16Start: 4, utf16End: 5 };
  const done = world.passes.scoreRange(world.document.asDocument, range, signal);
  await expect.poll(() => world.runs).toHaveLength(2);
  expect(world.runs[1]!.request).toMatchObject({
    passes: ['tokens'],
    visible: [range],
    maxTokens: 0,
  });
  expect(world.runs[0]!.signal.aborted).toBe(false);
  for (const { answer } of world.runs) answer(summary());
  await Promise.all([overlay, done]);
});

test('every byte is scored whole, with its proof', async () => {
  const { signal } = new AbortController();
  const done = world.passes.scoreEveryByte(world.document.asDocument, ['bytes'], signal);
  await expect.poll(() => world.runs).toHaveLength(1);
  expect(world.runs[0]!.request).toMatchObject({ whole: true, visible: [], passes: ['bytes'] });
  world.runs[0]!.answer(summary([PROOF]));
  expect(await done).toEqual(summary([PROOF]));
  expect(world.note).toBe(PROOF);
  const refused = world.passes.scoreEveryByte(world.document.asDocument, ['bytes'], signal);
  await expect.poll(() => world.runs).toHaveLength(2);
  world.runs[1]!.answer({ refused: 'no' });
  await refused;
  expect(world.note).toEqual({ refused: 'no', passes: ['bytes'] });
});

test('progress of the engine is told on', () => {
  world.scored({ uri, version: 1, scored: 1, total: 2 });
  expect(world.events).toEqual([{ uri, version: 1, scored: 1, total: 2 }]);
});

test('the engine’s copy of a text is sent whole once, then edit by edit, and closed', async () => {
  const { document, sync, calls } = world;
  const ensure = () => sync.ensureSent(world.running as never, document.asDocument);
  document.edit(0, 0, 'x');
  expect(calls).toEqual([]);
  expect(ensure()).toEqual({ uri, version: 2 });
  ensure();
  expect(calls).toEqual([['setDocument', { uri, version: 2, text: 'xone two' }]]);
  calls.length = 0;
  document.edit(1, 4, 'ONE');
  expect(ensure()).toEqual({ uri, version: 3 });
  const edits = [{ utf16Start: 1, utf16End: 4, text: 'ONE' }];
  expect(calls).toEqual([['editDocument', { uri, version: 3, edits }]]);
  calls.length = 0;
  fake.changed.text.fire({ document, contentChanges: [] });
  world.isRunning = false;
  document.edit(0, 1, '');
  world.isRunning = true;
  // It missed an edit.
  ensure();
  expect(calls).toEqual([['setDocument', { uri, version: 4, text: 'ONE two' }]]);
  calls.length = 0;
  // Its language is another one.
  fake.changed.closed.fire(document);
  ensure();
  expect(calls).toEqual([]);
  document.close();
  document.close();
  expect(calls).toEqual([['closeDocument', { uri }]]);
  document.edit(0, 0, 'y');
  expect(calls).toHaveLength(1);
});

test('a view is of the version that was sent, with features where the lens needs them', async () => {
  const view = tokenView([{ token: 'one' }]);
  world.answers = { view };
  const range = { utf16Start: 0, utf16End: 3 };
  const ask = (request = {}) => world.queries.view(world.document.asDocument, range, request);
  expect(await ask()).toEqual({ version: 1, view });
  expect(world.calls.at(-1)).toEqual(['view', { uri, version: 1, range, maxTokens: 3000 }]);
  world.features = { pins: [] };
  await ask({ maxTokens: 5, details: 'bytes' });
  expect(world.calls.at(-1)![1]).toMatchObject({
    maxTokens: 5,
    details: 'bytes',
    features: { pins: [] },
  });
  await ask({ second: true });
  expect(world.calls.at(-1)![1]).not.toHaveProperty('features');
});

test('a lens is viewed by its own passes, and a lens of characters by characters', async () => {
  world.answers = { view: tokenView([]), characters: { utf16Starts: [], pending: 2 } };
  const range = { utf16Start: 0, utf16End: 3 };
  const shown = wholeDocument(world.document.asDocument, [], 2);
  await world.queries.viewForLens({ ...shown, answerStart: 1 }, range, lenses.contrast);
  expect(world.calls.at(-1)).toEqual([
    'view',
    {
      uri,
      version: 1,
      range,
      maxTokens: 3000,
      passes: ['contrast', 'tokens'],
      contrast: { from: 1, centred: false },
      around: 2,
    },
  ]);
  await world.queries.viewForLens(wholeDocument(world.document.asDocument, []), range, lenses.rank);
  expect(world.calls.at(-1)![1]).not.toHaveProperty('around');
  const { view } = await world.queries.viewForLens(shown, range, lenses.bytes);
  expect(view).toBe(world.answers.characters);
  expect(world.calls.at(-1)).toEqual(['characters', { uri, version: 1, range, difference: false }]);
  await world.queries.viewForLens(shown, range, lenses.difference);
  expect(world.calls.at(-1)![1]).toMatchObject({ difference: true });
});

test('the delete gate is viewed by characters, read and explained by the folder of the setting', async () => {
  fake.set('layers.gateFolder', '/gates/small');
  world.answers = { gateCharacters: { utf16Starts: [], pending: 1 }, gateAt: { name: 'small' } };
  const range = { utf16Start: 0, utf16End: 3 };
  const shown = wholeDocument(world.document.asDocument, []);
  const { view } = await world.queries.viewForLens(shown, range, lenses.deleteGate);
  expect(view).toBe(world.answers.gateCharacters);
  const asked = { uri, version: 1, gateFolder: '/gates/small' };
  expect(world.calls.at(-1)).toEqual(['gateCharacters', { ...asked, range }]);
  expect(await world.queries.gateAt(world.document.asDocument, 2)).toBe(world.answers.gateAt);
  expect(world.calls.at(-1)).toEqual(['gateAt', { ...asked, utf16: 2 }]);
  const done = world.score(lenses.deleteGate.needs);
  await expect.poll(() => world.runs).toHaveLength(1);
  const { request } = world.runs[0]!;
  expect(request).toMatchObject({
    passes: ['deleteGate'],
    layers: { gateFolder: '/gates/small' },
  });
  world.runs[0]!.answer(summary());
  await done;
});

test('units are viewed by characters, and bytes of two models by their difference', async () => {
  const range = { utf16Start: 0, utf16End: 3 };
  const shown = wholeDocument(world.document.asDocument, []);
  const at = { uri, version: 1 };
  world.answers = { units: { name: 'units' }, characters: { name: 'characters' } };
  expect(await world.queries.viewForLens(shown, range, lenses.units)).toEqual({
    version: 1,
    view: world.answers.units,
  });
  expect(world.calls.at(-1)).toEqual(['units', { ...at, range }]);
  for (const [lens, difference] of [
    [lenses.bytes, false],
    [lenses.difference, true],
  ] as const) {
    expect(await world.queries.viewForLens(shown, range, lens)).toEqual({
      version: 1,
      view: world.answers.characters,
    });
    expect(world.calls.at(-1)).toEqual(['characters', { ...at, range, difference }]);
  }
  expect(world.note).toBeUndefined();
});

test('tokens are viewed by the passes of their lens, around the cursor, with features where it has them', async () => {
  const range = { utf16Start: 0, utf16End: 3 };
  const text = world.document.asDocument;
  const asked = async (cursorOffset?: number) => {
    const shown = wholeDocument(text, [], cursorOffset);
    await world.queries.viewForLens(shown, range, lenses.surprisal);
    return world.calls.at(-1)![1];
  };
  const request = { uri, version: 1, range, maxTokens: 3000, passes: ['tokens'] };
  expect(await asked()).toEqual(request);
  expect(await asked(0)).toEqual({ ...request, around: 0 });
  world.features = { pins: [] };
  expect(await asked()).toEqual({ ...request, features: { pins: [] } });
  // The second tokenizer has none.
  await world.queries.view(text, range, { second: true, maxTokens: 7 });
  expect(world.calls.at(-1)![1]).toEqual({ uri, version: 1, range, second: true, maxTokens: 7 });
});

test('layers are asked for as the settings say', async () => {
  fake.set('layers.nearShare', 0.3);
  const { signal } = new AbortController();
  await world.queries.layersAt(world.document.asDocument, 2, ['ladder'], signal);
  const asked = { uri, version: 1, utf16: 2, parts: ['ladder'], nearShare: 0.3 };
  expect(world.calls.at(-1)).toEqual(['layersAt', asked]);
  fake.set('report.chunkTokens', 7);
  expect(passOptions(lenses.chunks, {})).toMatchObject({ chunkTokens: 7 });
  const ofLayers = { needs: ['deleteGate'] } as const;
  expect(passOptions(ofLayers, {})).toMatchObject({ layers: { nearShare: 0.3 } });
  expect(passOptions(lenses.surprisal, {})).not.toHaveProperty('layers');
  const at = { ...wholeDocument(world.document.asDocument, []), utf16: 4 };
  await world.queries.peak(at, 'surprisal', 1, [1, 2]);
  expect(world.calls.at(-1)![1]).toMatchObject({ bounds: [1, 2] });
});

test('what is not exact is viewed as nothing, with the reason', async () => {
  world.answers = { characters: { refused: 'it is no BPE' } };
  const range = { utf16Start: 0, utf16End: 3 };
  const shown = wholeDocument(world.document.asDocument, []);
  const found = await world.queries.viewForLens(shown, range, lenses.bytes);
  expect(found).toMatchObject({ version: 1, view: { pending: 0 } });
  expect(found.view.utf16Starts).toHaveLength(0);
  expect(world.note).toEqual({ refused: 'it is no BPE', passes: ['bytes'] });
});

test('the tokens of a trace are counted from the first that a model wrote', async () => {
  world.answers = { view: tokenView([{ token: 'x' }], { first: 7 }) };
  const text = world.document.asDocument;
  expect(await world.queries.firstToken({ text, answerStart: 4 })).toBe(7);
  expect(world.calls.at(-1)![1]).toMatchObject({ range: { utf16Start: 4, utf16End: 5 } });
  world.calls.length = 0;
  expect(await world.queries.firstToken({ text })).toBe(0);
  expect(await world.queries.firstToken({ text, answerStart: 4, saved: {} as never })).toBe(0);
  expect(world.calls).toEqual([]);
});

test('a pair is asked of the answer alone, centred where the setting says so', () => {
  expect(passOptions(lenses.surprisal, { answerStart: 3 })).toEqual({ passes: ['tokens'] });
  expect(passOptions(lenses.contrast, {})).toMatchObject({ contrast: { from: 0, centred: false } });
  fake.set('pair.centre', true);
  expect(passOptions(lenses.contrast, { answerStart: 3 })).toEqual({
    passes: ['contrast', 'tokens'],
    contrast: { from: 3, centred: true },
  });
});

test('a peak is looked for by the lens’s own numbers', async () => {
  const at = { ...wholeDocument(world.document.asDocument, []), utf16: 4, answerStart: 2 };
  await world.queries.peak(at, 'contrast', -1);
  expect(world.calls.at(-1)).toEqual([
    'peak',
    {
      uri,
      version: 1,
      lens: 'contrast',
      from: 4,
      direction: -1,
      contrast: { from: 2, centred: false },
    },
  ]);
  world.features = { pins: [] };
  await world.queries.peak(at, 'surprisal', 1);
  expect(world.calls.at(-1)![1]).toEqual({
    uri,
    version: 1,
    lens: 'surprisal',
    from: 4,
    direction: 1,
    features: { pins: [] },
  });
});

test('what else is asked is of the text as it was sent', async () => {
  const { queries, document, calls } = world;
  const text = document.asDocument;
  const at = { uri, version: 1 };
  const ranges = [{ utf16Start: 0, utf16End: 3 }];
  world.answers = { compare: { differences: 2 } };
  const { signal } = new AbortController();
  await queries.count(text, ranges);
  await queries.json(text, ranges[0]!);
  await queries.split(text, 2, 'x');
  await queries.difference(text, 2, -1);
  await queries.nextBytes(text, 2, signal);
  expect(await queries.compare(text, ranges, [])).toEqual({ ...at, found: { differences: 2 } });
  await queries.countFile(Uint8Array.of(97), signal);
  await queries.report();
  expect(calls.slice(1)).toEqual([
    ['count', { ...at, ranges }],
    ['json', { ...at, range: ranges[0] }],
    ['split', { ...at, at: 2, typed: 'x' }],
    ['difference', { ...at, from: 2, direction: -1 }],
    ['nextBytes', { ...at, utf16: 2 }],
    ['compare', { ...at, ranges, visible: [] }],
    ['countFile', { bytes: Uint8Array.of(97) }],
    ['report', {}],
  ]);
});

test('names what tokens are made by', async () => {
  expect(await world.queries.tokenizers()).toEqual({ model: 'coder (BPE)', second: undefined });
  world.engine.second = { name: 'gpt2', tokenizer: 'tiktoken' };
  expect((await world.queries.tokenizers()).second).toBe('gpt2 (tiktoken)');
});
