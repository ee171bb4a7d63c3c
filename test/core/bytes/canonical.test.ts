// Which sequences of tokens the tokenizer makes of some text, against trying texts.
import { expect, test } from 'vitest';
import { ByteRules } from '../../../src/core/bytes/rules';
import { TokenPrefix } from '../../../src/core/bytes/tokenPrefix';
import { Oracle } from '../../support/byteOracle';
import { randomToy } from '../../support/toys';

test('every sequence of up to three tokens, after all others have been asked for', () => {
  let sequences = 0;
  let canonical = 0;
  // Characters of two bytes, which merges cut and cross, and contractions, with both patterns.
  for (const seed of [4, 9]) {
    const toy = randomToy(seed);
    const rules = new ByteRules(toy.tokenizer);
    const oracle = new Oracle(toy, () => new Float64Array());
    const text = toy.support.filter(id => !toy.tokenizer.isSpecial(id));
    const extend = (prefix: TokenPrefix): TokenPrefix[] =>
      text.flatMap(token => {
        const longer = rules.canonical.extend(prefix, token);
        const expected = oracle.isCanonical(longer.tokens);
        const what = `toy ${seed}, ${longer.tokens}`;
        expect(rules.canonical.follows(prefix, token), what).toBe(expected);
        expect(rules.canonical.isCanonical(longer), what).toBe(expected);
        sequences++;
        if (expected) canonical++;
        return expected ? [longer] : [];
      });
    extend(TokenPrefix.empty).flatMap(extend).forEach(extend);
  }
  expect(canonical).toBeGreaterThan(1000);
  expect(sequences - canonical).toBeGreaterThan(1000);
});
