// What follows the paths of the cover trees of texts, by kept classes, compared with splitting the whole bytes.
import { byteStringOf } from '../../src/core/exactBytes/byteString';
import { ByteRules } from '../../src/core/exactBytes/byteRules';
import { Canonical } from '../../src/core/exactBytes/canonical';
import { coverTree, settle } from '../../src/core/exactBytes/coverTree';
import { noTrunk } from '../../src/core/exactBytes/trunk';
import type { TokenPrefix } from '../../src/core/exactBytes/tokenPrefix';
import { encodeUtf8 } from '../../src/core/text/utf8';
import type { Tokenizer } from '../../src/core/tokenizer/tokenizer';
import { textsToCut } from './cuts';
import { pick, type Random } from './toys';

/** What patterns look for, next to each other. */
const PARTS = [
  "'s 'LL 're x' '' n't 'ſ \" a the Word ABC aB ªb return <div> </".split(' '),
  '1 12 123 1234 12345 ２３ ² ! !! ... / { (); 日本 、 한국 😀 👍🏽 é e\u0301 ö я'.split(' '),
  [' ', ' a', ' /', '  ', '   ', '        ', '\t', '\t\t', '\u3000', '\u00a0'],
  ['\n', '\n\n', '\r\n', '\r\n\r\n', '\n\n\n\n', ' \n'],
].flat();

/** The prefixes of all cover trees of texts of random parts, and of others. */
function prefixesOf(rules: ByteRules, nfc: boolean, random: Random, texts: number) {
  const found: TokenPrefix[] = [];
  const all = textsToCut();
  for (let i = 0; i < texts; i++) {
    const from = pick(random, all);
    const at = Math.floor(random() * from.length);
    const parts = Array.from({ length: 10 }, () => pick(random, PARTS)).join('');
    const raw = random() < 0.7 ? parts : Buffer.from(from.slice(at, at + 30)).toString();
    const text = nfc ? raw.normalize('NFC') : raw;
    const bytes = rules.opening + byteStringOf(encodeUtf8(text));
    try {
      rules.check(byteStringOf(encodeUtf8(text)));
    } catch {
      continue;
    }
    let trunk = noTrunk;
    for (let cut = 0; cut <= bytes.length; cut++) {
      const x = bytes.slice(0, cut);
      trunk = settle(rules, x, trunk);
      for (const { prefix } of coverTree(rules, x, trunk).nodes) found.push(prefix);
    }
  }
  return [...new Map(found.map(prefix => [prefix.tokens.join(), prefix])).values()];
}

/** Fails at the first difference; the number of comparisons, of followers among them and of prefixes. */
export function tryFollowers(tokenizer: Tokenizer, random: Random, texts: number, each: number) {
  const rules = new ByteRules(tokenizer);
  const prefixes = prefixesOf(rules, tokenizer.normalizer === 'NFC', random, texts);
  const { tokens } = rules;
  const ids = [...tokens.ids];
  // Of a large vocabulary, tokens without letters and digits, whose splits differ most, and others.
  const signs = ids.filter(id => /^ ?[a-zA-Z]?[^a-zA-Z]{0,4}$/.test(tokens.bytesOf(id)!));
  const counts = { prefixes: prefixes.length, asked: 0, followers: 0 };
  // Classes that the trees filled, and those that other paths fill first.
  const canonicals = [rules.canonical, new Canonical(rules.joins, tokens, rules.boundaries)];
  for (const [turn, canonical] of canonicals.entries()) {
    for (const prefix of turn === 0 ? prefixes : shuffled(prefixes, random)) {
      const found = canonical.followers(prefix);
      for (let i = 0; i < each; i++) {
        const id = pick(random, random() < 0.6 ? signs : ids);
        const expected = canonical.isCanonical(canonical.extend(prefix, id));
        counts.asked++;
        if (expected) counts.followers++;
        if (found.has(id) === expected) continue;
        const named = (path: readonly number[]) =>
          JSON.stringify(path.map(token => tokens.bytesOf(token)));
        throw new Error(
          `${named([id])} after ${named(prefix.tokens)}: ${found.has(id)}, turn ${turn}`,
        );
      }
    }
  }
  return counts;
}

function shuffled<T>(all: readonly T[], random: Random): T[] {
  const keyed = all.map((each): [number, T] => [random(), each]);
  return keyed.sort(([a], [b]) => a - b).map(([, each]) => each);
}
