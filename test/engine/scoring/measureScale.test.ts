// The scale of a lens over sample texts is that of the numbers which the lens shows of them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Cancelled } from '../../../src/core/errors';
import { measuredBounds } from '../../../src/core/lenses/density';
import { lenses } from '../../../src/core/lenses/lenses';
import { Document } from '../../../src/engine/documents/document';
import { EngineState } from '../../../src/engine/engineState';
import type { Backend } from '../../../src/engine/models/backend';
import { Model } from '../../../src/engine/models/model';
import { readModelFolder } from '../../../src/engine/models/modelFolder';
import { measureScale } from '../../../src/engine/scoring/measureScale';
import { passesOf } from '../../../src/engine/scoring/passes';
import { scoreTokens } from '../../../src/engine/scoring/tokensPass';
import { UnderWay } from '../../../src/engine/scoring/underWay';
import { BYTE_VOCAB, writeModelFolder } from '../../support/modelFolder';
import { steppedBackend } from '../../support/steppedBackend';

const CONTEXT = 64;
const TEXTS = ['const a = 1;\n'.repeat(30), 'let b = a + 2;\n'.repeat(20)];
const folder = mkdtempSync(join(tmpdir(), 'tokenscope-scale-'));
afterAll(() => rmSync(folder, { recursive: true }));
const { signal } = new AbortController();
const screen = new UnderWay();

function opened(more: Partial<Backend> = {}) {
  const read = readModelFolder(writeModelFolder(folder, { graph: false, context: CONTEXT }));
  const model = new Model(
    read,
    { ...steppedBackend(BYTE_VOCAB, 1, async () => {}), ...more },
    CONTEXT,
  );
  const state = new EngineState(
    async () => model,
    () => {},
    '',
  );
  state.setModel(model);
  return { model, passes: passesOf(state) };
}

test('is that of the values of all tokens of the texts', async () => {
  const { model, passes } = opened();
  const found = await measureScale(
    model,
    passes,
    { lens: 'surprisal', texts: TEXTS, screen },
    signal,
  );
  const values: number[] = [];
  for (const text of TEXTS) {
    const document = new Document('own', 1, text);
    const run = { visible: [], maxTokens: Infinity, signal, onScored: () => {} };
    await scoreTokens(model, document, run);
    const { scores } = document.scoresOf(0, text.length);
    for (let row = 0; row < text.length; row++) values.push(lenses.surprisal.value(scores, row));
  }
  const { scale } = lenses.surprisal;
  if (scale.kind !== 'heat') throw new Error('no heat');
  expect(found).toEqual(measuredBounds(scale, values));
  expect(found).not.toBeNull();
});

test('is none for other lenses, too little text, and models of servers', async () => {
  const { model, passes } = opened();
  for (const lens of ['features', 'tokens', 'bytes', 'pinned', 'difference'] as const)
    expect(await measureScale(model, passes, { lens, texts: TEXTS, screen }, signal)).toBeNull();
  const few = { lens: 'surprisal', texts: [TEXTS[1]!], screen } as const;
  expect(await measureScale(model, passes, few, signal)).toBeNull();
  const remote = opened({ givesLogprobs: true });
  const all = { lens: 'surprisal', texts: TEXTS, screen } as const;
  expect(await measureScale(remote.model, remote.passes, all, signal)).toBeNull();
});

test('throws when it is aborted', async () => {
  const { model, passes } = opened();
  const aborted = AbortSignal.abort();
  const all = { lens: 'surprisal', texts: TEXTS, screen } as const;
  await expect(measureScale(model, passes, all, aborted)).rejects.toThrow(Cancelled);
});

test('begins each text when nothing is computed for the screen', async () => {
  const events: string[] = [];
  const { model, passes } = opened({
    score: async request => {
      events.push('sample');
      // As it looks at the first sample, somebody opens a text.
      if (events.length === 1) void busy.add(painted);
      return steppedBackend(BYTE_VOCAB, 1, async () => {}).score(request);
    },
  });
  const busy = new UnderWay();
  let paint = () => {};
  const painted = new Promise<void>(resolve => {
    paint = () => {
      events.push('screen');
      resolve();
    };
  });
  const short = ['const a = 1;\n', 'let b = a + 2;\n'];
  const found = measureScale(
    model,
    passes,
    { lens: 'surprisal', texts: short, screen: busy },
    signal,
  );
  // Longer than the second sample would take, were it not waiting.
  for (let i = 0; i < 200; i++) await Promise.resolve();
  await new Promise(resolve => setImmediate(resolve));
  expect(events).toEqual(['sample']);
  paint();
  await found;
  expect(events).toEqual(['sample', 'screen', 'sample']);
});
