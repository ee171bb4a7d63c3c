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

test.each([
  ['none that occurs in UTF-8', [0xc0, 0xc1, 0xf5, 0xff]],
  ['a last byte', [0xa9, 0x01]],
  ['lead bytes', [0xc4, 0xe6, 0xf1]],
  [
    'most last bytes',
    Array.from({ length: 0x30 }, (_, i) => 0x8a + i).filter(byte => byte !== 0xa8 && byte !== 0xaa),
  ],
])('vocabularies that lack bytes, %s, do too, for texts without them', async (_, lacking) => {
  // Of each pattern some; the last kind of toys falls back to bytes.
  const seeds = Array.from({ length: 12 }, (_, i) => i * 4 + (i % 4));
  const { compared, furthest } = await compareWithEnumeration(seeds, 1, lacking);
  expect(compared).toBeGreaterThan(5_000);
  expect(furthest).toBeLessThan(1e-12);
});
