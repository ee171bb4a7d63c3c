// The engine's process as the editor sees it: what it has open, and what the end of a process means.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { Cancelled, UserError } from '../../../src/core/errors';
import {
  Engine,
  type EngineStatus,
  type ModelChoice,
} from '../../../src/editor/engine/engineClient';
import type { Opening } from '../../../src/editor/engine/openings';
import type { PairMembers } from '../../../src/protocol/traces';
import { bundleEngine } from '../../support/engineBundle';
import { writeModelFolder } from '../../support/modelFolder';

const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-client-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const folder = (name: string) => writeModelFolder(join(scratch, name), { graph: false });

let bundled: string;
let engine: Engine;
beforeAll(async () => {
  bundled = join(await bundleEngine(), 'engine.js');
});
afterEach(() => engine.stop());

interface Chosen {
  model: ModelChoice;
  second: string;
  pair: PairMembers | undefined;
}

function begin(second = '', path = bundled) {
  const output: string[] = [];
  const states: EngineStatus['kind'][] = [];
  const chosen: Chosen = {
    model: { folder: folder('first'), contextLimit: 64 },
    second,
    pair: undefined,
  };
  engine = new Engine({
    path,
    model: () => chosen.model,
    comparedTokenizer: () => chosen.second,
    pair: () => chosen.pair,
    onOutput: line => output.push(line),
  });
  engine.onDidChangeState(({ kind }) => states.push(kind));
  const opened = () => engine.call(async ({ model }) => model.folder);
  const ended = (pid: number) =>
    expect.poll(() => output.some(line => line.startsWith(`engine ${pid} ended`))).toBe(true);
  const choose = (changes: Partial<Chosen>) => Object.assign(chosen, changes);
  return { states, output, opened, ended, choose };
}

test('the second tokenizer is known once the engine is ready', async () => {
  const { opened } = begin(folder('second'));
  expect(engine.second).toBeNull();
  await opened();
  expect(engine.second?.path).toBe(folder('second'));
  engine.stop();
  expect(engine.second).toBeNull();
});

test('a process that dies is stopped, and the next request starts another', async () => {
  const { states, opened, ended } = begin();
  await opened();
  const pid = engine.pid!;
  process.kill(pid, 'SIGKILL');
  await ended(pid);
  expect(engine.state.kind).toBe('stopped');
  expect(engine.pid).toBeUndefined();
  expect(await opened()).toBe(folder('first'));
  expect(states).toEqual(['starting', 'ready', 'stopped', 'starting', 'ready']);
});

test('the end of a process that another one took the place of is no news', async () => {
  const { states, opened, ended } = begin();
  await opened();
  const before = engine.pid!;
  await engine.switchModel({ folder: folder('other'), contextLimit: 64 });
  await ended(before);
  expect(states).toEqual(['starting', 'ready', 'starting', 'ready']);
  expect(engine.state.kind).toBe('ready');
  expect(await opened()).toBe(folder('other'));
  expect(engine.pid).not.toBe(before);
});

test('stop ends the process', async () => {
  const { opened, ended } = begin();
  await opened();
  const pid = engine.pid!;
  engine.stop();
  expect(engine.pid).toBeUndefined();
  await ended(pid);
});

test('a cancelled request whose process has ended starts no other', async () => {
  const { opened, ended } = begin();
  await opened();
  const pid = engine.pid!;
  const cancelled = engine.call(async () => {
    process.kill(pid, 'SIGKILL');
    await ended(pid);
    throw new Cancelled();
  });
  await expect(cancelled).rejects.toThrow(Cancelled);
  expect(engine.pid).toBeUndefined();
  expect(engine.state.kind).toBe('stopped');
});

test('an engine that is given up stays so when its last process has ended', async () => {
  const { states, ended, opened } = begin();
  const died: number[] = [];
  const dying = engine.call(async ({ remote }) => {
    died.push(engine.pid!);
    process.kill(engine.pid!, 'SIGKILL');
    return remote.report({});
  });
  await expect(dying).rejects.toThrow(/^The engine stopped twice on the same request/);
  for (const pid of died) await ended(pid);
  expect(died).toHaveLength(2);
  expect(engine.state.kind).toBe('failed');
  expect(states.at(-1)).toBe('failed');
  expect(await opened()).toBe(folder('first'));
});

test('what cannot be compared with is said, and what is compared stays', async () => {
  const { opened, choose } = begin(folder('second'));
  await opened();
  choose({ second: join(scratch, 'none') });
  await expect(engine.compare()).rejects.toThrow(UserError);
  expect(engine.second?.path).toBe(folder('second'));
  expect(engine.state).toMatchObject({
    kind: 'ready',
    secondProblem: expect.stringMatching(/none/),
  });
  choose({ second: folder('other') });
  await engine.compare();
  expect(engine.second?.path).toBe(folder('other'));
  expect(engine.state).toMatchObject({ secondProblem: '' });
  choose({ second: '' });
  await engine.compare();
  expect(engine.second).toBeNull();
});

test('a model opens without its second tokenizer, too', async () => {
  const { opened } = begin(join(scratch, 'none'));
  expect(await opened()).toBe(folder('first'));
  expect(engine.state).toMatchObject({
    kind: 'ready',
    second: null,
    secondProblem: expect.stringMatching(/none/),
  });
});

test('the pair that is chosen is sent, or that there is none', async () => {
  const { opened, choose, states } = begin();
  await opened();
  const remote = await engine.call(async running => running.remote);
  const sent = vi.spyOn(remote, 'choosePair');
  await engine.contrast();
  const member = (name: string) => ({ folder: folder(name), prompt: '' });
  const members = { positive: member('first'), negative: member('other') };
  choose({ pair: members });
  await engine.contrast();
  expect(sent.mock.calls).toEqual([[{}], [{ members }]]);
  // Who shows a contrast asks anew.
  expect(states).toEqual(['starting', 'ready', 'ready', 'ready']);
});

test('a first model that cannot be opened is said with what helps, and the choice is read anew', async () => {
  const { opened, choose, states } = begin();
  choose({ model: { folder: join(scratch, 'none'), contextLimit: 64 } });
  const message = /none.*Open another one with "Tokenscope: Choose Model or Tokenizer…"\.$/s;
  await expect(opened()).rejects.toThrow(UserError);
  expect(engine.state).toMatchObject({ kind: 'failed', message: expect.stringMatching(message) });
  await expect(opened()).rejects.toThrow(message);
  choose({ model: { folder: folder('other'), contextLimit: 64 } });
  expect(await opened()).toBe(folder('other'));
  expect(states).toEqual(['starting', 'failed', 'starting', 'failed', 'starting', 'ready']);
});

test('what is open is one folder with one limit and one format of weights', async () => {
  const { opened } = begin();
  const first = { folder: folder('first'), contextLimit: 64 };
  expect(engine.hasOpened(first)).toBe(false);
  await opened();
  expect(engine.hasOpened(first)).toBe(true);
  for (const other of [{ folder: folder('other') }, { contextLimit: 65 }, { dtype: 'q4' }])
    expect(engine.hasOpened({ ...first, ...other })).toBe(false);
  engine.stop();
  expect(engine.hasOpened(first)).toBe(false);
});

test('a process that dies is replaced by one with the same model, one that is stopped by the chosen one', async () => {
  const { opened, choose, ended } = begin();
  await opened();
  choose({ model: { folder: folder('other'), contextLimit: 64 } });
  const pid = engine.pid!;
  process.kill(pid, 'SIGKILL');
  await ended(pid);
  expect(await opened()).toBe(folder('first'));
  engine.stop();
  expect(engine.running).toBeUndefined();
  expect(await opened()).toBe(folder('other'));
});

test('another model that cannot be opened leaves the one that is open', async () => {
  const { opened, states } = begin();
  await opened();
  const { state, pid } = engine;
  const absent = { folder: join(scratch, 'none'), contextLimit: 64 };
  await expect(engine.switchModel(absent)).rejects.toThrow(/none/);
  expect([engine.state, engine.pid]).toEqual([state, pid]);
  expect(engine.hasOpened(absent)).toBe(false);
  expect(await opened()).toBe(folder('first'));
  expect(states).toEqual(['starting', 'ready']);
});

test('of two choices the newer one is open in the end', async () => {
  const { opened, states } = begin();
  await opened();
  const choices = ['second', 'other'].map(name => ({ folder: folder(name), contextLimit: 64 }));
  const [older, newer] = choices.map(choice => engine.switchModel(choice));
  // So that nobody keeps the older one as the choice.
  await expect(older).rejects.toThrow(Cancelled);
  await newer;
  expect(await opened()).toBe(folder('other'));
  expect(states).toEqual(['starting', 'ready', 'starting', 'ready']);
});

test.each([
  ['another choice', () => engine.switchModel({ folder: folder('other'), contextLimit: 64 })],
  ['what is open, chosen again,', async () => engine.keepOpened()],
])('%s ends at once what is being opened', async (_, choose) => {
  const { opened } = begin();
  await opened();
  const older = engine.switchModel({ folder: folder('second'), contextLimit: 64 });
  older.catch(() => {});
  await expect.poll(() => engine.openings.current).toHaveLength(1);
  const [opening] = engine.openings.current;
  const newer = choose();
  await new Promise(resolve => setImmediate(resolve));
  expect(opening!.isEnded).toBe(true);
  await expect(older).rejects.toThrow(Cancelled);
  await newer;
});

test('what is open and chosen again stays open', async () => {
  const { opened, states } = begin();
  await opened();
  const switching = engine.switchModel({ folder: folder('other'), contextLimit: 64 });
  engine.keepOpened();
  await expect(switching).rejects.toThrow(Cancelled);
  expect(await opened()).toBe(folder('first'));
  expect(states).toEqual(['starting', 'ready']);
});

test('a choice stands when the engine is stopped before it is open', async () => {
  const { opened } = begin();
  await opened();
  const switching = engine.switchModel({ folder: folder('other'), contextLimit: 64 });
  engine.stop();
  await switching;
  expect(engine.state.kind).toBe('stopped');
});

describe('a request aside', () => {
  const alive = new AbortController().signal;

  test('has a process of its own, which ends with it; what it reports is heard', async () => {
    vi.stubEnv('HOME', scratch);
    const { output, states } = begin();
    const found: string[] = [];
    const listening = engine.onEvent('foundModel', model => found.push(model.path));
    const recent = [folder('first')];
    await engine.aside(remote => remote.machineModels({ recent }), alive);
    expect(found).toContain(folder('first'));
    await expect.poll(() => output.filter(line => / ended: /.test(line))).toHaveLength(1);
    found.length = 0;
    listening.dispose();
    await engine.aside(remote => remote.machineModels({ recent }), alive);
    expect(found).toEqual([]);
    expect([engine.running, engine.state.kind, states]).toEqual([undefined, 'stopped', []]);
    vi.unstubAllEnvs();
  });

  test('throws what it throws, and Cancelled once it is aborted', async () => {
    const { output } = begin();
    const error = new UserError('No server.');
    await expect(engine.aside(() => Promise.reject(error), alive)).rejects.toBe(error);
    const request = vi.fn();
    await expect(engine.aside(request, AbortSignal.abort())).rejects.toThrow(Cancelled);
    expect(request).not.toHaveBeenCalled();
    const controller = new AbortController();
    const aborted = engine.aside(async remote => {
      await remote.ping({});
      controller.abort();
      return remote.ping({});
    }, controller.signal);
    await expect(aborted).rejects.toThrow(Cancelled);
    await expect.poll(() => output.filter(line => / ended: SIGKILL/.test(line))).toHaveLength(2);
  });
});

test('a process that ends by itself is tried twice, with all that it said and how it ended', async () => {
  const script = join(scratch, 'ends.js');
  writeFileSync(script, "console.log('one\\r\\n\\ntwo'); console.error('three'); process.exit(3);");
  const { opened, output } = begin('', script);
  const stopped = 'The engine stopped twice on the same request (exit code 3).';
  await expect(opened()).rejects.toThrow(`${stopped} Run "Tokenscope: Show Log" for details.`);
  expect(engine.state).toEqual({ kind: 'failed', message: stopped });
  const said = () => output.filter(line => !line.startsWith('engine ')).sort();
  await expect.poll(said).toEqual(['one', 'one', 'three', 'three', 'two', 'two']);
  await expect(engine.switchModel({ folder: folder('other'), contextLimit: 64 })).rejects.toThrow(
    `The engine stopped while it opened ${folder('other')} (exit code 3).`,
  );
});

/** Cancels what is opened as soon as it has begun. */
function cancelling() {
  const seen = new Set<Opening>();
  return engine.openings.onDidChange(opening => {
    if (seen.has(opening)) return;
    seen.add(opening);
    queueMicrotask(() => opening.cancel());
  });
}

test('a first model that the user cancels is not opened, and the next request opens what is chosen', async () => {
  const { opened, choose } = begin();
  const listening = cancelling();
  const cancelled = opened();
  await expect(cancelled).rejects.toThrow(UserError);
  await expect(cancelled).rejects.toThrow(
    /^No model is open: opening it was cancelled\. Open another one with "Tokenscope: Choose Model/,
  );
  expect(engine.hasOpened({ folder: folder('first'), contextLimit: 64 })).toBe(false);
  listening.dispose();
  choose({ model: { folder: folder('other'), contextLimit: 64 } });
  expect(await opened()).toBe(folder('other'));
});

test('a cancelled choice leaves what is open', async () => {
  const { opened, states } = begin();
  await opened();
  const { state, pid } = engine;
  const listening = cancelling();
  const choice = { folder: folder('other'), contextLimit: 64 };
  await expect(engine.switchModel(choice)).rejects.toThrow(Cancelled);
  listening.dispose();
  expect([engine.state, engine.pid, engine.hasOpened(choice)]).toEqual([state, pid, false]);
  expect(await opened()).toBe(folder('first'));
  expect(states).toEqual(['starting', 'ready']);
});
