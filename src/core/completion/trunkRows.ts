// The rows of a model after a trunk, cached so that no path is requested twice.
import type { PathNode, LogprobRow, TokenModel } from '../exactBytes/tokenModel';

export class TrunkRows {
  readonly #rows = new Map<string, LogprobRow>();
  /** The number of rows requested so far. */
  asked = 0;
  readonly #model: TokenModel;
  readonly #trunk: readonly number[];

  constructor(model: TokenModel, trunk: readonly number[]) {
    this.#model = model;
    this.#trunk = trunk;
  }

  get ends(): readonly number[] {
    return this.#model.ends;
  }

  known(path: readonly number[]): LogprobRow | undefined {
    return this.#rows.get(path.join());
  }

  /** [path]: the row after the trunk and each path. Unknown rows are fetched in one request. */
  async rowsOfPaths(paths: readonly (readonly number[])[]): Promise<LogprobRow[]> {
    const unknown = paths.filter(path => !this.#rows.has(path.join()));
    if (unknown.length > 0) await this.#ask(unknown);
    return paths.map(path => this.#rows.get(path.join())!);
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
    const rows = await this.#model.rows([...this.#trunk, ...start], nodes, wanted);
    paths.forEach((path, i) => this.#rows.set(path.join(), rows[wanted.indexOf(ends[i]!)]!));
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
