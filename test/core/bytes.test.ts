import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { concatBytes, concatIds } from '../../src/core/bytes';
import { seedOr } from '../support/seed';

test('parts are put one behind the other, as Node does it', () => {
  const seed = seedOr(1);
  fc.assert(
    fc.property(fc.array(fc.uint8Array()), parts => {
      expect(Buffer.from(concatBytes(parts))).toEqual(Buffer.concat(parts));
    }),
    { seed },
  );
});

test('ids are joined in their order, also those of a long context', () => {
  expect(concatIds()).toEqual(new Uint32Array());
  expect(concatIds([1], Uint32Array.of(2, 3), [])).toEqual(Uint32Array.of(1, 2, 3));
  const long = Uint32Array.from({ length: 300_000 }, (_, i) => i);
  expect(concatIds(long, [7])).toHaveLength(300_001);
});
