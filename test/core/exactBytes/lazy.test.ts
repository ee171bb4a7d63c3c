// Improbable tokenizations may be left out; the possible error is reported.
import { expect, test } from 'vitest';
import { ByteCursor } from '../../../src/core/exactBytes/byteCursor';
import { InexactError } from '../../../src/core/errors';
import { ByteRules } from '../../../src/core/exactBytes/byteRules';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import { seedsOr } from '../../support/seed';
import { randomModel, randomOf, randomText, randomToy, TOY_CYCLE } from '../../support/toys';

const LAZY = [0.5, 0.1];
const EVERY_THIRD = Array.from({ length: Math.ceil(TOY_CYCLE / 3) }, (_, i) => 3 * i);

test('what is left out bounds the error of each byte as a text grows, and saves rows', async () => {
  let [saved, skipped] = [0, 0];
  // Every alphabet and every pattern.
  for (const seed of seedsOr(EVERY_THIRD, TOY_CYCLE)) {
    const toy = randomToy(seed, 14);
    const rules = new ByteRules(toy.tokenizer);
    const model = randomModel(toy, seed);
    const text = encodeUtf8(randomText(toy, randomOf(seed), 8));
    const exact = await ByteCursor.openAt(rules, model, new Uint8Array());
    const cursors = await Promise.all(
      LAZY.map(lazy => ByteCursor.openAt(rules, model, new Uint8Array(), true, lazy)),
    );
    for (const byte of text) {
      await exact.advance(byte);
      const expected = exact.next();
      for (const cursor of cursors) {
        await cursor.advance(byte);
        const found = cursor.next();
        const untested = Math.exp(found.untested);
        const parts = [...found.logprobs, found.end, found.leak].map(Math.exp);
        expect(parts.reduce((sum, p) => sum + p, untested)).toBeCloseTo(1, 12);
        [...expected.logprobs, expected.end, expected.leak].map(Math.exp).forEach((p, part) => {
          expect(p).toBeGreaterThan(parts[part]! - 1e-12);
          expect(p).toBeLessThan(parts[part]! + untested + 1e-12);
        });
        if (untested > 0) skipped++;
      }
    }
    for (const cursor of cursors) saved += exact.evaluated - cursor.evaluated;
  }
  expect(skipped).toBeGreaterThan(20);
  expect(saved).toBeGreaterThan(20);
});

test('the masked model leaves nothing out', async () => {
  const toy = randomToy(1);
  const rules = new ByteRules(toy.tokenizer);
  const cursor = await ByteCursor.openAt(rules, randomModel(toy, 1), new Uint8Array(), true, 0.1);
  expect(() => cursor.nextRenormalised()).toThrow(InexactError);
});
