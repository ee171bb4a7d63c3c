import { expect, test } from 'vitest';
import { joinIds } from '../../src/core/joinIds';

test('parts are joined in their order, also those of a long context', () => {
  expect(joinIds()).toEqual(new Uint32Array());
  expect(joinIds([1], Uint32Array.of(2, 3), [])).toEqual(Uint32Array.of(1, 2, 3));
  const long = Uint32Array.from({ length: 300_000 }, (_, i) => i);
  expect(joinIds(long, [7])).toHaveLength(300_001);
});
