// Tokens of every sequence of character classes, and paths of them, to check that what follows paths of one class is the
// same. Real vocabularies have few of the tokens and pairs at which a wrong class shows.
import { AddedBoundaries } from '../../src/core/exactBytes/addedBoundaries';
import { AddedJoins } from '../../src/core/exactBytes/addedJoins';
import { Bits } from '../../src/core/exactBytes/bits';
import type { BoundaryHypotheses } from '../../src/core/exactBytes/boundaryHypotheses';
import { byteStringOf, bytesOf } from '../../src/core/exactBytes/byteString';
import { Canonical } from '../../src/core/exactBytes/canonical';
import { SortedTokens } from '../../src/core/exactBytes/sortedTokens';
import type { Joins } from '../../src/core/exactBytes/tokenPairs';
import { TokenPrefix } from '../../src/core/exactBytes/tokenPrefix';
import { encodeUtf8 } from '../../src/core/text/utf8';
import { sampleOf } from './seed';
import { pick, type Random } from './toys';

/** Groups whose characters patterns tell apart; a round takes a few of them. */
const GROUPS = [
  ['a', 'b', ' '],
  ['a', ' ', '\n', '!'],
  ["'", 's', 'r', 'e', 'a'],
  ["'", 'l', 'L', 'a', '\n', '1'],
  ['1', '2', ' ', 'a', "'"],
  ['1', '²', '१', '２', 'é'],
  ['a', 'A', 'ª', "'", 's'],
  ['a', '\u0301', '!', ' '],
  [' ', '\n', '\r', '\t', 'a'],
  ['!', '/', '\n', 'a', '$'],
  ['日', '、', ' ', 'a', 'é'],
  ['\x01', 'a', ' ', '\x02', '!'],
  ['ſ', "'", 's', 'A', 'a'],
  ['😀', '𝟙', '1', 'a', '\u3000'],
] as const;

export interface ClassCounts {
  asked: number;
  followers: number;
  /** Prefixes whose followers were those of another prefix, kept. */
  shared: number;
}

/** Joins that are random, but always the same, so that all paths of tokens are possible. */
class RandomJoins implements Joins {
  readonly #seed: number | undefined;
  readonly #limit: number;

  /** Without a seed all join. */
  constructor(seed: number | undefined, limit: number) {
    this.#seed = seed;
    this.#limit = limit;
  }

  isReachable(): boolean {
    return true;
  }

  mayJoin({ last }: TokenPrefix, token: number): boolean {
    if (last === undefined || this.#seed === undefined) return true;
    return ((Math.imul((last * 1009 + token) ^ this.#seed, 0x9e3779b1) >>> 16) & 7) < 6;
  }

  joining(prefix: TokenPrefix): Bits {
    const found = new Bits(this.#limit);
    for (let id = 0; id < this.#limit; id++) if (this.mayJoin(prefix, id)) found.add(id);
    return found;
  }
}

/** Fails where followers that are kept for a class differ from what splitting the whole bytes says. */
export function tryRound(
  boundaries: BoundaryHypotheses,
  random: Random,
  withNames: boolean,
  prefixes: number,
  counts: ClassCounts,
): void {
  const alphabet = [...pick(random, GROUPS), ...(random() < 0.3 ? pick(random, GROUPS) : [])];
  const texts = new Set<string>(alphabet.map(utf8));
  while (texts.size < sampleOf(20, 50)) {
    const token = randomRuns(alphabet, random, 5);
    texts.add(token);
    // Some end or begin inside a character.
    if (random() < 0.3) texts.add(token.slice(0, -1) || token);
    if (random() < 0.3) texts.add(token.slice(1) || token);
  }
  const names = withNames ? [...new Set([0, 1].map(() => randomRuns(alphabet, random, 3)))] : [];
  for (const name of names) texts.delete(name);
  const tokens = [...texts, ...names];
  const canonical = canonicalOf(boundaries, tokens, names, Math.floor(random() * 1e9));
  const paths = randomPrefixes(canonical, [...tokens.keys()], random, prefixes);
  askAll(canonical, tokens, names, paths, counts);
}

/** The same for paths of these tokens, in this order. `names`: of added tokens. */
export function tryPaths(
  boundaries: BoundaryHypotheses,
  texts: readonly string[],
  names: readonly string[],
  paths: readonly (readonly number[])[],
): void {
  const tokens = [...texts, ...names].map(utf8);
  const canonical = canonicalOf(boundaries, tokens, names.map(utf8), undefined);
  const prefixes = paths.map(path =>
    path.reduce((prefix, id) => canonical.extend(prefix, id), TokenPrefix.empty),
  );
  askAll(canonical, tokens, names, prefixes, { asked: 0, followers: 0, shared: 0 });
}

/** The last of the tokens are those with `names`. */
function canonicalOf(
  boundaries: BoundaryHypotheses,
  texts: readonly string[],
  names: readonly string[],
  seed: number | undefined,
): Canonical {
  const tokens = new SortedTokens(texts.keys(), id => bytesOf(texts[id]!));
  const inner = new RandomJoins(seed, texts.length);
  if (names.length === 0) return new Canonical(inner, tokens, boundaries);
  const own = new Map(names.map((name, i) => [name, texts.length - names.length + i]));
  const added = new AddedBoundaries(boundaries, own);
  return new Canonical(new AddedJoins(inner, added, tokens, own.values()), tokens, added);
}

function askAll(
  canonical: Canonical,
  tokens: readonly string[],
  names: readonly string[],
  prefixes: readonly TokenPrefix[],
  counts: ClassCounts,
): void {
  const seen = new Map<object, TokenPrefix>();
  for (const prefix of prefixes) {
    const found = canonical.followers(prefix);
    if (seen.has(found)) counts.shared++;
    else seen.set(found, prefix);
    for (const id of tokens.keys()) {
      counts.asked++;
      const expected = canonical.isCanonical(canonical.extend(prefix, id));
      if (expected) counts.followers++;
      if (found.has(id) === expected) continue;
      const named = (ids: readonly number[]) => JSON.stringify(ids.map(each => tokens[each]));
      throw new Error(
        `${named([id])} after ${named(prefix.tokens)}: ${found.has(id)}, with added tokens ${JSON.stringify(names)}`,
      );
    }
  }
}

/** Paths of up to seven tokens, most of them canonical, in an order that is not that of their lengths. */
function randomPrefixes(
  canonical: Canonical,
  ids: readonly number[],
  random: Random,
  count: number,
): TokenPrefix[] {
  const prefixes: TokenPrefix[] = [];
  while (prefixes.length < count) {
    let prefix = TokenPrefix.empty;
    for (let length = 1 + Math.floor(random() * 7); length > 0; length--) {
      let longer = canonical.extend(prefix, pick(random, ids));
      for (let tries = 0; tries < 12 && !canonical.isCanonical(longer); tries++)
        longer = canonical.extend(prefix, pick(random, ids));
      if (!canonical.isCanonical(longer) && random() < 0.9) break;
      prefixes.push((prefix = longer));
    }
  }
  for (let i = prefixes.length - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1));
    [prefixes[i], prefixes[other]] = [prefixes[other]!, prefixes[i]!];
  }
  return prefixes;
}

/** Characters that are often repeated, in UTF-8. */
function randomRuns(alphabet: readonly string[], random: Random, longest: number): string {
  let text = '';
  let character = pick(random, alphabet);
  for (let length = 1 + Math.floor(random() * longest); length > 0; length--) {
    if (random() < 0.5) character = pick(random, alphabet);
    text += character;
  }
  return utf8(text);
}

function utf8(text: string): string {
  return byteStringOf(encodeUtf8(text));
}
