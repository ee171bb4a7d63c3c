// Texts without boundaries: where the covers of their tails would take too long.
import { expect, test } from 'vitest';
import { ByteRules } from '../../../src/core/exactBytes/byteRules';
import { checkTails, coverTree, settle } from '../../../src/core/exactBytes/coverTree';
import { noTrunk } from '../../../src/core/exactBytes/trunk';
import { seedOr } from '../../support/seed';
import { pick, randomOf, randomToy } from '../../support/toys';

const rules = new ByteRules(randomToy(0).tokenizer);

/** What goes wrong first from `from` on, asking at each place. */
function firstFault(bytes: string, from: number): string {
  let trunk = noTrunk;
  for (let at = from; at <= bytes.length; at++) {
    if (at - trunk.offset <= 1000) continue;
    const x = bytes.slice(0, at);
    trunk = settle(rules, x, trunk);
    if (at - trunk.offset <= 1000) continue;
    try {
      coverTree(rules, x, trunk);
    } catch (error) {
      return (error as Error).message;
    }
  }
  return '';
}

test('all tails of a text are checked at once', () => {
  const random = randomOf(seedOr(1));
  let refused = 0;
  for (let round = 0; round < 8; round++) {
    const lengths = Array.from({ length: 3 }, () =>
      pick(random, [3, 400, 990, 996, 998, 1001, 1300]),
    );
    const bytes = lengths.map(length => 'a'.repeat(length)).join(' ');
    const from = Math.floor(random() * 3) * 500;
    const fault = firstFault(bytes, from);
    const check = () => checkTails(rules, bytes, from, 0);
    if (fault === '') expect(check, lengths.join()).not.toThrow();
    else expect(check, lengths.join()).toThrow(fault);
    if (fault !== '') refused++;
  }
  expect(refused).toBeGreaterThan(1);
  expect(refused).toBeLessThan(8);
});

test('the place in a message is counted from the beginning of the document', () => {
  const bytes = 'a'.repeat(1001);
  expect(() => checkTails(rules, bytes, 0, 0)).toThrow('The 1001 bytes before byte 1001 ');
  expect(() => checkTails(rules, bytes, 0, 500)).toThrow('The 1001 bytes before byte 1501 ');
  expect(() => checkTails(rules, bytes.slice(1), 0, 500)).not.toThrow();
});
