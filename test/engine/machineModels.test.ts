// The engine lists the models of the machine in a process of its own, while another model is open or none can be.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Cancelled } from '../../src/core/errors';
import type { MachineModel } from '../../src/core/models/machineModel';
import { Engine } from '../../src/editor/engine/engineClient';
import { bundleEngine } from '../support/engineBundle';
import { tinyGguf, write, writeOllama } from '../support/machine';

let scratch: string;
let engine: Engine;
const found: MachineModel[] = [];
const output: string[] = [];

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'tokenscope-aside-'));
  const ollama = join(scratch, 'ollama');
  for (const name of ['a', 'b', 'c'])
    writeOllama(ollama, `registry.ollama.ai/library/${name}/latest`, tinyGguf('qwen2'));
  vi.stubEnv('HOME', scratch);
  vi.stubEnv('OLLAMA_MODELS', ollama);
  vi.stubEnv('HUGGINGFACE_HUB_CACHE', join(scratch, 'hub'));
  engine = new Engine({
    path: join(await bundleEngine(), 'engine.js'),
    model: () => ({ folder: join(scratch, 'none'), contextLimit: 100 }),
    onOutput: line => output.push(line),
  });
  engine.onEvent('foundModel', model => found.push(model));
});
afterAll(() => {
  engine.stop();
  vi.unstubAllEnvs();
  rmSync(scratch, { recursive: true, force: true });
});

test('models are reported as they are found, and nothing that is open changes', async () => {
  const mine = write(join(scratch, 'mine.gguf'), tinyGguf());
  const problems = await engine.aside(
    remote => remote.machineModels({ recent: [mine] }),
    new AbortController().signal,
  );
  expect(problems).toEqual([]);
  expect(found.map(({ place, name }) => `${place} ${name}`)).toEqual([
    'recent mine.gguf',
    'ollama a:latest',
    'ollama b:latest',
    'ollama c:latest',
  ]);
  expect(engine.state).toEqual({ kind: 'stopped' });
  expect(engine.pid).toBeUndefined();
  await vi.waitFor(() => expect(output).toContainEqual(expect.stringContaining('SIGKILL')));
});

test('aborted its process ends', async () => {
  output.length = 0;
  const controller = new AbortController();
  const listing = engine.aside(remote => {
    const models = remote.machineModels({ recent: [] });
    controller.abort();
    return models;
  }, controller.signal);
  await expect(listing).rejects.toThrow(Cancelled);
  await vi.waitFor(() => expect(output).toContainEqual(expect.stringContaining('SIGKILL')));
});
