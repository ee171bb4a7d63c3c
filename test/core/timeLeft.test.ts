// The time that is left, of work whose rate is known.
import { expect, test } from 'vitest';
import { mulberry32 } from '../golden/fuzz';
import { TimeLeft } from '../../src/core/timeLeft';
import { seedOr } from '../support/seed';

test('at a steady rate what is left is told exactly, however often it is asked', () => {
  const draw = mulberry32(seedOr(73));
  for (let round = 0; round < 50; round++) {
    const [perStep, total, began] = [1 + draw(500), 20 + draw(1000), draw(1e6)];
    const left = new TimeLeft();
    for (let done = 0; done <= total; done += 1 + draw(5)) {
      const told = left.after(done, total, began + done * perStep);
      const isTold = done * perStep >= 1000 && done < total;
      if (isTold) expect(told).toBeCloseTo((total - done) * perStep, 3);
      else expect(told).toBeUndefined();
    }
  }
});
