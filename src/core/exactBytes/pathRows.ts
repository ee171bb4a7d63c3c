// The rows of a model for the paths of cover trees of a growing text. A path's row is requested once.
//
// In lazy mode a path is requested only if it may matter: its probability is known from the row before it, and is an
// upper bound for the covers that begin with it. What was left out is reported as a bound, and requested as soon as its
// share becomes large enough.
import type { CoverTree } from './coverTree';
import { logSumOf } from './logSum';
import type { LogprobRow, TokenModel } from './tokenModel';
import { massOf, type ScoredTree } from './nextByte';
import type { ByteRules } from './byteRules';

/** Greater than any token id. */
const MAX_ID = 2 ** 24;

export class PathRows {
  /** The number of rows requested so far. */
  evaluated = 0;
  /** Paths are numbered; 0 is the path at the start. The key combines the parent's number and the token. */
  readonly #numbers = new Map<number, number>();
  readonly #rows = new Map<number, LogprobRow>();
  /** [path], nats, given path 0. */
  readonly #logprobs = new Map<number, number>([[0, 0]]);
  readonly #rules: ByteRules;
  readonly #model: TokenModel;
  readonly #lazy: number;

  /**
   * `start`: the tokens before path 0. `lazy`: paths with a smaller share of the text's probability are left out; 0:
   * none.
   */
  constructor(
    rules: ByteRules,
    model: TokenModel,
    readonly start: readonly number[],
    lazy: number,
  ) {
    this.#rules = rules;
    this.#model = model;
    this.#lazy = lazy;
  }

  /** The tree with the model's rows, and the paths of its nodes. */
  async score(
    tree: CoverTree,
    ends: ReadonlySet<number>,
  ): Promise<{ scored: ScoredTree; paths: number[] }> {
    const trunk = tree.trunk.slice(this.start.length);
    if (this.#lazy > 0) await this.#completeTrunk(trunk);
    const root = trunk.reduce((path, token) => this.#child(path, token), 0);
    const paths: number[] = [];
    for (const { parent, token } of tree.nodes) {
      paths.push(parent < 0 ? root : this.#child(paths[parent]!, token));
    }
    let scored = this.#known(tree, paths, ends);
    for (;;) {
      const wanted = this.#wanted(scored, paths);
      if (wanted.length === 0) return { scored, paths };
      const rows = await this.#model.rows(tree.trunk, tree.nodes, wanted);
      this.evaluated += wanted.length;
      wanted.forEach((node, i) => this.#rows.set(paths[node]!, rows[i]!));
      tree.nodes.forEach(({ parent, token }) => {
        if (parent >= 0) this.#child(paths[parent]!, token);
      });
      scored = this.#known(tree, paths, ends);
    }
  }

  /** Drops the rows of all other paths. */
  keep(paths: ReadonlySet<number>): void {
    for (const path of this.#rows.keys()) if (!paths.has(path)) this.#rows.delete(path);
  }

  /** The nodes to request next. */
  #wanted(scored: ScoredTree, paths: readonly number[]): number[] {
    const missing = [...paths.keys()].filter(node => !this.#rows.has(paths[node]!));
    if (this.#lazy === 0 || missing.length === 0) return missing;
    const least = Math.log(this.#lazy) + massOf(this.#rules, scored);
    // As long as nothing is known, every path may matter.
    return missing.filter(node => (this.#logprobs.get(paths[node]!) ?? -Infinity) > least);
  }

  #known(tree: CoverTree, paths: readonly number[], ends: ReadonlySet<number>): ScoredTree {
    const isKnown = (node: number) => this.#rows.has(paths[node]!);
    const skipped = tree.nodes.flatMap(({ parent }, node) =>
      isKnown(node) || (parent >= 0 && !isKnown(parent)) ? [] : [this.#logprobs.get(paths[node]!)!],
    );
    return {
      tree: { ...tree, heads: tree.heads.filter(({ node }) => isKnown(node)) },
      rows: paths.map(path => this.#rows.get(path)!),
      logprobs: paths.map(path => this.#logprobs.get(path)!),
      ends,
      skipped: logSumOf(skipped),
    };
  }

  /** Requests the rows that a trunk needs if it grew along a path that was left out. */
  async #completeTrunk(tokens: readonly number[]): Promise<void> {
    const nodes = [{ parent: -1, token: -1 }];
    const paths = [0];
    const wanted: number[] = [];
    for (const [i, token] of tokens.entries()) {
      const child = this.#child(paths[i]!, token);
      if (!this.#logprobs.has(child)) wanted.push(i);
      nodes.push({ parent: i, token });
      paths.push(child);
    }
    if (wanted.length === 0) return;
    const rows = await this.#model.rows(this.start, nodes, wanted);
    this.evaluated += wanted.length;
    wanted.forEach((node, i) => this.#rows.set(paths[node]!, rows[i]!));
    tokens.forEach((token, i) => this.#child(paths[i]!, token));
  }

  /** The log-probability becomes known with the parent's row. A path is in a tree before it is in a trunk. */
  #child(path: number, token: number): number {
    const key = path * MAX_ID + token;
    let child = this.#numbers.get(key);
    if (child === undefined) this.#numbers.set(key, (child = this.#numbers.size + 1));
    const row = this.#rows.get(path);
    const logprob = this.#logprobs.get(path);
    if (row && logprob !== undefined) this.#logprobs.set(child, logprob + row[token]!);
    return child;
  }
}
