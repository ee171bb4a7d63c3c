// Exact byte probabilities compared with enumeration, for random merges, patterns and models. A sample; the rest is in
// test/prove.
import { expect, test } from 'vitest';
import { compareWithEnumeration } from '../../support/enumeration';
import { ALPHABETS, TOY_KINDS } from '../../support/toys';

const TOYS = ALPHABETS.length * TOY_KINDS;

test(`${TOYS} random tokenizers and models give every next byte, the end and the leak what enumeration gives`, async () => {
  const { compared, furthest } = await compareWithEnumeration(Array(TOYS).keys(), 1);
  expect(compared).toBeGreaterThan(10_000);
  expect(furthest).toBeLessThan(1e-12);
});
