// The text tokens sorted by their bytes, so that all tokens with a common prefix are adjacent.
import type { Tokenizer } from '../tokenizer/tokenizer';
import { byteStringOf, type ByteString } from './byteString';

export class SortedTokens {
  /** [place]; of memory that threads share. */
  readonly ids: Uint32Array;
  /** [place]; ascending. */
  readonly bytes: readonly ByteString[];
  /** In bytes. */
  readonly longest: number;
  /** [id]; undefined for what is not text: special and added tokens, and unused ids. */
  readonly #byId: (ByteString | undefined)[];
  /** [id], a byte; -1 for what is not text. */
  readonly #firstBytes: Int16Array;

  constructor(ids: Iterable<number>, bytesOf: (id: number) => Uint8Array) {
    const entries = Array.from(ids, id => ({ id, bytes: byteStringOf(bytesOf(id)) }));
    entries.sort((a, b) => (a.bytes < b.bytes ? -1 : a.bytes > b.bytes ? 1 : a.id - b.id));
    this.ids = new Uint32Array(new SharedArrayBuffer(4 * entries.length));
    this.ids.set(entries.map(({ id }) => id));
    this.bytes = entries.map(({ bytes }) => bytes);
    this.longest = Math.max(0, ...new Set(this.bytes.map(({ length }) => length)));
    const limit = entries.reduce((most, { id }) => Math.max(most, id + 1), 0);
    // Filled in no order, an array that grows would become a slow one.
    this.#byId = new Array<ByteString | undefined>(limit).fill(undefined);
    this.#firstBytes = new Int16Array(limit).fill(-1);
    for (const { id, bytes } of entries) {
      this.#byId[id] = bytes;
      this.#firstBytes[id] = bytes.charCodeAt(0);
    }
  }

  /** Highest id + 1. */
  get idLimit(): number {
    return this.#byId.length;
  }

  bytesOf(id: number): ByteString | undefined {
    return this.#byId[id];
  }

  /** -1 for what is not text. Unlike `bytesOf` it reads no string, which counts over a whole vocabulary. */
  firstByteOf(id: number): number {
    return this.#firstBytes[id] ?? -1;
  }

  /** The tokens with exactly these bytes: usually one or none. */
  idsOf(bytes: ByteString): Uint32Array {
    const start = this.#firstFrom(bytes);
    let end = start;
    while (this.bytes[end] === bytes) end++;
    return this.ids.subarray(start, end);
  }

  /** Indices [start, end) of the tokens that begin with `prefix`, itself included. */
  startingWith(prefix: ByteString): { start: number; end: number } {
    // Every byte string that begins with the prefix sorts before the prefix followed by U+0100.
    return { start: this.#firstFrom(prefix), end: this.#firstFrom(`${prefix}\u0100`) };
  }

  /** Whether some token begins with `prefix` and is longer. */
  hasLonger(prefix: ByteString): boolean {
    let place = this.#firstFrom(prefix);
    while (this.bytes[place] === prefix) place++;
    return this.bytes[place]?.startsWith(prefix) === true;
  }

  /** The first place of the tokens from `key` on. */
  startingFrom(key: ByteString): number {
    return this.#firstFrom(key);
  }

  #firstFrom(key: ByteString): number {
    let [low, high] = [0, this.bytes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.bytes[middle]! < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** All tokens that are neither special nor among `marks`. */
export function textTokensOf(tokenizer: Tokenizer, marks: readonly number[] = []): SortedTokens {
  const ids: number[] = [];
  const isMark = new Set(marks);
  for (let id = 0; id < tokenizer.vocabSize; id++) {
    if (!tokenizer.isSpecial(id) && !isMark.has(id) && tokenizer.bytesOf(id).length > 0)
      ids.push(id);
  }
  return new SortedTokens(ids, id => tokenizer.bytesOf(id));
}
