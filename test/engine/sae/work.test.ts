// What takes its time beside a model: how far it is, and what a cancel leaves.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { Cancelled } from '../../../src/core/errors';
import { Model } from '../../../src/engine/models/model';
import { RuntimeClient } from '../../../src/engine/onnx/session/runtimeClient';
import { engineServer } from '../../../src/engine/server';
import type { WorkingEvent } from '../../../src/protocol/work';
import { bundleEngine } from '../../support/engineBundle';
import { writeModelFolder } from '../../support/modelFolder';
import { writeSae } from '../../support/saes';

const uri = 'file:///text.txt';
const text = 'one line of a text\n'.repeat(10);
const folder = mkdtempSync(join(tmpdir(), 'tokenscope-work-'));
const { signal } = new AbortController();
const runtimes: RuntimeClient[] = [];
let events: WorkingEvent[];
let onEvent: () => void;
let engine: ReturnType<typeof engineServer>;

beforeEach(async () => {
  const bundle = join(await bundleEngine(), 'runtime.js');
  writeModelFolder(folder, { context: 256 });
  for (const [name, seed] of [
    ['own', 1],
    ['other', 2],
  ] as const)
    writeSae(join(folder, name), { threshold: 0.4, seed });
  writeFileSync(join(folder, 'tokenscope.json'), '{ "start": "<|start|>", "saes": ["own"] }');
  [events, onEvent] = [[], () => {}];
  const start = () => {
    const runtime = new RuntimeClient(bundle);
    runtimes.push(runtime);
    return runtime;
  };
  engine = engineServer(Model.opener(start), (name, event) => {
    if (name !== 'working') return;
    events.push(event as WorkingEvent);
    onEvent();
  });
  await engine.openModel({ folder, contextLimit: 256 }, signal);
  await engine.openSae({ path: '' }, signal);
  await engine.setDocument({ uri, version: 1, text }, signal);
});
afterAll(() => {
  for (const runtime of runtimes) runtime.dispose();
  rmSync(folder, { recursive: true });
});

const effect = (signal: AbortSignal) =>
  engine.effect(
    { uri, version: 1, feature: 3, at: 5, everywhere: true, change: { kind: 'steer', by: 2 } },
    signal,
  );

test('an effect says how many tokens of its three runs are done', async () => {
  events = [];
  await effect(signal);
  const total = 3 * text.length;
  expect(events[0]).toEqual({ task: 'effect', done: 0, total });
  expect(events.at(-1)).toEqual({ task: 'effect', done: total, total });
});

test('an effect that is cancelled ends, and the next one is as without it', async () => {
  const expected = await effect(signal);
  const controller = new AbortController();
  onEvent = () => controller.abort();
  await expect(Promise.resolve(effect(controller.signal))).rejects.toThrow(Cancelled);
  onEvent = () => {};
  expect(await effect(signal)).toEqual(expected);
});

test('the opening of an autoencoder says what is done', async () => {
  events = [];
  await engine.openSae({ path: join(folder, 'other') }, signal);
  const [task, total] = ['autoencoder', 2];
  expect(events).toEqual([
    { task, done: 0, total },
    { task, done: 2, total },
  ]);
});

test('an opening that is cancelled, before its graph is loaded or after, leaves the one before', async () => {
  const expected = await effect(signal);
  for (const isLoaded of [false, true]) {
    const controller = new AbortController();
    if (!isLoaded) onEvent = () => controller.abort();
    const runtime = runtimes.at(-1)!;
    const { openSae } = runtime;
    const opened: (string | undefined)[] = [];
    runtime.openSae = async sae => {
      opened.push(sae?.name);
      await openSae.call(runtime, sae);
      controller.abort();
    };
    const opening = engine.openSae({ path: join(folder, 'other') }, controller.signal);
    await expect(Promise.resolve(opening)).rejects.toThrow(Cancelled);
    expect(opened).toHaveLength(isLoaded ? 2 : 0);
    [runtime.openSae, onEvent] = [openSae, () => {}];
    expect(await effect(signal)).toEqual(expected);
  }
});
