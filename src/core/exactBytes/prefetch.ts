// Requests rows for many places of a known text at once. Which contexts exact probabilities need follows from the text
// alone, so the cover trees of the coming places are merged into one tree, and each of its nodes is requested once.
import type { ByteString } from './byteString';
import { coverTree, settle, type CoverTree, type Trunk } from './coverTree';
import { InexactError } from '../errors';
import type { PathNode, LogprobRow, TokenModel } from './tokenModel';
import type { ByteRules } from './byteRules';

/** Greater than any token id. */
const MAX_ID = 2 ** 24;

export class PrefetchingModel implements TokenModel {
  /** The tokens that all paths begin with. */
  #base: readonly number[] = [];
  /** The merged tree. The key combines the parent node and the token. */
  #nodes: PathNode[] = [];
  #numbers = new Map<number, number>();
  /** [node]; only of the requested nodes. */
  #rows = new Map<number, LogprobRow>();
  readonly #model: TokenModel;
  readonly #limit: number;

  /** `limit`: rows per request. */
  constructor(model: TokenModel, limit: number) {
    this.#model = model;
    this.#limit = limit;
  }

  get ends(): readonly number[] {
    return this.#model.ends;
  }

  /**
   * Requests what the places of the text from byte `from` on need, up to the limit. `trunk` is settled by the bytes
   * before `from`. Returns the first place that was left out.
   */
  async prefetch(rules: ByteRules, text: ByteString, from: number, trunk: Trunk): Promise<number> {
    this.#nodes = [];
    this.#numbers.clear();
    this.#rows.clear();
    const wanted = new Set<number>();
    let at = from;
    for (let before = trunk; at <= text.length && wanted.size < this.#limit; at++) {
      let tree: CoverTree;
      try {
        const bytes = text.slice(0, at);
        before = settle(rules, bytes, before);
        tree = coverTree(rules, bytes, before);
      } catch (error) {
        // Reported when that place is reached.
        if (error instanceof InexactError) break;
        throw error;
      }
      if (this.#nodes.length === 0) {
        this.#base = tree.trunk;
        this.#nodes.push({ parent: -1, token: -1 });
      }
      for (const node of this.#placesOf(tree.trunk, tree.nodes, true)) wanted.add(node);
    }
    if (wanted.size === 0) return from;
    const rows = await this.#model.rows(this.#base, this.#nodes, [...wanted]);
    [...wanted].forEach((node, i) => this.#rows.set(node, rows[i]!));
    return at;
  }

  async rows(
    trunk: readonly number[],
    nodes: readonly PathNode[],
    wanted: readonly number[],
  ): Promise<readonly LogprobRow[]> {
    const places = this.#placesOf(trunk, nodes, false);
    const known = wanted.map(node => this.#rows.get(places[node]!));
    const isKnown = (row: LogprobRow | undefined): row is LogprobRow => row !== undefined;
    return known.every(isKnown) ? known : this.#model.rows(trunk, nodes, wanted);
  }

  /** [node of a tree]; its node in the merged tree, -1 if it has none. */
  #placesOf(trunk: readonly number[], nodes: readonly PathNode[], add: boolean): number[] {
    const base = this.#base.length;
    const startsWithBase = this.#nodes.length > 0 && this.#base.every((id, i) => trunk[i] === id);
    let root = startsWithBase ? 0 : -1;
    for (const token of trunk.slice(base)) root = this.#child(root, token, add);
    const places: number[] = [];
    for (const { parent, token } of nodes) {
      places.push(parent < 0 ? root : this.#child(places[parent]!, token, add));
    }
    return places;
  }

  #child(parent: number, token: number, add: boolean): number {
    if (parent < 0) return -1;
    const key = parent * MAX_ID + token;
    const known = this.#numbers.get(key);
    if (known !== undefined || !add) return known ?? -1;
    const node = this.#nodes.push({ parent, token }) - 1;
    this.#numbers.set(key, node);
    return node;
  }
}
