// The rows of a model after a trunk, cached so that no path is requested twice. Log-probabilities are made of those that
// are looked at: most drafted tokens are wrong, and nobody asks what follows them.
import {
  rawRowsOf,
  type LogprobRow,
  type PathNode,
  type RawRow,
  type TokenModel,
} from '../exactBytes/tokenModel';

/** Called with the scores of what follows a token, which are ordered as the probabilities are. */
export type OnScores = (token: number, scores: LogprobRow) => void;

export class TrunkRows {
  readonly #raw = new Map<string, RawRow>();
  readonly #rows = new Map<string, LogprobRow>();
  /** The number of rows requested so far. */
  asked = 0;
  readonly #model: TokenModel;
  readonly #trunk: readonly number[];
  readonly #onScores: OnScores | undefined;

  /** `onScores`: called with each row that the model computes after a token. */
  constructor(model: TokenModel, trunk: readonly number[], onScores?: OnScores) {
    this.#model = model;
    this.#trunk = trunk;
    this.#onScores = onScores;
  }

  get ends(): readonly number[] {
    return this.#model.ends;
  }

  known(path: readonly number[]): LogprobRow | undefined {
    const key = path.join();
    const raw = this.#raw.get(key);
    if (raw) {
      this.#rows.set(key, raw.logprobs());
      this.#raw.delete(key);
    }
    return this.#rows.get(key);
  }

  /** [path]: the row after the trunk and each path. Unknown rows are fetched in one request. */
  async rowsOfPaths(paths: readonly (readonly number[])[]): Promise<LogprobRow[]> {
    await this.fetch(paths);
    return paths.map(path => this.known(path)!);
  }

  /** Fetches the rows that are not known yet, in one request. */
  async fetch(paths: readonly (readonly number[])[]): Promise<void> {
    const unknown = paths.filter(path => {
      const key = path.join();
      return !this.#raw.has(key) && !this.#rows.has(key);
    });
    if (unknown.length > 0) await this.#ask(unknown);
  }

  async #ask(paths: readonly (readonly number[])[]): Promise<void> {
    const shared = paths.reduce((length, path) => commonLength(paths[0]!, path, length), Infinity);
    const start = paths[0]!.slice(0, shared);
    const nodes: PathNode[] = [{ parent: -1, token: -1 }];
    const places = new Map([['', 0]]);
    const ends = paths.map(path => {
      let node = 0;
      path.slice(start.length).forEach((token, i, rest) => {
        const key = rest.slice(0, i + 1).join();
        const known = places.get(key);
        if (known === undefined) places.set(key, nodes.length);
        node = known ?? nodes.push({ parent: node, token }) - 1;
      });
      return node;
    });
    const wanted = [...new Set(ends)];
    this.asked += wanted.length;
    const rows = await rawRowsOf(this.#model, [...this.#trunk, ...start], nodes, wanted);
    paths.forEach((path, i) => this.#raw.set(path.join(), rows[wanted.indexOf(ends[i]!)]!));
    if (!this.#onScores) return;
    const before = start.at(-1) ?? this.#trunk.at(-1);
    wanted.forEach((node, i) => {
      const token = node > 0 ? nodes[node]!.token : before;
      if (token !== undefined) this.#onScores!(token, rows[i]!.scores);
    });
  }
}

function commonLength(a: readonly number[], b: readonly number[], limit: number): number {
  const end = Math.min(a.length, b.length, limit);
  let length = 0;
  while (length < end && a[length] === b[length]) length++;
  return length;
}

/** The tokens from the root of the tree to the node. */
export function pathOf(nodes: readonly PathNode[], node: number): number[] {
  const path: number[] = [];
  for (let at = node; nodes[at]!.parent >= 0; at = nodes[at]!.parent)
    path.unshift(nodes[at]!.token);
  return path;
}
