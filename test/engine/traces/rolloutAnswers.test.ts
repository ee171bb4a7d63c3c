// What counts as right in rollouts, by a model whose continuations a test writes.
import { describe, expect, test } from 'vitest';
import { answerOfTarget } from '../../../src/core/traces/answers/finalAnswer';
import { branchFrom, rollOut } from '../../../src/engine/traces/rollouts';
import { rolloutProblem } from '../../../src/engine/traces/rolloutProblem';
import type { RolloutOptions } from '../../../src/protocol/traces';
import { scriptedModel, tokensOf } from '../../support/scriptedModel';

const { signal } = new AbortController();
const OPTIONS: RolloutOptions = {
  rollouts: 4,
  temperature: 1,
  topP: 1,
  seed: 1,
  maxTokens: 50,
  pattern: '',
  whole: false,
};
const QUESTION = 'q\n';

async function roll(
  write: (prefix: string) => readonly string[],
  options: Partial<RolloutOptions> = {},
) {
  const all = { ...OPTIONS, ...options };
  const { model } = scriptedModel(write);
  const text = { before: tokensOf(QUESTION), ids: tokensOf('ab') };
  const found = await rollOut(model, text, all, { signal, onPoint() {} });
  return { ...found, problem: rolloutProblem(found.points, found.target, all) };
}

const isWhole = (prefix: string) => prefix === `${QUESTION}ab`;

describe('a rollout', () => {
  test('that did not end is not right, although its text says the right answer', async () => {
    const write = () => ['\n#### 4', '\n#### 4…', '\n#### 5', '\n#### 4'];
    const { points } = await roll(write, { target: '4' });
    expect(points.map(({ right, rollouts }) => [right, rollouts])).toEqual([
      [2, 4],
      [2, 4],
    ]);
    expect(points[0]!.answers).toEqual([
      { text: '4', count: 2 },
      { text: '5', count: 1 },
    ]);
    const pattern = await roll(write, { target: '4', pattern: '#### (.*)' });
    expect(pattern.points[0]!.right).toBe(2);
    const checker = [process.execPath, '-e', ''];
    expect((await roll(write, { checker })).points[0]!.right).toBe(3);
  });

  test('is compared with a whole solution by its answer', async () => {
    const { points, target } = await roll(() => ['\n#### 4 apples', '\n\\boxed{4}'], {
      target: 'Two and two.\n#### 4',
    });
    expect(target).toBe('4');
    expect(points.every(({ right, rollouts }) => right === rollouts)).toBe(true);
  });

  test('of a branch is compared in the same way', async () => {
    const { model } = scriptedModel(() => ['\n#### 4', '\n#### 4…', '\n#### 5', '\n\\boxed{4}']);
    const text = { before: tokensOf(QUESTION), ids: tokensOf('ax') };
    const target = 'So it is 4.\n#### 4';
    const found = await branchFrom(model, text, { ...OPTIONS, target }, signal);
    expect(found).toMatchObject({ right: 2, rollouts: 4, target: answerOfTarget(target) });
  });
});

describe('without a right answer', () => {
  test('the most frequent answer from before the trace is the target', async () => {
    const { points, target, problem } = await roll(prefix =>
      isWhole(prefix) ? ['\n#### 9'] : ['\n#### 7', '\n#### 8', '\n#### 7.0', '\n#### 9'],
    );
    expect(target).toBe('7');
    expect(points.map(({ right }) => right)).toEqual([2, 2, 0]);
    expect(problem).toBeNull();
  });

  test('and no answer from before the trace, none of a later prefix takes its place', async () => {
    const { points, target, problem } = await roll(prefix =>
      isWhole(prefix) ? ['\n#### 9'] : ['\n#### 9…'],
    );
    expect(target).toBeNull();
    expect(points.map(({ right }) => right)).toEqual([0, 0, 0]);
    expect(problem).toMatch(/no rollout from before the trace gave an answer within 50 tokens/);
  });

  test('and no answer anywhere, the problem says so', async () => {
    const { problem } = await roll(() => ['\nhm']);
    expect(problem).toMatch(/no rollout from any prefix gave an answer/);
  });
});

describe('where no rollout is right although the file says right', () => {
  test('the problem is how the answers are written', async () => {
    const wrong = () => ['\n#### four', '\n#### vier'];
    const { problem } = await roll(wrong, { target: '4', isRight: true });
    expect(problem).toBe(
      "no rollout's answer matches, although the file marks the trace as right. The answers may be written differently (right: 4; rollouts: four, vier)",
    );
    expect((await roll(wrong, { target: '4', isRight: false })).problem).toBeNull();
    expect((await roll(wrong, { target: '4' })).problem).toBeNull();
  });

  test('or that none ended, or the checker', async () => {
    const { problem } = await roll(() => ['x…'], { target: '4', isRight: true });
    expect(problem).toMatch(/no rollout gave an answer within 50 tokens, although/);
    const checker = [process.execPath, '-e', 'process.exit(1)'];
    expect((await roll(() => ['x'], { checker, isRight: true })).problem).toMatch(/the checker/);
  });

  test('there is none where one prefix leads to the right answer', async () => {
    const { problem } = await roll(prefix => (isWhole(prefix) ? ['\n#### 4'] : ['\n#### 5']), {
      target: '4',
      isRight: true,
    });
    expect(problem).toBeNull();
  });
});
