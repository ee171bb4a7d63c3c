// The full self-test is run once for a file and a runtime; a short run at every opening notices other numbers.
import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { KEPT_FROM_BYTES } from '../../../../src/engine/onnx/session/keptSelfTest';
import { OpenGraph } from '../../../../src/engine/onnx/session/openGraph';
import { writeDecoder, type DecoderOptions } from '../../../support/graphs';

let scratch: string;
let count = 0;
let folder: string;
const kept = () => join(scratch, 'selftests');

beforeAll(() => void (scratch = mkdtempSync(join(tmpdir(), 'tokenscope-kept-'))));
beforeEach(() => {
  vi.stubEnv('TOKENSCOPE_CACHE', scratch);
  rmSync(kept(), { recursive: true, force: true });
  folder = join(scratch, String(count++));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(scratch, { recursive: true });
});

const write = (options: DecoderOptions = {}) =>
  writeDecoder(folder, { vocab: 97, hidden: 32, layers: 2, ...options });

/** Tokens of its tests, and the names of their figures. */
async function opened(onnxPath: string, contextTokens = 64, from = 0) {
  const params = { folder, onnxPath, contextTokens, layers: 2, hiddenSize: 32 };
  const graph = await OpenGraph.open(params, from);
  const { report, tokensRun } = graph;
  await graph.close();
  const { selfTest, noTree, warnings } = report;
  return { tokensRun, selfTest, noTree, warnings, names: selfTest.map(({ name }) => name) };
}

test('a second opening repeats five tokens, and has the figures of the first', async () => {
  const path = write();
  const first = await opened(path);
  const second = await opened(path);
  expect(first.tokensRun).toBeGreaterThan(60);
  expect(second.tokensRun).toBe(5);
  expect(second.selfTest.slice(0, -1)).toEqual(first.selfTest);
  expect(first.names.at(-1)).toBe('A tree in one run against separate runs');
  expect(second.selfTest.at(-1)).toMatchObject({ value: 0, passed: true, unit: 'nats' });
  expect(second.names.at(-1)).toMatch(/^In full on \d{4}-\d\d-\d\d; a short run since then/);
  // A third one has one such figure, too.
  expect((await opened(path)).names).toEqual(second.names);
});

test('another file, other limits and what cannot be read are tested in full', async () => {
  const path = write();
  const all = (await opened(path)).tokensRun;
  expect((await opened(path, 32)).tokensRun).toBe(all);
  write({ seed: 5 });
  utimesSync(path, new Date(), new Date(2001, 1, 1));
  expect((await opened(path)).tokensRun).toBe(all);
  for (const name of readdirSync(kept())) writeFileSync(join(kept(), name), '{"cut');
  expect((await opened(path)).tokensRun).toBe(all);
  expect((await opened(path)).tokensRun).toBe(5);
});

test('other weights of the same size and time are noticed by their numbers', async () => {
  const dataFile = 'model.onnx_data';
  const at = new Date(2001, 1, 1);
  const writeAt = (seed: number) => {
    const path = write({ seed, dataFile });
    utimesSync(join(folder, dataFile), at, at);
    return path;
  };
  const path = writeAt(1);
  const all = (await opened(path)).tokensRun;
  writeAt(5);
  expect((await opened(path)).tokensRun).toBe(all + 5);
  expect((await opened(path)).tokensRun).toBe(5);
});

test('that there can be no trees is kept, too', async () => {
  const path = write();
  const first = await opened(path, 3);
  const second = await opened(path, 3);
  expect(first.noTree).toMatch(/too few to try a tree/);
  expect(second).toMatchObject({ noTree: first.noTree, warnings: first.warnings });
  expect(second.tokensRun).toBeLessThan(first.tokensRun);
});

test('nothing is kept where nothing may be written, and what is kept is used', async () => {
  const path = write();
  const params = { folder, onnxPath: path, contextTokens: 64, layers: 2, hiddenSize: 32 };
  const open = async () => {
    const graph = await OpenGraph.open({ ...params, keepsTest: false }, 0);
    await graph.close();
    return graph.tokensRun;
  };
  expect(await open()).toBeGreaterThan(60);
  expect(existsSync(kept())).toBe(false);
  await opened(path);
  expect(await open()).toBe(5);
});

test('small weights are tested in full, and nothing is kept', async () => {
  const path = write();
  const first = await opened(path, 64, KEPT_FROM_BYTES);
  expect((await opened(path, 64, KEPT_FROM_BYTES)).tokensRun).toBe(first.tokensRun);
  expect(existsSync(kept())).toBe(false);
});
