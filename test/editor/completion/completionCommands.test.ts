// The commands about completions: what each asks for, and that a calibration that was cancelled shows nothing.
import { expect, test } from 'vitest';
import { completionCommands } from '../../../src/editor/completion/completionCommands';
import type { Calibration } from '../../../src/editor/completion/calibrations';

let done: unknown[];
let found: Calibration | undefined;
/** Notes what is called on it. */
const noting = (answers: Record<string, () => unknown> = {}) =>
  new Proxy({} as never, {
    get:
      (_, name: string) =>
      async (...given: unknown[]) => {
        done.push([name, ...given]);
        return answers[name]?.();
      },
  });

async function run(command: string): Promise<unknown[]> {
  done = [];
  const calibrations = noting({ run: () => found });
  await completionCommands(noting(), calibrations, noting(), noting())[command]!();
  return done;
}

test('each command does what its name says', async () => {
  expect(await run('toggleCompletions')).toEqual([['toggle']]);
  expect(await run('explainCompletion')).toEqual([['explainLast']]);
  expect(await run('showCompletionEvents')).toEqual([['showEvents']]);
});

test('turned on there is a text to complete first', async () => {
  expect(await run('turnCompletionsOn')).toEqual([['showText'], ['turnOn']]);
});

test('a calibration is shown on a page once it is done', async () => {
  expect(await run('calibrateCompletions')).toEqual([['run']]);
  found = {
    model: 'coder',
    cuts: 50,
    files: 3,
    day: '2026-01-02',
    rows: [],
    inWords: [],
    chosen: { mode: 'psm', rollback: 'none', suffixFrom: 'cursor' },
  };
  expect(await run('calibrateCompletions')).toEqual([
    ['run'],
    ['show', 'completion calibration.txt', expect.stringContaining('Calibration of coder')],
  ]);
});
