// The engine across its real process, driven as the editor drives it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { encodeUtf8 } from '../../src/core/text/utf8';
import { windowsOf } from '../../src/core/text/contextWindows';
import {
  Engine,
  type EngineOptions,
  type RunningEngine,
} from '../../src/editor/engine/engineClient';
import { RuntimeClient } from '../../src/engine/onnx/session/runtimeClient';
import { Cancelled, UserError } from '../../src/core/errors';
import type { ScoredEvent, TokenView } from '../../src/protocol/scores';
import { bundleEngine } from '../support/engineBundle';
import { START_ID, writeModelFolder } from '../support/modelFolder';
import { seedOr } from '../support/seed';
import { randomOf } from '../support/toys';

const CONTEXT = 64;
const TEXT = Array.from({ length: 40 }, (_, i) => `line ${i}: ${'ab '.repeat(i % 7)}\n`).join('');
const EVERYTHING = { utf16Start: 0, utf16End: 1e9 };

let scratch: string;
let bundle: string;
let folder: string;
let engine: Engine;
let scoredEvents: ScoredEvent[] = [];
let onScored = () => {};

function engineOn(
  model: string,
  { contextLimit = 2048, ...options }: Partial<EngineOptions> & { contextLimit?: number } = {},
): Engine {
  const engine = new Engine({
    ...options,
    path: join(bundle, 'engine.js'),
    model: () => ({ folder: model, contextLimit }),
    onOutput: () => {},
  });
  engine.onEvent('scored', event => {
    scoredEvents.push(event);
    onScored();
  });
  return engine;
}

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'tokenscope-engine-'));
  bundle = await bundleEngine();
  folder = writeModelFolder(join(scratch, 'model'), { context: CONTEXT });
  engine = engineOn(folder);
});
afterEach(() => {
  scoredEvents = [];
  onScored = () => {};
});
afterAll(() => {
  engine.stop();
  rmSync(scratch, { recursive: true, force: true });
});

/** What the editor does before a request: sends the text if this process does not have it. */
async function send(running: RunningEngine, uri: string, text: string): Promise<void> {
  if (running.texts.has(uri)) return;
  running.texts.set(uri, 1);
  await running.remote.setDocument({ uri, version: 1, text });
}

function scoredView(on: Engine, uri: string, text: string, version = 1): Promise<TokenView> {
  return on.call(async running => {
    await send(running, uri, text);
    await running.remote.score({ passes: ['tokens'], uri, version, visible: [], maxTokens: 1e9 });
    return running.remote.view({
      uri,
      version,
      range: EVERYTHING,
      maxTokens: 1e6,
      details: 'alternatives',
    });
  });
}

describe('scores of a text longer than the context', () => {
  test('are those of whole windows, each token from the first window that reaches it', async () => {
    const view = await scoredView(engine, 'long', TEXT);
    const ids = Uint32Array.from(encodeUtf8(TEXT));
    expect([...view.ids]).toEqual([...ids]);
    expect(ids.length).toBeGreaterThan(4 * CONTEXT);
    const runtime = new RuntimeClient(join(bundle, 'runtime.js'));
    await runtime.open({ folder, onnxPath: join(folder, 'model.onnx'), hiddenSize: 32, layers: 2 });
    const windows = windowsOf(ids.length, CONTEXT, token => ids[token] === 0x0a);
    for (const window of windows) {
      const targets = ids.slice(window.start, window.end);
      const inputs = Uint32Array.of(START_ID, ...targets.slice(0, -1));
      const whole = await runtime.score({ inputs, targets, from: 0, topK: 8 });
      for (let token = window.ownStart; token < window.end; token++) {
        const row = token - window.start;
        expect(view.scores!.logprobs[token]).toBeCloseTo(whole.logprobs[row]!, 4);
        expect(view.scores!.entropiesNats[token]).toBeCloseTo(whole.entropiesNats[row]!, 4);
        expect(view.scores!.contexts[token]).toBe(row);
      }
    }
    runtime.dispose();
  });

  test('do not depend on what was visible', async () => {
    const above = await scoredView(engine, 'above', TEXT);
    const below = await engine.call(async running => {
      await send(running, 'below', TEXT);
      const at = { uri: 'below', version: 1 };
      const visible = [{ utf16Start: 300, utf16End: 320 }];
      await running.remote.score({ passes: ['tokens'], ...at, visible, maxTokens: 1 });
      const first = await running.remote.view({ ...at, range: EVERYTHING, maxTokens: 1e6 });
      expect(first.pending).toBeGreaterThan(0);
      expect(first.scores!.logprobs[310]).not.toBeNaN();
      await running.remote.score({ passes: ['tokens'], ...at, visible, maxTokens: 1e9 });
      return running.remote.view({ ...at, range: EVERYTHING, maxTokens: 1e6 });
    });
    expect(below.pending).toBe(0);
    below.scores!.logprobs.forEach((logprob, token) =>
      expect(logprob).toBeCloseTo(above.scores!.logprobs[token]!, 4),
    );
  });

  test('say of a peak how much before it is not known yet', async () => {
    await engine.call(async running => {
      await send(running, 'peaks', TEXT);
      const at = { uri: 'peaks', version: 1 };
      const visible = [{ utf16Start: 300, utf16End: 320 }];
      const score = (maxTokens: number) =>
        running.remote.score({ passes: ['tokens'], ...at, visible, maxTokens });
      const bounds = [1, 2, 3, 4, 5, 6, 7].map(bits => bits / 100);
      const peak = async (from: number, direction: 1 | -1) => {
        const request = { ...at, lens: 'surprisal', from, direction, bounds } as const;
        return (await running.remote.peak(request))!;
      };
      await score(1);
      const view = await running.remote.view({ ...at, range: EVERYTHING, maxTokens: 1e6 });
      const unknown = (first: number, end: number) =>
        view.scores!.logprobs.slice(first, end).filter(Number.isNaN).length;
      const below = await peak(0, 1);
      expect(below.unscored).toBe(unknown(1, below.utf16Start + 2));
      expect(below.unscored).toBeGreaterThan(100);
      const above = await peak(500, -1);
      expect(above.unscored).toBe(unknown(above.utf16Start - 1, 500));
      expect(above.unscored).toBeGreaterThan(100);
      expect((await peak(305, 1)).unscored).toBe(0);
      await score(1e9);
      const nearest = await peak(0, 1);
      expect(nearest.unscored).toBe(0);
      expect(nearest.utf16Start).toBeLessThan(below.utf16Start);
    });
  });

  test('after an edit equal those of the new text', async () => {
    await scoredView(engine, 'edited', TEXT);
    const at = 200;
    const edited = `${TEXT.slice(0, at)}new ünï\n${TEXT.slice(at + 5)}`;
    await engine.call(async running => {
      const edits = [{ utf16Start: at, utf16End: at + 5, text: 'new ünï\n' }];
      await running.remote.editDocument({ uri: 'edited', version: 2, edits });
      await expect(
        running.remote.view({ uri: 'edited', version: 1, range: EVERYTHING, maxTokens: 1 }),
      ).rejects.toBeInstanceOf(Cancelled);
    });
    const after = await scoredView(engine, 'edited', edited, 2);
    const fresh = await scoredView(engine, 'fresh', edited);
    expect([...after.ids]).toEqual([...fresh.ids]);
    after.scores!.logprobs.forEach((logprob, token) =>
      expect(logprob).toBeCloseTo(fresh.scores!.logprobs[token]!, 4),
    );
  });

  test('are told as they come', async () => {
    await scoredView(engine, 'told', TEXT.repeat(2).replaceAll('line', 'told'));
    expect(scoredEvents.at(-1)).toMatchObject({ uri: 'told', version: 1 });
    expect(scoredEvents.at(-1)!.scored).toBe(scoredEvents.at(-1)!.total);
  });
});

test('without a start token the first token alone has no scores', async () => {
  const other = engineOn(writeModelFolder(join(scratch, 'no-start'), { start: false }));
  const { scores, pending } = await scoredView(other, 'text', TEXT);
  expect(pending).toBe(0);
  expect([...scores!.ranks.keys()].filter(token => scores!.ranks[token] === 0)).toEqual([0]);
  expect(scores!.logprobs[0]).toBeNaN();
  other.stop();
});

test('views, counts and peaks are in the editor’s offsets', async () => {
  await engine.call(async running => {
    const uri = 'offsets';
    await send(running, uri, 'ä€𝄞b\ud800');
    const at = { uri, version: 1 };
    const view = (utf16Start: number, utf16End: number) =>
      running.remote.view({ ...at, range: { utf16Start, utf16End }, maxTokens: 100 });
    const astral = await view(3, 3);
    expect(astral.first).toBe(5);
    expect([...astral.ids]).toEqual([0xf0, 0x9d, 0x84, 0x9e]);
    expect([...astral.utf16Starts]).toEqual([2, 2, 2, 2]);
    expect([...astral.utf16Ends]).toEqual([4, 4, 4, 4]);
    expect([...(await view(5, 6)).ids]).toEqual([0xef, 0xbf, 0xbd]);
    const ranges = [{ utf16Start: 0, utf16End: 2 }];
    expect(await running.remote.count({ ...at, ranges })).toEqual({ document: 13, ranges: 5 });
    const next = await running.remote.peak({ ...at, lens: 'tokens', from: 4, direction: 1 });
    expect(next).toEqual({ utf16Start: 5, utf16End: 6, unscored: 0 });
    const none = await running.remote.peak({ ...at, lens: 'surprisal', from: 0, direction: 1 });
    expect(none).toBeNull();
    const lines = (
      await running.remote.json({ ...at, range: { utf16Start: 4, utf16End: 5 } })
    ).split('\n');
    expect(lines).toHaveLength(2);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      index: 9,
      id: 98,
      bytes: '62',
      byteStart: 9,
      byteEnd: 10,
    });
  });
});

test('of more tokens than are wanted, a view has those around an offset', async () => {
  await engine.call(async running => {
    const at = { uri: 'around', version: 1 };
    await send(running, at.uri, 'x'.repeat(100));
    const range = { utf16Start: 10, utf16End: 90 };
    const first = async (around?: number) => {
      const wish = around === undefined ? {} : { around };
      const view = await running.remote.view({ ...at, range, maxTokens: 20, ...wish });
      expect(view.ids).toHaveLength(20);
      return view.first;
    };
    expect(await first()).toBe(10);
    expect(await first(50)).toBe(40);
    expect(await first(12)).toBe(10);
    expect(await first(89)).toBe(70);
    expect(await first(99)).toBe(70);
  });
});

describe('a request that is withdrawn', () => {
  test('stops and leaves the engine ready for the next', async () => {
    const controller = new AbortController();
    const text = Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join('');
    const withdrawn = engine.call(async running => {
      await send(running, 'withdrawn', text);
      const at = { uri: 'withdrawn', version: 1 };
      onScored = () => controller.abort();
      return running.remote.score(
        { passes: ['tokens'], ...at, visible: [], maxTokens: 1e9 },
        controller.signal,
      );
    });
    await expect(withdrawn).rejects.toBeInstanceOf(Cancelled);
    const { pending } = await scoredView(engine, 'next', TEXT);
    expect(pending).toBe(0);
  });
});

describe('an engine that dies', () => {
  const kill = () => engine.pid && process.kill(engine.pid, 'SIGKILL');

  test.each([0, 1])('is restarted under the request, after %i reports of scores', async moment => {
    let reports = 0;
    onScored = () => {
      if (++reports === moment) kill();
    };
    const answer = scoredView(engine, `after ${moment}`, TEXT.repeat(60));
    if (moment === 0) kill();
    const { scores, pending } = await answer;
    expect(reports).toBeGreaterThan(moment);
    expect(pending).toBe(0);
    expect(scores!.logprobs.every(Number.isFinite)).toBe(true);
  });

  test('is restarted under the request, at any moment of it', async () => {
    const random = randomOf(seedOr(1));
    for (let round = 0; round < 3; round++) {
      const answer = scoredView(engine, `round ${round}`, `${round}${TEXT.repeat(20)}`);
      // Where the answer is faster, the next round finds the engine dead.
      const killed = setTimeout(random() * 100).then(kill);
      const { scores, pending } = await answer;
      expect(pending).toBe(0);
      expect(scores!.logprobs.every(Number.isFinite)).toBe(true);
      await killed;
    }
  });

  test('twice on one request is given up with a reason, and the next request works', async () => {
    const killing = engine.call(async running => {
      process.kill(engine.pid!, 'SIGKILL');
      return running.remote.report({});
    });
    await expect(killing).rejects.toThrow(UserError);
    expect(engine.state.kind).toBe('failed');
    expect((await scoredView(engine, 'after', TEXT)).pending).toBe(0);
    expect(engine.state.kind).toBe('ready');
  });
});

// Windows has no signal that halts a process.
test.skipIf(process.platform === 'win32')(
  'an engine that hangs is ended, and the request is answered by another',
  async () => {
    const other = engineOn(folder, { silence: { everyMs: 200, missedAnswers: 25 } });
    await scoredView(other, 'before', 'abc');
    const hanging = other.pid!;
    process.kill(hanging, 'SIGSTOP');
    expect((await scoredView(other, 'after', TEXT)).pending).toBe(0);
    expect(other.pid).not.toBe(hanging);
    other.stop();
  },
);

test.skipIf(process.platform !== 'linux')(
  'the engine sees no key of the environment, and is the first to end where memory runs out',
  async () => {
    vi.stubEnv('SOME_SERVICE_TOKEN', 'secret');
    const other = engineOn(folder);
    await other.call(running => running.remote.ping({}));
    const of = (file: string) => readFileSync(`/proc/${other.pid}/${file}`, 'utf8');
    expect(of('environ')).toContain('PATH=');
    expect(of('environ')).not.toContain('SOME_SERVICE_TOKEN');
    expect(of('oom_score_adj').trim()).toBe('1000');
    expect(of('cmdline')).toContain('--max-old-space-size=2048');
    vi.unstubAllEnvs();
    other.stop();
  },
);

describe('a folder', () => {
  const opening = (model: string) => {
    const other = engineOn(model);
    return other.call(running => running.remote.report({})).finally(() => other.stop());
  };

  test('with tokenizer files alone serves tokens', async () => {
    const other = engineOn(writeModelFolder(join(scratch, 'tokenizer'), { graph: false }));
    await other.call(async running => {
      expect(running.model.scores).toBe(false);
      await send(running, 'text', 'abc');
      const at = { uri: 'text', version: 1 };
      const view = await running.remote.view({ ...at, range: EVERYTHING, maxTokens: 10 });
      expect(view).toMatchObject({ total: 3, scores: null, pending: 0 });
    });
    other.stop();
  });

  test.each([
    ['that is not there', (path: string) => rmSync(path, { recursive: true }), /not found.*broken/],
    [
      'without a tokenizer',
      (path: string) => rmSync(join(path, 'tokenizer.json')),
      /tokenizer.*broken/i,
    ],
    [
      'with a broken tokenizer.json',
      (path: string) => writeFileSync(join(path, 'tokenizer.json'), '{"model":'),
      /tokenizer\.json is not valid JSON/,
    ],
    [
      'with a foreign tokenizer.json',
      (path: string) => writeFileSync(join(path, 'tokenizer.json'), '{"model":{"type":"Strange"}}'),
      /Strange.*broken/s,
    ],
    [
      'with a truncated graph',
      (path: string) => writeFileSync(join(path, 'model.onnx'), 'not a graph'),
      /model\.onnx/,
    ],
  ])('%s is refused by name', async (what, breakIt, message) => {
    const path = writeModelFolder(join(scratch, `broken ${what}`));
    breakIt(path);
    await expect(opening(path)).rejects.toThrow(UserError);
    await expect(opening(path)).rejects.toThrow(message);
  });

  test('whose tokenizer does not fit the graph is refused with both numbers', async () => {
    const path = writeModelFolder(join(scratch, 'unfit'));
    const { writeDecoder } = await import('../support/graphs');
    writeDecoder(path, { vocab: 97, hidden: 32, layers: 2 });
    await expect(opening(path)).rejects.toThrow(/257 tokens.*97/);
  });
});

describe('another model', () => {
  test('takes the place of the one before once it is open, with the texts sent again', async () => {
    const changing = engineOn(folder);
    const before = await scoredView(changing, 'text', TEXT);
    const { pid } = changing;
    const states: string[] = [];
    changing.onDidChangeState(({ kind }) => states.push(kind));
    const other = writeModelFolder(join(scratch, 'other'), { context: CONTEXT, start: false });
    const choice = { folder: other, contextLimit: 2048 };
    expect(changing.hasOpened(choice)).toBe(false);
    await changing.switchModel(choice);
    expect(changing.hasOpened(choice)).toBe(true);
    expect(states).toEqual(['starting', 'ready']);
    expect(changing.pid).not.toBe(pid);
    const after = await scoredView(changing, 'text', TEXT);
    expect(after.pending).toBe(0);
    expect(after.scores!.ranks[0]).toBe(0);
    expect(before.scores!.ranks[0]).not.toBe(0);
    changing.stop();
  });

  test('that cannot be opened leaves the one that works, also for the next process', async () => {
    const steady = engineOn(folder);
    await scoredView(steady, 'text', TEXT);
    const { pid, state } = steady;
    const absent = { folder: join(scratch, 'absent'), contextLimit: 2048 };
    await expect(steady.switchModel(absent)).rejects.toThrow(/absent/);
    expect(steady.state).toBe(state);
    expect(steady.pid).toBe(pid);
    process.kill(pid!, 'SIGKILL');
    const view = await scoredView(steady, 'text', TEXT);
    expect(view.pending).toBe(0);
    expect(steady.hasOpened({ folder, contextLimit: 2048 })).toBe(true);
    steady.stop();
  });

  test('chosen twice: the newer choice is open in the end', async () => {
    const changing = engineOn(folder);
    await scoredView(changing, 'text', TEXT);
    const [first, second] = ['first', 'second'].map(name => ({
      folder: writeModelFolder(join(scratch, name), { context: CONTEXT }),
      contextLimit: 2048,
    }));
    const older = changing.switchModel(first);
    const newer = changing.switchModel(second);
    await expect(older).rejects.toThrow(Cancelled);
    await newer;
    expect(changing.hasOpened(second!)).toBe(true);
    changing.stop();
  });
});
