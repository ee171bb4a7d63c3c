// The user's own checker is ended with the processes that it started, whatever ends it.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Cancelled } from '../../../src/core/errors';
import { passesChecker } from '../../../src/engine/traces/checker';
import { root } from '../../support/paths';

let folder: string;
/** Starts a child that sleeps, writes its process id to the file that it is given, and waits for it. */
let checker: string;
let made = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tokenscope-checker-'));
  checker = join(folder, 'checker.sh');
  writeFileSync(checker, '#!/bin/sh\nsleep 300 &\necho $! > "$1.part"\nmv "$1.part" "$1"\nwait\n');
  chmodSync(checker, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const newFile = () => join(folder, `pid-${++made}`);
const patience = { timeout: 30_000, interval: 10 };

/** The process id of the child that sleeps, once there is one. */
async function sleeperIn(file: string): Promise<number> {
  await vi.waitFor(() => expect(existsSync(file)).toBe(true), patience);
  const pid = Number(readFileSync(file, 'utf8'));
  expect(isRunning(pid)).toBe(true);
  return pid;
}

async function hasEnded(pid: number): Promise<void> {
  await vi.waitFor(() => expect(isRunning(pid)).toBe(false), patience);
}

/** A process that has ended, and waits for nobody to ask how, is none that runs. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const status = `/proc/${pid}/status`;
  return !existsSync(status) || !/^State:\s+Z/m.test(readFileSync(status, 'utf8'));
}

describe.skipIf(process.platform === 'win32')('a checker with a child that sleeps', () => {
  test('is ended with it by a cancel', async () => {
    const file = newFile();
    const controller = new AbortController();
    const asked = passesChecker([checker, file], 'x', controller.signal);
    const pid = await sleeperIn(file);
    controller.abort();
    await expect(asked).rejects.toThrow(Cancelled);
    await hasEnded(pid);
  });

  test('is ended with it when its time is up', async () => {
    const file = newFile();
    const asked = passesChecker([checker, file], 'x', undefined, 5000);
    const failed = expect(asked).rejects.toThrow(/took more than 5 seconds/);
    const pid = await sleeperIn(file);
    await failed;
    await hasEnded(pid);
  });

  test('is ended with it when the engine is killed', async () => {
    const engine = join(folder, 'engine.cjs');
    const contents = `
      import { passesChecker } from './src/engine/traces/checker';
      void passesChecker(process.argv.slice(2), 'x');
      process.send('started');`;
    buildSync({
      stdin: { contents, resolveDir: root, loader: 'ts' },
      bundle: true,
      platform: 'node',
      outfile: engine,
    });
    const file = newFile();
    const child = fork(engine, [checker, file]);
    await once(child, 'message');
    const pid = await sleeperIn(file);
    child.kill('SIGKILL');
    await hasEnded(pid);
  });

  test('leaves other processes of this one alone', async () => {
    const other = spawn('sleep', ['300']);
    const file = newFile();
    const controller = new AbortController();
    const asked = passesChecker([checker, file], 'x', controller.signal);
    const pid = await sleeperIn(file);
    controller.abort();
    await expect(asked).rejects.toThrow(Cancelled);
    await hasEnded(pid);
    expect(isRunning(other.pid!)).toBe(true);
    other.kill();
  });
});
