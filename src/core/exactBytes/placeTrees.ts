// The cover trees of many places of a known text as one tree. Which contexts exact probabilities need follows from the
// text alone, so each is asked for once, with what is wanted of its row: sums, and no rows.
//
// The tokens that the places settle are the first path of the tree, as its trunk; what else may become of the bytes
// hangs on it.
import { Bits } from './bits';
import type { ByteString } from './byteString';
import type { ByteRules } from './byteRules';
import { coverTree, settle, type CoverTree } from './coverTree';
import type { Trunk } from './trunk';
import { LogSum } from './logSum';
import { answersOf, type RangeSum, type RowSums } from './rowSums';
import type { PathNode } from './tokenModel';
import type { TokenPrefix } from './tokenPrefix';

/** Greater than any token id. */
const MAX_ID = 2 ** 24;

/** What is known of a place once the sums are there. */
export interface PlaceMass {
  /** Nats: Π of the text before the place, given the tokens before the tree. */
  readonly logMass: number;
  /** A probability: the mass of tokens that the tokenizer does not produce there. */
  readonly leak: number;
}

/** A head of a place's cover tree: with the sum over its last tokens, or where it ends with the text, over what leaks. */
interface PlacedHead {
  readonly node: number;
  readonly endsHere: boolean;
  /** Of the node's ranges; without one, its others. */
  readonly range?: number;
}

interface NodeSums {
  readonly ranges: RangeSum[];
  others?: Uint32Array;
}

export class PlaceTrees {
  /** The first place that has no tree here. */
  end: number;
  /** What the last place settles. */
  trunk: Trunk;
  /** The tokens before the tree. */
  base: readonly number[] = [];
  nodes: PathNode[] = [{ parent: -1, token: -1 }];
  readonly #rules: ByteRules;
  /** The key combines the parent and the token. */
  readonly #numbers = new Map<number, number>();
  readonly #places: PlacedHead[][] = [];
  /** [node] */
  #sums: NodeSums[] = [{ ranges: [] }];
  /** By the set of what may follow: with the tokens that end a text, and without. */
  readonly #allowed = new Map<Bits, [Uint32Array?, Uint32Array?]>();
  readonly #ends: readonly number[];

  /**
   * Of the places of the text from byte `from` to its end, as many as have about `limit` nodes, and two at least. `trunk`
   * is settled by the bytes before `from`. `ends`: the tokens that end a text. Throws `InexactError`.
   */
  constructor(
    rules: ByteRules,
    ends: readonly number[],
    text: ByteString,
    readonly from: number,
    trunk: Trunk,
    limit: number,
  ) {
    this.#rules = rules;
    this.#ends = ends;
    this.trunk = trunk;
    let path: readonly number[] = [];
    for (this.end = from; this.end <= text.length; this.end++) {
      const bytes = text.slice(0, this.end);
      this.trunk = settle(rules, bytes, this.trunk);
      const tree = coverTree(rules, bytes, this.trunk);
      if (this.end === from) this.base = tree.trunk;
      path = tree.trunk;
      this.#add(tree);
      if (this.nodes.length >= limit && this.#places.length > 1) {
        this.end++;
        break;
      }
    }
    this.#putFirst(path.slice(this.base.length));
  }

  /** What is asked of the nodes' rows. */
  get sums(): RowSums[] {
    const children = this.nodes.map((): number[] => []);
    for (const { parent, token } of this.nodes) if (parent >= 0) children[parent]!.push(token);
    return this.#sums.flatMap(({ ranges, others }, node) => {
      const tokens = children[node]!;
      if (tokens.length + ranges.length === 0 && !others) return [];
      return [{ node, tokens, ranges, ...(others && { others }) }];
    });
  }

  /** [place from `from` on], by the answers to `sums`. */
  masses(sums: readonly RowSums[], answers: Float64Array): PlaceMass[] {
    const starts = new Map<number, number>();
    const logprobOf = new Map<number, number>();
    let at = 0;
    for (const each of sums) {
      starts.set(each.node, at);
      for (const [i, token] of each.tokens.entries())
        logprobOf.set(this.#numbers.get(each.node * MAX_ID + token)!, answers[at + i]!);
      at += answersOf(each);
    }
    const firstSum = new Map(
      sums.map(({ node, tokens }) => [node, starts.get(node)! + tokens.length]),
    );
    const logprobs: number[] = [];
    for (const [node, { parent }] of this.nodes.entries())
      logprobs.push(parent < 0 ? 0 : logprobs[parent]! + logprobOf.get(node)!);
    return this.#places.map(heads => {
      const mass = new LogSum();
      for (const { node, endsHere, range } of heads)
        mass.add(
          endsHere ? logprobs[node]! : logprobs[node]! + answers[firstSum.get(node)! + range!]!,
        );
      const logMass = mass.value;
      let leak = 0;
      for (const { node, endsHere } of heads) {
        if (!endsHere) continue;
        const others = answers[firstSum.get(node)! + this.#sums[node]!.ranges.length]!;
        leak += Math.exp(logprobs[node]! - logMass + others);
      }
      return { logMass, leak };
    });
  }

  #add({ trunk, nodes, heads }: CoverTree): void {
    let root = 0;
    for (const token of trunk.slice(this.base.length)) root = this.#child(root, token);
    const places: number[] = [];
    for (const { parent, token } of nodes)
      places.push(parent < 0 ? root : this.#child(places[parent]!, token));
    this.#places.push(
      heads.map(({ node, rest }) => {
        const { prefix } = nodes[node]!;
        const own = places[node]!;
        const sums = this.#sums[own]!;
        if (rest === '') {
          sums.others = this.#allowedAfter(prefix);
          return { node: own, endsHere: true };
        }
        const { tokens, canonical } = this.#rules;
        const { start, end } = tokens.startingWith(rest);
        // A token that equals the rest leads to another head.
        const first = start + tokens.idsOf(rest).length;
        const among = canonical.followers(prefix).words;
        const range = sums.ranges.push({ start: first, end, among }) - 1;
        return { node: own, endsHere: false, range };
      }),
    );
  }

  #child(parent: number, token: number): number {
    const key = parent * MAX_ID + token;
    let node = this.#numbers.get(key);
    if (node === undefined) {
      node = this.nodes.push({ parent, token }) - 1;
      this.#numbers.set(key, node);
      this.#sums.push({ ranges: [] });
    }
    return node;
  }

  /** The tokens that do not leak after the prefix. */
  #allowedAfter(prefix: TokenPrefix): Uint32Array {
    const { canonical } = this.#rules;
    const followers = canonical.followers(prefix);
    const endsText = canonical.endsText(prefix);
    const made = this.#allowed.get(followers) ?? [];
    this.#allowed.set(followers, made);
    const which = Number(endsText);
    if (!made[which]) {
      const most = this.#ends.reduce((least, id) => Math.max(least, id + 1), followers.limit);
      const allowed = new Bits(most);
      allowed.words.set(followers.words);
      for (const id of this.#ends)
        if (endsText) allowed.add(id);
        else allowed.delete(id);
      made[which] = allowed.words;
    }
    return made[which];
  }

  /** Renumbers the nodes so that those of a path from the root are the first ones. */
  #putFirst(path: readonly number[]): void {
    const order = [0];
    for (const token of path) order.push(this.#numbers.get(order.at(-1)! * MAX_ID + token)!);
    const isFirst = new Set(order);
    for (const node of this.nodes.keys()) if (!isFirst.has(node)) order.push(node);
    const now: number[] = [];
    for (const [place, node] of order.entries()) now[node] = place;
    this.nodes = order.map(node => {
      const { parent, token } = this.nodes[node]!;
      return { parent: parent < 0 ? -1 : now[parent]!, token };
    });
    this.#sums = order.map(node => this.#sums[node]!);
    this.#numbers.clear();
    for (const [node, { parent, token }] of this.nodes.entries())
      if (parent >= 0) this.#numbers.set(parent * MAX_ID + token, node);
    for (const heads of this.#places)
      for (const [i, head] of heads.entries()) heads[i] = { ...head, node: now[head.node]! };
  }
}
