// The tokens: their bytes by id, their ids by spelling.

export class Vocabulary {
  /** Highest id + 1. */
  readonly size: number;
  /** [id], in bytes; 0 where the id is not in use. */
  readonly lengths: Uint32Array;
  /** All tokens' bytes, one after the other; the one of `id` begins at #starts[id]. */
  readonly #bytes: Uint8Array;
  readonly #starts: Uint32Array;
  readonly #ids: ReadonlyMap<string, number>;

  /** `tokens` is [id], with holes where ids are not in use; `ids` is by content, or spelling in the file. */
  constructor(tokens: readonly (Uint8Array | undefined)[], ids: ReadonlyMap<string, number>) {
    this.size = tokens.length;
    this.lengths = Uint32Array.from(tokens, token => token?.length ?? 0);
    this.#starts = new Uint32Array(this.size);
    let total = 0;
    for (let id = 0; id < this.size; id++) {
      this.#starts[id] = total;
      total += this.lengths[id]!;
    }
    this.#bytes = new Uint8Array(total);
    tokens.forEach((token, id) => token && this.#bytes.set(token, this.#starts[id]));
    this.#ids = ids;
  }

  /** A view, not to be written to; empty for an id that is not in use. */
  bytesOf(id: number): Uint8Array {
    const start = this.#starts[id] ?? 0;
    return this.#bytes.subarray(start, start + (this.lengths[id] ?? 0));
  }

  /** Whether the token's bytes are bytes[start, end). */
  isAt(id: number, bytes: Uint8Array, start: number, end: number): boolean {
    const length = this.lengths[id] ?? 0;
    if (length !== end - start) return false;
    const from = this.#starts[id] ?? 0;
    for (let i = 0; i < length; i++) if (this.#bytes[from + i] !== bytes[start + i]) return false;
    return true;
  }

  idOf(content: string): number | undefined {
    return this.#ids.get(content);
  }
}
