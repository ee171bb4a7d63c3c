import { expect, test } from 'vitest';
import { AnswerOrder } from '../../../src/editor/ui/answerOrder';

test('an answer counts unless a later request has been answered', () => {
  const order = new AnswerOrder();
  const [first, second, third] = [order.ask(), order.ask(), order.ask()];
  expect(second()).toBe(true);
  expect(first()).toBe(false);
  expect(second()).toBe(true);
  expect(third()).toBe(true);
  expect([first(), second()]).toEqual([false, false]);
  expect(order.ask()()).toBe(true);
});
