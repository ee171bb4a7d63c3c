// A pass that is cancelled at any step of the model, and the next one over the same text.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Cancelled } from '../../../src/core/errors';
import type { Backend } from '../../../src/engine/models/backend';
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

test('a server that scores no parts is sent the whole window at once', async () => {
  const read = readModelFolder(writeModelFolder(folder, { graph: false, context: CONTEXT }));
  const asked = async (givesLogprobs: boolean) => {
    const sizes: number[] = [];
    const stepped = steppedBackend(BYTE_VOCAB, 1, async () => {});
    const backend: Backend = {
      ...stepped,
      givesLogprobs,
      score: (request, ...more) => {
        sizes.push(request.until ?? request.targets.length);
        return stepped.score(request, ...more);
      },
    };
    const document = new Document('seen', 1, TEXT.slice(0, CONTEXT));
    const visible = [{ utf16Start: 0, utf16End: 4 }];
    const { signal } = new AbortController();
    const run = { visible, maxTokens: Infinity, signal, onScored: () => {} };
    await scoreTokens(new Model(read, backend, CONTEXT), document, run);
    return sizes.length;
  };
  expect(await asked(true)).toBe(1);
  // On this machine what is visible comes first.
  expect(await asked(false)).toBe(2);
});
