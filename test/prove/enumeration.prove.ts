// Exact probabilities of bytes against enumeration of every cover, for many random tokenizers and models.
import { expect, test } from 'vitest';
import { compareWithEnumeration } from '../support/enumeration';

const TOYS = 210;

test(`${TOYS} random tokenizers and models against enumeration`, async () => {
  const { compared, furthest, nodes } = await compareWithEnumeration(Array(TOYS).keys(), 6);
  expect(furthest).toBeLessThan(1e-12);
  console.log(
    `${compared} probabilities, furthest from enumeration ${furthest.toExponential(1)}; up to ${nodes} nodes`,
  );
});
