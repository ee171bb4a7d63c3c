// `tokenscope trace` as a process: its JSON, and one clear line with exit code 2 for bad input.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readLines, root, run, setUpCommandLine } from './support';

setUpCommandLine();

test('trace lists the traces of a file, and one of them token by token', () => {
  const file = join(root, 'samples/traces.jsonl');
  const [first] = readLines(['trace', file]);
  expect(first).toMatchObject({ target: '82', isRight: false, steps: 4 });
  const base = join(root, 'models/reasoner/base');
  const tokens = readLines(['trace', file, '--sample', '1', '--model', base]);
  expect(tokens.at(-1).byteEnd).toBe(first.bytes);
  expect(tokens[0].byteStart).toBe(0);
  for (const { surprisal, ratio, divergence, contrast, gap } of tokens) {
    expect(gap).toBeGreaterThanOrEqual(0);
    expect(surprisal).toBeGreaterThanOrEqual(0);
    expect(divergence).toBeGreaterThanOrEqual(0);
    expect(contrast).toBeGreaterThanOrEqual(ratio - 1e-6);
  }
});

test('trace says what is wrong with a file, a sample or a pair', () => {
  const file = join(root, 'samples/traces.jsonl');
  for (const [args, words] of [
    [[file, '--sample', '9'], /no trace "9": the file has 4/],
    [[file, '--sample', '1'], /no log-probabilities.*--model/],
    [[join(root, 'package.json')], /holds no reasoning trace/],
    [[file, '--positive', 'x'], /need --model/],
  ] as const) {
    const { code, err } = run(['trace', ...args]);
    expect([code, words.test(err)]).toEqual([2, true]);
  }
});
