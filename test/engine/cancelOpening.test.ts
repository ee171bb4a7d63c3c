// A model whose weights have to be written first, in the engine's real process: its progress, and the user who cancels it.
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { Cancelled, UserError } from '../../src/core/errors';
import { Engine } from '../../src/editor/engine/engineClient';
import type { Opening } from '../../src/editor/engine/openings';
import { bundleEngine } from '../support/engineBundle';
import { writeLargeGguf } from '../support/largeGguf';
import { writeModelFolder } from '../support/modelFolder';

let scratch: string;
let bundle: string;
let folder: string;
let large: string;
let cache: string;
const engines: Engine[] = [];

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'tokenscope-opening-'));
  bundle = await bundleEngine();
  folder = writeModelFolder(join(scratch, 'small'));
  large = writeLargeGguf(join(scratch, 'large.gguf'), 2);
});
beforeEach(() => {
  cache = mkdtempSync(join(scratch, 'cache-'));
  vi.stubEnv('TOKENSCOPE_CACHE', cache);
});
afterEach(() => {
  for (const engine of engines.splice(0)) engine.stop();
  vi.unstubAllEnvs();
});
afterAll(() => rmSync(scratch, { recursive: true, force: true, maxRetries: 3 }));

function engineOn(model: string): Engine {
  const engine = new Engine({
    path: join(bundle, 'engine.js'),
    model: () => ({ folder: model, contextLimit: 512 }),
    onOutput: () => {},
  });
  engines.push(engine);
  return engine;
}

const choice = () => ({ folder: large, contextLimit: 512 });

/** The opening of which some of the weights are written, and not all. */
function begun(engine: Engine): Promise<Opening> {
  return new Promise(resolve =>
    engine.openings.onDidChange(opening => {
      const { done = 0, all = 0 } = opening.preparing ?? {};
      if (done > 0 && done < all) resolve(opening);
    }),
  );
}

const written = () => (existsSync(join(cache, 'gguf')) ? readdirSync(join(cache, 'gguf')) : []);

test('another model that is cancelled leaves the one that is open, and nothing half written', async () => {
  const engine = engineOn(folder);
  await engine.call(async () => {});
  const { state, pid } = engine;
  const seen = new Set<Opening>();
  engine.openings.onDidChange(opening => seen.add(opening));
  const switching = engine.switchModel(choice());
  switching.catch(() => {});
  const opening = await begun(engine);
  expect(written()).toHaveLength(1);
  expect(opening).toMatchObject({ path: large, kind: 'asked', isEnded: false });
  expect(opening.preparing!.all).toBeGreaterThan(1.2e9);
  opening.cancel();
  await expect(switching).rejects.toThrow(Cancelled);
  expect(opening.isEnded).toBe(true);
  expect(engine.openings.current).toEqual([]);
  await vi.waitUntil(() => written().length === 0, { timeout: 10_000 });
  // What its process still said while it tidied up is no other opening.
  expect(seen.size).toBe(1);
  expect(engine.state).toBe(state);
  expect(engine.pid).toBe(pid);
  expect(engine.hasOpened({ folder, contextLimit: 512 })).toBe(true);
  await engine.call(async ({ remote }) => remote.report({}));
});

test('the first model that is cancelled is not opened again by itself', async () => {
  const engine = engineOn(large);
  const first = engine.call(async () => {});
  first.catch(() => {});
  const opening = await begun(engine);
  expect(opening.kind).toBe('main');
  const { pid } = engine;
  opening.cancel();
  await expect(first).rejects.toThrow(UserError);
  await expect(first).rejects.toThrow(
    /opening it was cancelled\. Open another one with "Tokenscope: Choose Model/,
  );
  expect(engine.state.kind).toBe('failed');
  await vi.waitUntil(() => written().length === 0, { timeout: 10_000 });
  await vi.waitUntil(() => !isRunning(pid!), { timeout: 10_000 });
  expect(engine.state.kind).toBe('failed');
  // Another one is.
  await engine.switchModel({ folder, contextLimit: 512 });
  expect(engine.state.kind).toBe('ready');
});

test('a model that takes the place of one that is being opened takes away what that one wrote', async () => {
  const engine = engineOn(large);
  const first = engine.call(async ({ model }) => model.folder);
  await begun(engine);
  await engine.switchModel({ folder, contextLimit: 512 });
  expect(await first).toBe(folder);
  await vi.waitUntil(() => written().length === 0, { timeout: 10_000 });
  expect(engine.state).toMatchObject({ kind: 'ready', model: { folder } });
});

test('a model of a contrast is cancelled, too: the reason says so', async () => {
  const engine = engineOn(folder);
  await engine.call(async () => {});
  const members = { positive: { folder: '', prompt: '' }, negative: { folder: large, prompt: '' } };
  const pair = engine.call(({ remote }) => remote.choosePair({ members, opensNow: true }));
  pair.catch(() => {});
  const opening = await begun(engine);
  expect(opening).toMatchObject({ path: large, kind: 'beside' });
  opening.cancel();
  await expect(pair).rejects.toThrow(`${large} is not open: opening it was cancelled.`);
  await opening.ended;
  expect(written()).toEqual([]);
  expect(engine.state.kind).toBe('ready');
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
