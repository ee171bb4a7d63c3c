// Perturbations of the embeddings that were fitted in PyTorch to force what follows (training/steering), replayed through
// the steering input.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Model } from '../../../src/engine/models/model';
import { RuntimeClient } from '../../../src/engine/onnx/session/runtimeClient';
import { bundleEngine } from '../../support/engineBundle';
import { root } from '../../support/paths';
import { randomSae } from '../../support/saes';

interface Replay {
  /** Ids after the start token. */
  text: number[];
  targets: number[];
  norm: number;
  rows: number;
  /** float32 [rows, hidden] in base64, for the first tokens of the text. */
  steer: string;
  argmax: number[];
  logprobs: number[];
  plainArgmax: number[];
  plainLogprobs: number[];
  forcedByHalf: number;
}

const golden = JSON.parse(readFileSync(join(root, 'test/golden/steering.json'), 'utf8')) as {
  sha256: string;
  hook: string;
  measured: {
    controlled: Record<string, number[]>;
    kappa: number;
    error: number;
    chi: number;
    choices: number;
    norms: Record<string, number[]>;
  };
  replays: Replay[];
};
const HIDDEN = 256;
const { signal } = new AbortController();
let model: Model;

beforeAll(async () => {
  const runtime = join(await bundleEngine(), 'runtime.js');
  model = await Model.open(join(root, 'models/coder'), 1024, () => new RuntimeClient(runtime));
  // Only where it reads matters: there the steering input is added.
  await model.openSae(randomSae({ hook: golden.hook, width: HIDDEN }));
});
afterAll(() => model.dispose());

/** Likeliest tokens and log-probabilities at the targets, with the perturbation times a factor. */
async function scored({ text, targets, steer, rows }: Replay, factor: number) {
  const bytes = Buffer.from(steer, 'base64');
  const ids = Uint32Array.of(...text, ...targets);
  const whole = new Float32Array(ids.length * HIDDEN);
  for (let i = 0; i < rows * HIDDEN; i++) whole[i] = factor * bytes.readFloatLE(4 * i);
  const scores = await model.scoreSteered(ids, whole, 1, signal);
  // A row is about the token after it.
  const [from, to] = [text.length - 1, ids.length - 1];
  return {
    argmax: [...scores.topIds.subarray(from, to)],
    logprobs: [...scores.logprobs.subarray(from, to)],
    norm: Math.hypot(...whole),
  };
}

const furthest = (found: readonly number[], wanted: readonly number[]) =>
  Math.max(...wanted.map((value, i) => Math.abs(value - found[i]!)));

test('the weights are those that the perturbations were fitted to', () => {
  const bytes = readFileSync(join(root, 'models/coder/model.safetensors'));
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(golden.sha256);
});

describe.each(
  golden.replays.map(each => [each.rows, each.norm, each.targets.length, each] as const),
)('%i tokens perturbed by a norm of %d, %i forced', (_rows, _norm, count, replay) => {
  test('every target is the likeliest token, as likely as in PyTorch', async () => {
    const { argmax, logprobs, norm } = await scored(replay, 1);
    expect(norm).toBeCloseTo(replay.norm, 3);
    expect(argmax).toEqual(replay.targets);
    expect(argmax).toEqual(replay.argmax);
    expect(logprobs).toHaveLength(count);
    expect(furthest(logprobs, replay.logprobs)).toBeLessThan(1e-4);
  });

  test('without it none is, as in PyTorch', async () => {
    const { argmax, logprobs } = await scored(replay, 0);
    expect(argmax).toEqual(replay.plainArgmax);
    expect(argmax.filter((id, i) => id === replay.targets[i])).toEqual([]);
    expect(furthest(logprobs, replay.plainLogprobs)).toBeLessThan(1e-4);
  });

  test('half of it forces fewer', async () => {
    const { argmax } = await scored(replay, 0.5);
    const wrong = argmax.findIndex((id, i) => id !== replay.targets[i]);
    expect(wrong).toBe(replay.forcedByHalf);
    expect(wrong).toBeLessThan(count);
  });
});

test('the law and the resistance are those of the points', () => {
  const { controlled, kappa, error, chi, choices } = golden.measured;
  const points = Object.entries(controlled).flatMap(([a, all]) => all.map(t => [Number(a), t]));
  const sum = (of: (a: number, t: number) => number) =>
    points.reduce((total, [a, t]) => total + of(a!, t!), 0);
  const squares = (slope: number) => sum((a, t) => (t - slope * a) ** 2);
  // The least sum of squares: no slope nearby has a smaller one, and it grows by the error's share as chi-squared does.
  for (const step of [-1e-3, 1e-3]) expect(squares(kappa + step)).toBeGreaterThan(squares(kappa));
  const spread = squares(kappa) / (points.length - 1);
  expect(squares(kappa + error) - squares(kappa)).toBeCloseTo(spread, 2);
  expect(chi).toBeCloseTo((HIDDEN * 16) / (kappa * Math.log2(choices)), 3);
});

test('more tokens force more, and a smaller norm no more', () => {
  const mean = (all: number[]) => all.reduce((sum, t) => sum + t, 0) / all.length;
  for (const series of [golden.measured.controlled, golden.measured.norms]) {
    const means = Object.entries(series)
      .sort(([x], [y]) => Number(x) - Number(y))
      .map(([, all]) => mean(all));
    expect(means).toEqual([...means].sort((x, y) => x - y));
    expect(means.at(-1)).toBeGreaterThan(2 * means[0]!);
  }
});
