// Requests that take turns, in any order of their ends.
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Cancelled } from '../../src/core/errors';
import { Turns } from '../../src/engine/turns';
import { seedOr } from '../support/seed';
import { randomOf } from '../support/toys';

test('one runs at a time, in the order of asking, whatever fails', async () => {
  const random = randomOf(seedOr(1));
  const turns = new Turns();
  const [begun, ended]: [number[], number[]] = [[], []];
  let running = 0;
  const asked = Array.from({ length: 12 }, (_, i) => {
    const fails = random() < 0.3;
    const done = turns.take(async () => {
      begun.push(i);
      expect(++running).toBe(1);
      await setTimeout(random() * 3);
      running--;
      if (fails) throw new Error(`no ${i}`);
      return i;
    });
    const seen = done.then(
      value => expect([fails, value]).toEqual([false, i]),
      (error: Error) => expect([fails, error.message]).toEqual([true, `no ${i}`]),
    );
    return seen.then(() => ended.push(i));
  });
  await Promise.all(asked);
  const all = Array.from(asked, (_, i) => i);
  expect([begun, ended]).toEqual([all, all]);
});

test('one that is cancelled while it waits is not begun, and the next one is', async () => {
  const turns = new Turns();
  const controller = new AbortController();
  let ends = () => {};
  const first = turns.take(() => new Promise<void>(resolve => (ends = resolve)));
  let isBegun = false;
  const waiting = turns.take(async () => void (isBegun = true), controller.signal);
  const last = turns.take(async () => 'last', new AbortController().signal);
  await setTimeout(1);
  controller.abort();
  ends();
  await first;
  await expect(waiting).rejects.toThrow(Cancelled);
  expect([await last, isBegun]).toEqual(['last', false]);
});
