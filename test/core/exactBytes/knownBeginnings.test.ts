// What is kept of a text's beginning decides nothing: texts one after the other settle what each settles alone.
import { expect, test } from 'vitest';
import { ByteRules } from '../../../src/core/exactBytes/byteRules';
import { settle } from '../../../src/core/exactBytes/coverTree';
import { KnownBeginnings } from '../../../src/core/exactBytes/knownBeginnings';
import { noTrunk, type Trunk } from '../../../src/core/exactBytes/trunk';
import { seedOr } from '../../support/seed';
import { pick, randomOf, randomToy } from '../../support/toys';

const { tokenizer } = randomToy(0);
const rules = new ByteRules(tokenizer);
const WORDS = ['ab', ' ', 'a', '\n', "'s", ' b', '12', '\u00e9', '  ', 'c'.repeat(300)];
const inBytes = (text: string) => Buffer.from(text).toString('latin1');

/** Byte by byte, from nothing: as if each byte were typed. */
function settledAlone(bytes: string): Trunk {
  const fresh = new ByteRules(tokenizer);
  let trunk: Trunk = { ...noTrunk };
  for (let end = 0; end <= bytes.length; end++) trunk = settle(fresh, bytes.slice(0, end), trunk);
  return trunk;
}

test('texts that share a beginning, or do not, settle what each settles alone', () => {
  const random = randomOf(seedOr(7));
  let text = '';
  for (let round = 0; round < 40; round++) {
    const kept = text.slice(0, Math.floor(random() * (text.length + 1)));
    text = kept + Array.from({ length: 60 }, () => pick(random, WORDS)).join('');
    const bytes = inBytes(text.slice(0, 1500));
    const cut = bytes.slice(0, bytes.length - Math.floor(random() * 4));
    expect(settle(rules, cut, noTrunk)).toEqual(settledAlone(cut));
  }
});

test('a text is split from the last known beginning on', () => {
  const beginnings = new KnownBeginnings();
  const asked: number[] = [];
  const trunkOf = (text: string) =>
    beginnings.trunkOf(text, (beginning, before) => {
      asked.push(beginning.length);
      return { offset: beginning.length, tokens: [...before.tokens, beginning.length] };
    });
  expect(trunkOf('a'.repeat(255))).toBe(noTrunk);
  expect(trunkOf('a'.repeat(700))).toEqual({ offset: 512, tokens: [256, 512] });
  expect(trunkOf('a'.repeat(800))).toEqual({ offset: 768, tokens: [256, 512, 768] });
  expect(asked).toEqual([256, 512, 768]);
  expect(trunkOf(`${'a'.repeat(300)}b${'a'.repeat(300)}`).offset).toBe(512);
  expect(asked).toEqual([256, 512, 768, 512]);
  expect(trunkOf('a'.repeat(400)).tokens).toEqual([256]);
});
