// The tokens of a tokenizer: bytes by id, ids by spelling.

export class Vocabulary {
  /** Highest id + 1. */
  readonly size: number;
  /** [id], in bytes; 0 for an unused id. */
  readonly lengths: Uint32Array;
  /** The bytes of all tokens, concatenated; those of `id` begin at #starts[id]. */
  readonly #bytes: Uint8Array;
  readonly #starts: Uint32Array;
  readonly #ids: ReadonlyMap<string, number>;

  /** `tokens` is [id], with holes for unused ids; `ids` is keyed by content, or by spelling in the file. */
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

  /** A view, which must not be modified; empty for an unused id. */
  bytesOf(id: number): Uint8Array {
    const start = this.#starts[id] ?? 0;
    return this.#bytes.subarray(start, start + (this.lengths[id] ?? 0));
  }

  /** Whether bytes[start, end) are the token's bytes. */
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
