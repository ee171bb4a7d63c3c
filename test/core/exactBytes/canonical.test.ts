// Which token sequences the tokenizer produces for some text, compared with trying texts.
import { expect, test } from 'vitest';
import { coverTree } from '../../../src/core/exactBytes/coverTree';
import { noTrunk } from '../../../src/core/exactBytes/trunk';
import { ByteRules } from '../../../src/core/exactBytes/byteRules';
import { TokenPairs } from '../../../src/core/exactBytes/tokenPairs';
import { TokenPrefix } from '../../../src/core/exactBytes/tokenPrefix';
import { byteCharacters } from '../../../src/core/tokenizer/bpe/byteLevel';
import { loadTokenizer } from '../../../src/core/tokenizer/files/loadTokenizer';
import { Oracle } from '../../support/byteOracle';
import { sampleOf, seedOr, seedsOr } from '../../support/seed';
import { pick, randomOf, randomToy, TOY_CYCLE, withAdded } from '../../support/toys';

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

test('all followers at once are those that follow one by one', () => {
  const random = randomOf(seedOr(2));
  let asked = 0;
  // Among them byte-level ones with contractions, and SentencePiece with added tokens.
  for (let seed = 0; seed < 28; seed++) {
    const plain = randomToy(seed, 14);
    const isSpaced = !(new ByteRules(plain.tokenizer).joins instanceof TokenPairs);
    const toy = isSpaced ? withAdded(seed) : plain;
    const [one, all] = [0, 1].map(() => new ByteRules(toy.tokenizer).canonical);
    const ids = [...new ByteRules(toy.tokenizer).tokens.ids];
    for (let path = 0; path < 25; path++) {
      let prefix = TokenPrefix.empty;
      for (let length = Math.floor(random() * 5); length > 0; length--) {
        const found = all!.followers(prefix);
        const follows = one!.follower(prefix);
        for (const id of ids) {
          asked++;
          if (found.has(id) !== follows(id))
            expect.fail(`toy ${seed}, ${id} after ${prefix.tokens}: ${found.has(id)}`);
        }
        const usual = ids.filter(id => found.has(id));
        prefix = one!.extend(prefix, pick(random, usual.length > 0 ? usual : ids));
      }
    }
  }
  expect(asked).toBeGreaterThan(20_000);
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

const LAST_BYTES = Array.from({ length: 64 }, (_, i) => (0x80 + i).toString(16));

test.each([
  ['by nothing', 'c3', LAST_BYTES.map(byte => ['c3', byte]), false],
  ['with what follows it', 'c3', [['a9', '61'], ...LAST_BYTES.map(byte => ['c3', byte])], true],
  ['by two tokens', 'e0', [], true],
])('a token is in texts if its character can be ended, here %s', (_, lead, pairs, isIn) => {
  const merges = pairs.map(pair => pair.map(byte => byteCharacters[Number.parseInt(byte, 16)]!));
  const tokens = [...byteCharacters, ...merges.map(pair => pair.join(''))];
  const { canonical } = new ByteRules(
    loadTokenizer({
      'tokenizer.json': {
        pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
        model: {
          type: 'BPE',
          vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
          merges: merges.map(pair => pair.join(' ')),
        },
      },
    }),
  );
  const token = Number.parseInt(lead, 16);
  for (const path of ['', 'a', ' ', "'"]) {
    const prefix = [...path].reduce(
      (before, character) => canonical.extend(before, character.charCodeAt(0)),
      TokenPrefix.empty,
    );
    expect(canonical.followers(prefix).has(token)).toBe(isIn);
    expect(canonical.isCanonical(canonical.extend(prefix, token))).toBe(isIn);
  }
});
