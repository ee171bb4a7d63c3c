// The tokens that a model found likeliest the last time that it saw each token, whatever stood before it: what every pass
// computes and mostly throws away (Luo et al. 2024, "Turning Trash into Treasure", arXiv 2408.08696, §3).
import type { LogprobRow } from '../exactBytes/tokenModel';

/** As many as in the paper. */
const KEPT = 8;
const NONE = new Uint32Array(0);
const FIRST_PLACES = 64;

/** Memory is taken for tokens that were seen, about 64 bytes for each, and not for the vocabulary. */
export class TokenCandidates {
  readonly #places = new Map<number, number>();
  /** [place, rank]; `#counts` of them are in use. */
  #ids: Uint32Array;
  #counts = new Uint8Array(FIRST_PLACES);
  readonly #values: Float64Array;
  readonly #kept: number;
  readonly #isText: (token: number) => boolean;

  /** @param isText whether a token may be drafted: one that ends a text, or marks something, is not */
  constructor(isText: (token: number) => boolean, kept = KEPT) {
    this.#isText = isText;
    this.#kept = kept;
    this.#ids = new Uint32Array(FIRST_PLACES * kept);
    this.#values = new Float64Array(kept);
  }

  /** Of how many tokens candidates are known. */
  get size(): number {
    return this.#places.size;
  }

  /** [rank]: the likeliest first; empty for a token that was not seen. Valid until more is remembered. */
  after(token: number): Uint32Array {
    const place = this.#places.get(token);
    if (place === undefined) return NONE;
    const start = place * this.#kept;
    return this.#ids.subarray(start, start + this.#counts[place]!);
  }

  /** Takes the likeliest of a row in place of those before. `scores`: [token], the higher the likelier. */
  remember(token: number, scores: LogprobRow): void {
    const place = this.#placeOf(token);
    const ids = this.#ids.subarray(place * this.#kept, (place + 1) * this.#kept);
    const values = this.#values;
    let count = 0;
    let least = -Infinity;
    for (let id = 0; id < scores.length; id++) {
      const value = scores[id]!;
      // Equal ones stay in the order of their ids.
      if (!(value > least) || !this.#isText(id)) continue;
      let at = count < ids.length ? count++ : count - 1;
      for (; at > 0 && values[at - 1]! < value; at--) {
        values[at] = values[at - 1]!;
        ids[at] = ids[at - 1]!;
      }
      values[at] = value;
      ids[at] = id;
      if (count === ids.length) least = values[count - 1]!;
    }
    this.#counts[place] = count;
  }

  #placeOf(token: number): number {
    const known = this.#places.get(token);
    if (known !== undefined) return known;
    const place = this.#places.size;
    this.#places.set(token, place);
    if (place === this.#counts.length) {
      this.#ids = grown(this.#ids, new Uint32Array(2 * this.#ids.length));
      this.#counts = grown(this.#counts, new Uint8Array(2 * this.#counts.length));
    }
    return place;
  }
}

function grown<T extends Uint32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
