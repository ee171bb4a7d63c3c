// Progress in the status item: none of short work, and no gaps from key to key.
import { expect, test } from 'vitest';
import { HOLD_MS, SteadyProgress } from '../../../src/editor/overlay/steadyProgress';

const at = (scored: number) => ({ scored, total: 100 });

test('work that is done at once is not shown', () => {
  const steady = new SteadyProgress();
  expect(steady.shown(at(1), 0)).toBeUndefined();
  expect(steady.shown(at(90), 400)).toBeUndefined();
  expect(steady.shown(undefined, 450)).toBeUndefined();
});

test('stays from key to key, and goes a while after the last', () => {
  const steady = new SteadyProgress();
  steady.shown(at(1), 0);
  expect(steady.shown(at(20), 600)).toEqual(at(20));
  // A key: the work is cancelled, and the next begins.
  expect(steady.shown(undefined, 700)).toEqual(at(20));
  expect(steady.shown({ scored: 0, total: 0 }, 720)).toEqual(at(20));
  expect(steady.shown(at(5), 800)).toEqual(at(5));
  expect(steady.shown(undefined, 800 + HOLD_MS - 1)).toEqual(at(5));
  expect(steady.shown(undefined, 800 + HOLD_MS)).toBeUndefined();
  expect(steady.shown(at(6), 2000 + HOLD_MS)).toBeUndefined();
});

test('another text begins anew', () => {
  const steady = new SteadyProgress();
  steady.shown(at(1), 0);
  steady.shown(at(2), 600);
  steady.forget();
  expect(steady.shown(undefined, 610)).toBeUndefined();
});
