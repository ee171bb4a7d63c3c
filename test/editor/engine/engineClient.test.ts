// The engine's process as the editor sees it: what it has open, and what the end of a process means.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Engine, type EngineStatus } from '../../../src/editor/engine/engineClient';
import { bundleEngine } from '../../support/engineBundle';
import { writeModelFolder } from '../../support/modelFolder';

const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-client-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const folder = (name: string) => writeModelFolder(join(scratch, name), { graph: false });

let path: string;
let engine: Engine;
beforeAll(async () => {
  path = join(await bundleEngine(), 'engine.js');
});
afterEach(() => engine.stop());

function begin(second = '') {
  const output: string[] = [];
  const states: EngineStatus['kind'][] = [];
  engine = new Engine({
    path,
    model: () => ({ folder: folder('first'), contextLimit: 64 }),
    comparedTokenizer: () => second,
    onOutput: line => output.push(line),
  });
  engine.onDidChangeState(({ kind }) => states.push(kind));
  const opened = () => engine.call(async ({ model }) => model.folder);
  const ended = (pid: number) =>
    expect.poll(() => output.some(line => line.startsWith(`engine ${pid} ended`))).toBe(true);
  return { states, opened, ended };
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
