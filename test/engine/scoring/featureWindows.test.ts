// What is remembered of a feature while windows are encoded, by a stub of a model that knows every number.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { rowsOf } from '../../../src/core/sae/sparseRows';
import { Document } from '../../../src/engine/documents/document';
import type { Model } from '../../../src/engine/models/model';
import { OpenedSae } from '../../../src/engine/sae/openedSae';
import { FeatureWindows } from '../../../src/engine/scoring/featureWindows';
import { encodingModel } from '../../support/encodingModel';
import { writeSae } from '../../support/saes';

const FEATURE = 5;

test.each([1, 3])('no masked token sets the highest value, %i tokens at a time', async size => {
  const folder = mkdtempSync(join(tmpdir(), 'tokenscope-windows-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const opened = OpenedSae.open(writeSae(folder));
  // [token]; the first one is masked.
  const values = [3000, 12, 7];
  const encode: Model['encode'] = async (_ids, from, _signal, onRows, asked) => {
    for (let token = from; token < asked!.until!; token += size) {
      const own = values.slice(token, token + size);
      const none = new Float32Array(own.length);
      onRows?.({
        ...rowsOf(own.map(value => [[FEATURE, value]])),
        norms: none,
        errors: none,
        activations: none,
      });
    }
    return {
      ...rowsOf([]),
      norms: new Float32Array(),
      errors: new Float32Array(),
      activations: new Float32Array(),
    };
  };
  const model = encodingModel(encode);
  const document = new Document('', 0, 'aab');
  const { signal } = new AbortController();
  const run = { visible: [], maxTokens: Infinity, signal, onScored: () => {} };
  expect(await new FeatureWindows(opened, model).run(document, run)).toBe(values.length);
  expect(opened.maxOf(FEATURE)).toBe(12);
});
