// Scripts in a thread of their own: what they return, how they end, and that nothing of them is left.
import { getEventListeners } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Cancelled, UserError } from '../../src/core/errors';
import { runPattern } from '../../src/engine/patternThread';

const WORDS = { what: 'The pattern', where: 'in its place' };
const run = (script: string, signal = new AbortController().signal) =>
  runPattern<unknown>(script, 'b+', ['abb', 'c'], WORDS, signal);
const timers = () => process.getActiveResourcesInfo().filter(each => each === 'Timeout').length;

test('a script has the pattern and the texts, and returns what can be copied', async () => {
  const { signal } = new AbortController();
  const before = timers();
  expect(await run('return { pattern, texts };', signal)).toEqual({
    pattern: 'b+',
    texts: ['abb', 'c'],
  });
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  expect(timers()).toBeLessThanOrEqual(before);
  const found = await run('return texts.map(text => new RegExp(pattern).exec(text)?.index);');
  expect(found).toEqual([1, undefined]);
});

test('a pattern that is none is the user’s to mend, another error is a defect', async () => {
  const invalid = run("new RegExp('(');");
  await expect(invalid).rejects.toThrow(UserError);
  await expect(invalid).rejects.toThrow(/^The pattern is not valid \(.*\): in its place\.$/);
  const other = run('null.length;');
  await expect(other).rejects.toThrow(/null/);
  await expect(other).rejects.not.toThrow(UserError);
});

test.each(['is cancelled', 'takes too long'])('a script that %s runs no more', async why => {
  const counter = new Int32Array(new SharedArrayBuffer(4));
  const controller = new AbortController();
  // Copied to the thread as the texts are; its memory is shared.
  const texts = [counter] as unknown as string[];
  const endless = 'for (;;) Atomics.add(texts[0], 0, 1);';
  const running = runPattern(endless, '', texts, WORDS, controller.signal);
  running.catch(() => {});
  while (Atomics.load(counter, 0) === 0) await setTimeout(5);
  if (why === 'is cancelled') {
    controller.abort();
    await expect(running).rejects.toThrow(Cancelled);
  } else
    await expect(running).rejects.toThrow(/^The pattern took more than 2 seconds\. .* place\.$/);
  const counted = Atomics.load(counter, 0);
  await setTimeout(50);
  expect(Atomics.load(counter, 0)).toBe(counted);
});

test('a request that was withdrawn before starts nothing', async () => {
  await expect(run('return 1;', AbortSignal.abort())).rejects.toThrow(Cancelled);
});
