// Exact byte probabilities compared with enumeration, for random merges, patterns and models. A sample; the rest is in
// test/prove.
import { expect, test } from 'vitest';
import { ByteCursor } from '../../../src/core/exactBytes/byteCursor';
import { ByteRules } from '../../../src/core/exactBytes/byteRules';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import { Oracle } from '../../support/byteOracle';
import { compareWithEnumeration } from '../../support/enumeration';
import { someOf } from '../../support/seed';
import {
  ALPHABETS,
  PATTERNS,
  SPACED,
  TOY_CYCLE,
  TOY_KINDS,
  pick,
  randomModel,
  randomOf,
  randomToy,
} from '../../support/toys';

test('random tokenizers and models give every next byte, the end and the leak what enumeration gives', async () => {
  const seeds = someOf([...Array(TOY_CYCLE).keys()], 28);
  const { compared, furthest } = await compareWithEnumeration(seeds, 1);
  expect(compared).toBeGreaterThan(10_000);
  expect(furthest).toBeLessThan(1e-12);
});

/** Of each alphabet toys that nothing splits. */
const UNSPLIT = Array.from({ length: 3 * ALPHABETS.length }, (_, i) => {
  const round = Math.floor(i / ALPHABETS.length);
  return (i % ALPHABETS.length) + ALPHABETS.length * (SPACED + TOY_KINDS * round);
});

test('texts that spell added tokens do, too', async () => {
  const seeds = [...someOf(UNSPLIT, 8), ...someOf([...Array(10 * TOY_CYCLE).keys()], 12)];
  const { compared, furthest } = await compareWithEnumeration(seeds, 1, [], seed => {
    const random = randomOf(seed + 7);
    const alphabet = [...ALPHABETS[seed % ALPHABETS.length]!];
    const name = () =>
      Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(random, alphabet));
    // Among them beginnings of others, and single characters.
    const long = name().join('');
    const all = [long, long + pick(random, alphabet), name().join(''), pick(random, alphabet)];
    // Parts of special names are refused.
    return [...new Set(all)].filter(each => !'<|end|><|other|>'.includes(each));
  });
  expect(compared).toBeGreaterThan(10_000);
  expect(furthest).toBeLessThan(1e-12);
});

test('where an added token may go on, the sum over all tokenisations begins where it does', async () => {
  let widened = 0;
  for (const name of ['èèa', 'aèè']) {
    const toy = randomToy(ALPHABETS.length * SPACED + 4, 9, false, false, [], [name]);
    const model = randomModel(toy, 316);
    const rules = new ByteRules(toy.tokenizer);
    const oracle = new Oracle(toy, model.row);
    for (const text of ['a', 'è', 'aè', 'èè', 'aèè', 'èèa']) {
      const x = encodeUtf8(text);
      const cursor = await ByteCursor.openAt(rules, model, x);
      const { logMass } = await cursor.nextInAllTokenisations();
      const { trunk } = cursor.tree;
      const before = trunk.reduce((sum, id, i) => sum + model.row(trunk.slice(0, i))[id]!, 0);
      const mass = Math.exp(before + logMass);
      expect(mass, `${name} at ${text}`).toBeLessThanOrEqual(oracle.mass(x, 'e1') * (1 + 1e-12));
      const canonical = oracle.mass(x, 'e2');
      expect(mass, `${name} at ${text}`).toBeGreaterThanOrEqual(canonical * (1 - 1e-12));
      if (mass > canonical * 1.001) widened++;
    }
  }
  expect(widened).toBeGreaterThan(1);
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
  const seeds = someOf([...Array(ALPHABETS.length * PATTERNS.length).keys()], 5, lacking[0]);
  const { compared, furthest } = await compareWithEnumeration(seeds, 1, lacking);
  expect(compared).toBeGreaterThan(2_500);
  expect(furthest).toBeLessThan(1e-12);
});
