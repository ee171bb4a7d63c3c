import { expect, test } from 'vitest';
import { tokenPlace } from '../../src/core/tokenPlace';

test('tokens count from 0, those of a trace from what the model wrote', () => {
  expect(tokenPlace(0, 12)).toBe('index 0 of 12 tokens, from 0');
  expect(tokenPlace(11, 12)).toBe('index 11 of 12 tokens, from 0');
  expect(tokenPlace(5, 12, 5)).toBe('index 0 of the trace’s 7 tokens, from 0');
  expect(tokenPlace(4, 12, 5)).toBe('in the question');
});
