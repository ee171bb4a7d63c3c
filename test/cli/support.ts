// The command line as its tests start it: a process with the bundled engine.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { bundleEngine } from '../support/engineBundle';

export const root = join(import.meta.dirname, '../..');
export const coder = join(root, 'models/coder');

/** Where commands run: an empty folder of the test file's own. */
export let scratch: string;
/** The folder of the bundled engine. */
export let bundle: string;

/** Finds the bundled engine, and makes a folder for the tests of the file that calls this. */
export function setUpCommandLine(): void {
  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'tokenscope-cli-'));
    bundle = await bundleEngine();
  });
  afterAll(() => {
    rmSync(scratch, { recursive: true, force: true });
  });
}

export interface Result {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** `input`: standard input. `env`: variables besides those of the test. */
export function run(
  args: readonly string[],
  input: string | Uint8Array = '',
  env: Readonly<Record<string, string>> = {},
): Result {
  const done = spawnSync(process.execPath, [join(bundle, 'cli.js'), ...args], {
    input,
    cwd: scratch,
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...process.env, NO_COLOR: '1', ...env },
  });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

/** The objects that a command prints with `--json`. Throws where it does not end well. */
export function readLines(args: readonly string[], input: string | Uint8Array = '') {
  const { code, out, err } = run([...args, '--json'], input);
  if (code !== 0) throw new Error(`exit code ${code}: ${err}`);
  return linesOf(out);
}

export function linesOf(out: string) {
  return out
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line));
}

/** A process that goes on while the test does. */
export function start(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  return spawn(process.execPath, [join(bundle, 'cli.js'), ...args], {
    cwd: scratch,
    env: { ...process.env, ...env },
  });
}
