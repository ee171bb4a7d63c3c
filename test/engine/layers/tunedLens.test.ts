// The ladder through a tuned lens, beside PyTorch in float64 (made by training/golden/tuned_lens.py).
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultLayerOptions } from '../../../src/core/layers/layerPasses';
import type { TunedLens } from '../../../src/core/layers/readings';
import { Document } from '../../../src/engine/documents/document';
import { layerPassesOf } from '../../../src/engine/layers/layerPasses';
import { layersAt } from '../../../src/engine/layers/layersAt';
import { readTunedLens } from '../../../src/engine/layers/tunedLensFolder';
import { Model } from '../../../src/engine/models/model';
import { RuntimeClient } from '../../../src/engine/onnx/session/runtimeClient';
import { bundleEngine } from '../../support/engineBundle';
import { writeTunedLens } from '../../support/tunedLens';

interface Golden {
  /** The start token first. */
  ids: number[];
  targets: number[];
  /** [layer][token] */
  lens: { top: number[][]; topLogprob: number[][]; logprob: number[][] };
  /** [layer but the last]: nats from the model's own prediction. */
  divergence: { logit: number; tuned: number }[];
}

const root = join(import.meta.dirname, '../../..');
const folder = join(root, 'test/golden/tuned-lens');
const golden = JSON.parse(readFileSync(join(folder, 'golden.json'), 'utf8')) as Golden;
const LAYERS = 5;
const WIDTH = 64;
const VOCABULARY = 512;
const rows = golden.ids.length;
const { signal } = new AbortController();
const whole = { parts: ['ladder', 'attention'], nearShare: 0.1 } as const;
const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-tuned-'));
let model: Model;
/** The same in a folder with a lens. */
let own: Model;
const lens = readTunedLens(folder);

beforeAll(async () => {
  const runtime = join(await bundleEngine(), 'runtime.js');
  const open = (path: string) => Model.open(path, 512, () => new RuntimeClient(runtime));
  const plain = join(root, 'models/stories260K');
  const copy = join(scratch, 'stories');
  cpSync(plain, copy, { recursive: true });
  cpSync(folder, join(copy, 'tuned-lens'), { recursive: true });
  [model, own] = await Promise.all([open(plain), open(copy)]);
});
afterAll(() => {
  model.dispose();
  own.dispose();
  rmSync(scratch, { recursive: true });
});

const ids = Uint32Array.from(golden.ids.slice(1));
const ladderOf = (topK: number, by?: TunedLens) =>
  model.readLayers(ids, { kind: 'ladder', topK, ...(by && { lens: by }) }, signal);
/** [row, layer] of [layer][row]. */
const flat = (all: number[][]) =>
  Array.from({ length: rows * LAYERS }, (_, i) => all[i % LAYERS]![Math.floor(i / LAYERS)]!);
const apart = (found: ArrayLike<number>, expected: readonly number[]) =>
  expected.reduce((most, value, i) => Math.max(most, Math.abs(value - found[i]!)), 0);

describe('the ladder', () => {
  test('has what PyTorch reads through the same translators', async () => {
    const ladder = await ladderOf(1, lens);
    expect(ladder.layers).toBe(LAYERS);
    expect([...ladder.topIds]).toEqual(flat(golden.lens.top));
    expect(apart(ladder.topLogprobs, flat(golden.lens.topLogprob))).toBeLessThan(5e-5);
    // The last token has no next one: what is asked there is a placeholder.
    const asked = flat(golden.lens.logprob).slice(0, -LAYERS);
    expect(apart(ladder.logprobs, asked)).toBeLessThan(5e-5);
  });

  test('has the same bits as the logit lens where nothing is added, and after the last layer', async () => {
    const zeros = {
      ...lens,
      translators: lens.translators.map(() => ({
        weight: new Float32Array(WIDTH * WIDTH),
        bias: new Float32Array(WIDTH),
      })),
    };
    const logit = await ladderOf(3);
    expect(await ladderOf(3, zeros)).toEqual(logit);
    const tuned = await ladderOf(3, lens);
    expect(tuned.logprobs).not.toEqual(logit.logprobs);
    const last = (all: Float32Array) => all.filter((_, i) => i % LAYERS === LAYERS - 1);
    expect(last(tuned.logprobs)).toEqual(last(logit.logprobs));
  });

  test('is nearer to the model than by the logit lens, in every layer', async () => {
    const divergenceOf = async (by?: TunedLens) => {
      const { topIds, topLogprobs } = await ladderOf(VOCABULARY, by);
      const logprobs = new Float64Array(topLogprobs.length);
      topIds.forEach((id, i) => (logprobs[i - (i % VOCABULARY) + id] = topLogprobs[i]!));
      return Array.from({ length: LAYERS - 1 }, (_, layer) => {
        let sum = 0;
        for (let row = 0; row < rows; row++) {
          const at = (rung: number) => (row * LAYERS + rung) * VOCABULARY;
          for (let id = 0; id < VOCABULARY; id++) {
            const target = logprobs[at(LAYERS - 1) + id]!;
            sum += Math.exp(target) * (target - logprobs[at(layer) + id]!);
          }
        }
        return sum / rows;
      });
    };
    const [logit, tuned] = [await divergenceOf(), await divergenceOf(lens)];
    for (const [layer, expected] of golden.divergence.entries()) {
      expect(logit[layer]).toBeCloseTo(expected.logit, 4);
      expect(tuned[layer]).toBeCloseTo(expected.tuned, 4);
      expect(tuned[layer]).toBeLessThan(logit[layer]! / 1.5);
    }
  });
});

describe('a text', () => {
  const text = 'Once upon a time, there was a little girl named Lily.';
  /** They remember what they read. */
  const ofModel = layerPassesOf(() => model).exitDepth;
  const ofOwn = layerPassesOf(() => own).exitDepth;
  const values = async (by: Model, tunedLens = '') => {
    const document = new Document('text', 1, text);
    const layers = { ...defaultLayerOptions, tunedLens };
    const pass = by === model ? ofModel : ofOwn;
    const run = { visible: [], maxTokens: Infinity, whole: true, signal, onScored: () => {} };
    const done = await pass.run(document, { ...run, layers });
    if ('refused' in done) return done.refused;
    return pass.columns(document, { first: 0, end: pass.total(document) }, { layers })!.scores;
  };

  test('is read by the lens that is named, or that is in the folder of the model', async () => {
    const plain = await values(model);
    const named = await values(model, folder);
    expect(named).not.toEqual(plain);
    expect(await values(own)).toEqual(named);
    expect(await values(model)).toEqual(plain);
  });

  test('names the lens of its ladder', async () => {
    expect([model.info.tunedLens, own.info.tunedLens]).toEqual([undefined, 'stories260K']);
    const nameOf = async (by: Model) => {
      const found = await layersAt(by, new Document('at', 1, text), 20, whole, signal);
      return found?.ladder && 'rungs' in found.ladder ? found.ladder.tunedLens : undefined;
    };
    expect([await nameOf(model), await nameOf(own)]).toEqual([null, 'stories260K']);
  });

  test('is refused where the lens is of another model', async () => {
    const short = writeTunedLens(scratch, { layers: 4 });
    const narrow = writeTunedLens(scratch, { width: 32 });
    expect(await values(model, short)).toBe(
      `${short} is a tuned lens for a model of 4 layers; the open model has 5`,
    );
    expect(await values(model, narrow)).toBe(
      `${narrow} is a tuned lens for a model of width 32; the open model has width 64`,
    );
    expect(await values(model, join(scratch, 'nowhere'))).toContain('Tuned lens not found');
  });
});
