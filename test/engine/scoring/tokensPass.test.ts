// A pass that is cancelled at any step of the model, and the next one over the same text.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Cancelled } from '../../../src/core/errors';
import { Document } from '../../../src/engine/documents/document';
import { Model } from '../../../src/engine/models/model';
import { readModelFolder } from '../../../src/engine/models/modelFolder';
import { scoreTokens } from '../../../src/engine/scoring/tokensPass';
import { BYTE_VOCAB, writeModelFolder } from '../../support/modelFolder';
import { steppedBackend } from '../../support/steppedBackend';

const CONTEXT = 16;
const TEXT = 'const a = 1;\nconst b = a;\nb';
const folder = mkdtempSync(join(tmpdir(), 'tokenscope-pass-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a pass that is cancelled anywhere leaves what the next one completes', async () => {
  const read = readModelFolder(writeModelFolder(folder, { graph: false, context: CONTEXT }));
  let onStep = () => {};
  const step = async () => onStep();
  const opened = () => new Model(read, steppedBackend(BYTE_VOCAB, 1, step), CONTEXT);
  const pass = { visible: [], maxTokens: Infinity, onScored: () => {} };
  const scored = async (model: Model, document: Document) => {
    const known = await scoreTokens(model, document, {
      ...pass,
      signal: new AbortController().signal,
    });
    expect(known).toBe(TEXT.length);
    return document.scoresOf(0, TEXT.length);
  };
  let steps = 0;
  onStep = () => steps++;
  const fresh = await scored(opened(), new Document('fresh', 1, TEXT));
  expect(steps).toBeGreaterThan(5);
  for (let last = 1; last <= steps; last++) {
    const model = opened();
    const document = new Document('cancelled', 1, TEXT);
    const controller = new AbortController();
    let left = last;
    onStep = () => --left === 0 && controller.abort();
    const { signal } = controller;
    await expect(scoreTokens(model, document, { ...pass, signal })).rejects.toThrow(Cancelled);
    onStep = () => {};
    // Of the same text as another document, too, for which windows are remembered.
    expect(await scored(model, new Document('other', 1, TEXT))).toEqual(fresh);
    expect(await scored(model, document)).toEqual(fresh);
  }
});
