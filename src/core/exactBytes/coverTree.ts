// The covers of a text x: the token sequences with which the tokens of some text that begins with x can begin, up to
// the token that reaches the end of x. Every text that begins with x begins with exactly one cover, so the probability
// of x is the sum of theirs (Phan et al. 2024, arXiv 2410.09303; Hayase et al. 2025, arXiv 2506.14123). All tokens of a
// cover but the last form a path in a small tree, whose nodes are the contexts that the model has to score.
import type { ByteString } from './byteString';
import { InexactError } from '../errors';
import { settledOf } from './pretokenBoundaries';
import type { PathNode } from './tokenModel';
import type { ByteRules } from './byteRules';
import { TokenPrefix } from './tokenPrefix';
import { noTrunk, type Trunk } from './trunk';

export interface CoverNode extends PathNode {
  /** The path's tokens, from a settled boundary. */
  readonly prefix: TokenPrefix;
}

export interface CoverHead {
  /** Index of the node at which the path ends. */
  readonly node: number;
  /** The bytes of x after the path; the last token begins with them. Empty if the path ends where x does. */
  readonly rest: ByteString;
}

export interface CoverTree {
  /** The tokens that all covers begin with. */
  readonly trunk: readonly number[];
  /** Nodes after their parents; the first is the end of the trunk and has no token (-1). */
  readonly nodes: readonly CoverNode[];
  readonly heads: readonly CoverHead[];
}

/** Longer unsettled tails would take quadratic time. */
const LONGEST_TAIL = 1000;

/** Extends the trunk by what the bytes after it settle. Texts that begin as the last one did go on from what it settled. */
export function settle(rules: ByteRules, bytes: ByteString, trunk: Trunk): Trunk {
  if (trunk !== noTrunk) return settleAfter(rules, bytes, trunk);
  const known = rules.beginnings.trunkOf(bytes, (part, before) => settleAfter(rules, part, before));
  return settleAfter(rules, bytes, known);
}

function settleAfter(rules: ByteRules, bytes: ByteString, trunk: Trunk): Trunk {
  const settled = settledEnds(rules, bytes, trunk.offset);
  if (settled.length === 0) return trunk;
  const tokens = [...trunk.tokens];
  let at = trunk.offset;
  for (const end of settled) {
    tokens.push(...rules.merge(bytes.slice(at, end)));
    at = end;
  }
  return { offset: at, tokens };
}

/** The ends of the pretokens after `offset` that are ends whatever follows. */
function settledEnds(rules: ByteRules, bytes: ByteString, offset: number): number[] {
  const ends = rules.pretokenEnds(bytes, offset).map(end => end - offset);
  const settled = settledOf(rules.boundaries, bytes.slice(offset), ends);
  return settled.map(end => end + offset);
}

/**
 * Throws the `InexactError` that `coverTree` would throw at some place from `from` to the end of the text: the text alone
 * decides. `first`: the number of the text's first byte, for the message.
 */
export function checkTails(rules: ByteRules, bytes: ByteString, from: number, first: number): void {
  let offset = 0;
  for (let at = from; at <= bytes.length;) {
    offset = settledEnds(rules, bytes.slice(0, at), offset).at(-1) ?? offset;
    const tail = at - offset;
    checkTail(tail, first + at);
    // The tail grows by a byte at each place, or becomes shorter.
    at += LONGEST_TAIL - tail + 1;
  }
}

function checkTail(length: number, place: number): void {
  if (length <= LONGEST_TAIL) return;
  throw new InexactError(
    `The ${length} bytes before byte ${place} contain no two certain token boundaries: ` +
      `exact probabilities are limited to ${LONGEST_TAIL} bytes after such a boundary`,
  );
}

/** The covers of `bytes`; `trunk` must be settled by the same bytes. */
export function coverTree(rules: ByteRules, bytes: ByteString, trunk: Trunk): CoverTree {
  const tail = bytes.slice(trunk.offset);
  checkTail(tail.length, bytes.length);
  rules.paths.forgetMany();
  const asked = new Set<TokenPrefix>();
  const paths: TokenPrefix[] = [];
  for (const prefix of coverPaths(rules, tail)) {
    if (trunk.given !== undefined && prefix.tokens[0] !== trunk.given) continue;
    if (asked.has(prefix)) continue;
    asked.add(prefix);
    if (isLive(rules, prefix, tail.slice(prefix.bytes.length))) paths.push(prefix);
  }
  return treeOf(trunk.tokens, sharedOf(paths), paths, tail);
}

/** The beginnings of covers: for every split of the tail, and every offset in its last pretoken. */
function* coverPaths(rules: ByteRules, tail: ByteString): Generator<TokenPrefix> {
  const { boundaries, paths, tokens } = rules;
  for (const ends of boundaries.coverBoundariesFor?.(tail) ?? boundaries.boundariesFor(tail)) {
    let closed = TokenPrefix.empty;
    for (const end of ends) {
      if (end < tail.length) closed = paths.extend(closed, tail.slice(closed.bytes.length, end));
    }
    const open = closed.bytes.length;
    for (let at = Math.max(open, tail.length - tokens.longest); at <= tail.length; at++) {
      if (tokens.hasLonger(tail.slice(at))) yield paths.extend(closed, tail.slice(open, at));
    }
  }
}

/** Whether some cover consists of the path and one token that is longer than the rest of the tail. */
function isLive(rules: ByteRules, prefix: TokenPrefix, rest: ByteString): boolean {
  if (rest === '') return rules.canonical.isCanonical(prefix);
  const { ids, bytes } = rules.tokens;
  const follows = rules.canonical.follower(prefix);
  const { start, end } = rules.tokens.startingWith(rest);
  for (let place = start; place < end; place++) {
    if (bytes[place]!.length > rest.length && follows(ids[place]!)) {
      return true;
    }
  }
  return false;
}

/** The longest prefix that all paths share. */
function sharedOf(paths: readonly TokenPrefix[]): TokenPrefix {
  const [first, ...others] = paths.map(chainOf);
  if (!first) throw new InexactError('No token of the vocabulary can end the text');
  const length = others.reduce(
    (least, chain) => Math.min(least, sharedLength(first, chain)),
    first.length - 1,
  );
  return first[length]!;
}

/** `root`, which all paths begin with, becomes part of the trunk; each path becomes a head. Equal ones are one object. */
export function treeOf(
  trunk: readonly number[],
  root: TokenPrefix,
  paths: readonly TokenPrefix[],
  tail: ByteString,
): CoverTree {
  const nodes: CoverNode[] = [{ parent: -1, token: -1, prefix: root }];
  const indices = new Map<TokenPrefix, number>();
  const heads = paths.map(path => {
    let node = 0;
    for (const prefix of chainOf(path).slice(root.tokens.length + 1)) {
      const known = indices.get(prefix);
      node = known ?? nodes.push({ parent: node, token: prefix.last!, prefix }) - 1;
      indices.set(prefix, node);
    }
    return { node, rest: tail.slice(path.bytes.length) };
  });
  return { trunk: [...trunk, ...root.tokens], nodes, heads };
}

/** All prefixes of the prefix, the empty one first. */
function chainOf(prefix: TokenPrefix): TokenPrefix[] {
  const chain: TokenPrefix[] = [];
  for (let at: TokenPrefix | undefined = prefix; at; at = at.before) chain.push(at);
  return chain.reverse();
}

/** The number of tokens that two chains share at their beginning. */
function sharedLength(a: readonly TokenPrefix[], b: readonly TokenPrefix[]): number {
  let length = 0;
  while (
    length + 1 < a.length &&
    length + 1 < b.length &&
    a[length + 1]!.last === b[length + 1]!.last
  ) {
    length++;
  }
  return length;
}
