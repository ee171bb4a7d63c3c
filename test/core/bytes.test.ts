import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { concatBytes } from '../../src/core/bytes';
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
