// Rollouts of the built-in base model beside those of PyTorch, and the user's own checker.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Model } from '../../../src/engine/models/model';
import { engineServer } from '../../../src/engine/server';
import { passesChecker } from '../../../src/engine/traces/checker';
import { drawToken } from '../../../src/core/traces/drawToken';
import { RuntimeClient } from '../../../src/engine/onnx/session/runtimeClient';
import type { BranchView, RolloutOptions, RolloutView } from '../../../src/protocol/traces';
import { Cancelled } from '../../../src/core/errors';
import { bundleEngine } from '../../support/engineBundle';
import { seedOr } from '../../support/seed';
import { randomOf } from '../../support/toys';

const { traces } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../golden/reasoning/traces.json'), 'utf8'),
) as {
  traces: {
    problem: string;
    trace: string;
    answer: number;
    critical?: number;
    successes?: number[];
  }[];
};
const [golden] = traces.filter(({ successes, critical }) => successes && critical !== null);
const { problem, trace, answer, successes, critical } = golden!;
const { signal } = new AbortController();
const OPTIONS: RolloutOptions = {
  rollouts: 24,
  temperature: 1,
  topP: 1,
  seed: 1,
  maxTokens: 120,
  pattern: '',
  whole: false,
  target: String(answer),
};
const START = problem.length + 1;

let bundle: string;
let documents: ReturnType<typeof engineServer>;
/** Called when the rollouts of a prefix are done. */
let onRolled = () => {};
beforeAll(async () => {
  bundle = await bundleEngine();
  documents = engineServer(
    Model.opener(() => new RuntimeClient(join(bundle, 'runtime.js'))),
    name => {
      if (name === 'rolling') onRolled();
    },
  );
  await openAnew();
  const text = `${problem}\n${trace}`;
  await documents.setDocument({ uri: 'a', version: 1, text }, signal);
});
afterAll(async () => {
  const folder = join(import.meta.dirname, '../../../models/stories260K');
  await documents.openModel({ folder, contextLimit: 64 }, signal);
});

/** With nothing kept of what was done before. */
async function openAnew(): Promise<void> {
  const folder = join(import.meta.dirname, '../../../models/reasoner/base');
  await documents.openModel({ folder, contextLimit: 512 }, signal);
}

const rollOut = async (options: Partial<RolloutOptions> = {}, stop = signal) =>
  (await documents.rollOut(
    { uri: 'a', version: 1, start: START, options: { ...OPTIONS, ...options } },
    stop,
  )) as RolloutView;

describe('rollouts', () => {
  test('reach the right answer as often as in PyTorch, and fall at the same token', async () => {
    const { points, falls, isSuccess, target } = await rollOut();
    expect([isSuccess, target]).toEqual([true, String(answer)]);
    expect(points.length).toBeLessThan(successes!.length / 2);
    let squares = 0;
    for (const { token, right, rollouts } of points) {
      const [share, expected] = [right / rollouts, successes![token + 1]! / 64];
      // Two samples of one share: their difference, in standard errors of the pooled share.
      const pooled = (right + successes![token + 1]!) / (rollouts + 64);
      const error = Math.sqrt(pooled * (1 - pooled) * (1 / rollouts + 1 / 64));
      if (error > 0) squares += ((share - expected) / error) ** 2;
    }
    // Chi-squared with that many degrees of freedom: its mean and four standard deviations.
    expect(squares).toBeLessThan(points.length + 4 * Math.sqrt(2 * points.length));
    const found = falls.find(({ kind }) => kind === 'critical')!;
    expect(Math.abs(found.token - critical!)).toBeLessThanOrEqual(1);
    expect(falls.some(({ kind }) => kind === 'cliff')).toBe(true);
  });

  test('are the same for the same seed, and stop when cancelled', async () => {
    const few = { rollouts: 4, maxTokens: 60 };
    const rolledAnew = async () => {
      await openAnew();
      return (await rollOut(few)).points;
    };
    expect(await rolledAnew()).toEqual(await rolledAnew());
    const controller = new AbortController();
    let prefixes = 0;
    onRolled = () => {
      prefixes++;
      controller.abort();
    };
    await expect(rollOut({ rollouts: 8, seed: 2 }, controller.signal)).rejects.toThrow(Cancelled);
    onRolled = () => {};
    // Of another seed: what is remembered is not done again.
    expect(prefixes).toBe(1);
  });

  test('without a right answer count agreement with the most frequent one', async () => {
    const { target: _, ...rest } = OPTIONS;
    const { isSuccess, target, points } = (await documents.rollOut(
      { uri: 'a', version: 1, start: START, options: { ...rest, rollouts: 8 } },
      signal,
    )) as RolloutView;
    expect(isSuccess).toBe(false);
    expect(points[0]!.answers[0]!.text).toBe(target);
    expect(points[0]!.right).toBe(points[0]!.answers[0]!.count);
  });

  test('after another token can reach the right answer', async () => {
    // In place of the token from which no rollout recovers: the model's likeliest other token.
    const view = await documents.view(
      { uri: 'a', version: 1, range: { utf16Start: START, utf16End: 1e9 }, maxTokens: 1e6 },
      signal,
    );
    const row = critical!;
    const options = { ...OPTIONS, rollouts: 12 };
    await documents.score(
      { passes: ['tokens'], uri: 'a', version: 1, visible: [], maxTokens: Infinity },
      signal,
    );
    const { scores, ids } = await documents.view(
      { uri: 'a', version: 1, range: { utf16Start: START, utf16End: 1e9 }, maxTokens: 1e6 },
      signal,
    );
    const top = scores!.topIds.subarray(row * scores!.topK, (row + 1) * scores!.topK);
    const id = top.find(other => other !== ids[row])!;
    const found = (await documents.branch(
      { uri: 'a', version: 1, start: START, at: view.utf16Starts[row]!, id, options },
      signal,
    )) as BranchView;
    const before = trace.slice(0, view.utf16Starts[row]! - START);
    expect(found.text.startsWith(before)).toBe(true);
    expect(found.text).not.toBe(trace);
    expect(found.rollouts).toBe(12);
    expect(found.right).toBeGreaterThan(0);
  });
});

describe('a checker of the user’s own', () => {
  test('reads the text and reports by its exit code', async () => {
    const code =
      "let t='';process.stdin.on('data',d=>t+=d).on('end',()=>process.exit(t.includes('ok')?0:1))";
    const command = [process.execPath, '-e', code];
    expect(await passesChecker(command, 'all ok')).toBe(true);
    expect(await passesChecker(command, 'no')).toBe(false);
  });

  test('is stopped by a cancel', async () => {
    const controller = new AbortController();
    const begun = join(mkdtempSync(join(tmpdir(), 'tokenscope-checker-')), 'begun');
    const code = `require('fs').writeFileSync(${JSON.stringify(begun)}, ''); setInterval(() => {}, 1000)`;
    const never = [process.execPath, '-e', code];
    const asked = passesChecker(never, 'x', controller.signal);
    const ended = expect(asked).rejects.toThrow(Cancelled);
    await vi.waitUntil(() => existsSync(begun), 10_000);
    controller.abort();
    await ended;
    rmSync(dirname(begun), { recursive: true });
    await expect(passesChecker(never, 'x', controller.signal)).rejects.toThrow(Cancelled);
  });

  test('judges every rollout that ended, and its failure ends the rest', async () => {
    const few = { rollouts: 6, maxTokens: 60 };
    const { points, isSuccess } = await rollOut({ ...few, checker: [process.execPath, '-e', ''] });
    expect(isSuccess).toBe(true);
    // A rollout with an answer has ended; those that did not end within 60 tokens are not checked.
    for (const { right, answers } of points)
      expect(right).toBeGreaterThanOrEqual(answers.reduce((sum, { count }) => sum + count, 0));
    expect(points.some(({ right }) => right > 0)).toBe(true);
    const missing = await rollOut({ ...few, checker: ['no-such-program'] });
    expect(missing).toMatchObject({ refused: expect.stringContaining('no-such-program') });
  });

  test('that cannot be run says so', async () => {
    await expect(passesChecker(['no-such-program'], 'x')).rejects.toThrow(/cannot be run.*checker/);
  });
});

test('tokens are drawn as often as they are likely, those beyond top-p never', () => {
  const row = Float64Array.from([0.5, 0.3, 0.15, 0.05], Math.log);
  const random = randomOf(seedOr(5));
  const shares = (temperature: number, topP: number) => {
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 20_000; i++) counts[drawToken(row, { temperature, topP }, random)]!++;
    return counts.map(count => count / 20_000);
  };
  const near = (found: number[], expected: number[]) =>
    found.forEach((share, i) => expect(Math.abs(share - expected[i]!)).toBeLessThan(0.015));
  near(shares(1, 1), [0.5, 0.3, 0.15, 0.05]);
  near(shares(1, 0.75), [0.625, 0.375, 0, 0]);
  const squares = [0.25, 0.09, 0.0225, 0.0025].map(x => x / 0.365);
  near(shares(0.5, 1), squares);
});
