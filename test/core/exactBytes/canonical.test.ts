// Which token sequences the tokenizer produces for some text, compared with trying texts.
import { expect, test } from 'vitest';
import { coverTree, noTrunk } from '../../../src/core/exactBytes/coverTree';
import { ByteRules } from '../../../src/core/exactBytes/byteRules';
import { TokenPrefix } from '../../../src/core/exactBytes/tokenPrefix';
import { byteCharacters } from '../../../src/core/tokenizer/bpe/byteLevel';
import { loadTokenizer } from '../../../src/core/tokenizer/files/loadTokenizer';
import { Oracle } from '../../support/byteOracle';
import { sampleOf, seedOr, seedsOr } from '../../support/seed';
import { randomOf, randomToy, TOY_CYCLE } from '../../support/toys';

/** The share of the pairs of tokens that are tried with every third one. */
const THIRD_TOKENS = sampleOf(0.1, 1);

test('sequences of up to three tokens, after all others have been asked for', () => {
  const random = randomOf(seedOr(1));
  let sequences = 0;
  let canonical = 0;
  // Characters of two bytes, which merges split and cross, and contractions, with and without patterns.
  for (const seed of seedsOr([4, 10, 52], TOY_CYCLE)) {
    const toy = randomToy(seed);
    const rules = new ByteRules(toy.tokenizer);
    const oracle = new Oracle(toy, () => new Float64Array());
    const text = toy.support.filter(id => !toy.tokenizer.isSpecial(id));
    const extend = (prefix: TokenPrefix): TokenPrefix[] =>
      text.flatMap(token => {
        const longer = rules.canonical.extend(prefix, token);
        const expected = oracle.isCanonical(longer.tokens);
        const found = [rules.canonical.follows(prefix, token), rules.canonical.isCanonical(longer)];
        if (found.some(one => one !== expected)) {
          // `expect` for each of them would take most of the time.
          expect.fail(`toy ${seed}, ${longer.tokens}: ${found}, expected ${expected}`);
        }
        sequences++;
        if (expected) canonical++;
        return expected ? [longer] : [];
      });
    const pairs = extend(TokenPrefix.empty).flatMap(extend);
    for (const pair of pairs) if (random() < THIRD_TOKENS) extend(pair);
  }
  expect(canonical).toBeGreaterThan(sampleOf(300, 1000));
  expect(sequences - canonical).toBeGreaterThan(sampleOf(300, 1000));
});

test('a path is not canonical if every continuation would merge it away', () => {
  const vocab = Object.fromEntries(byteCharacters.map((character, byte) => [character, byte]));
  const tokenizer = loadTokenizer({
    'tokenizer.json': {
      pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
      model: {
        type: 'BPE',
        vocab: { ...vocab, "'r": 256, "'re": 257 },
        merges: ["' r", "'r e"],
      },
    },
  });
  // Without a boundary, `'r` becomes `'re`, one token; with one, it is two.
  const { nodes, heads } = coverTree(new ByteRules(tokenizer), "'r", noTrunk);
  const complete = heads.filter(({ rest }) => rest === '');
  expect(complete.map(({ node }) => nodes[node]!.prefix.tokens)).toEqual([[0x27, 0x72]]);
});
