// The smallest tokens, from which merging starts: one per byte, or one per character with byte tokens as a fallback.
import { encodeUtf8, writeUtf8 } from '../../text/utf8';
import { codePointAt } from '../unicode/classes';
import { REPLACEMENT_CHARACTER } from '../../text/characters';
import { MissingBytes, type UnknownByte } from './missingBytes';

export interface Alphabet {
  /**
   * Writes the ids of the smallest tokens of text[from, to) to the start of `into`, which must hold 3 per UTF-16 unit,
   * and returns their number.
   */
  write(text: string, from: number, to: number, into: Int32Array): number;
}

/** Texts up to this length, in UTF-16 units, need no allocation. */
const SHORT = 256;

export class ByteAlphabet implements Alphabet {
  /** [byte]; the id of the token for this single byte, -1 if there is none. */
  readonly ids: Int32Array;
  /** Undefined if every text can be spelled. */
  readonly missing: MissingBytes | undefined;
  readonly #bytes = new Uint8Array(SHORT * 3);
  readonly #lastIds: Int32Array | undefined;

  /**
   * `unknown` stands for bytes without a token; without it, they are left out. `lastIds`: [byte], the tokens of the last
   * byte of a pretoken, if they are others.
   */
  constructor(ids: Int32Array, unknown?: UnknownByte, lastIds?: Int32Array) {
    this.ids = ids;
    this.#lastIds = lastIds;
    this.missing = MissingBytes.of(ids, unknown);
  }

  write(text: string, from: number, to: number, into: Int32Array): number {
    const isShort = to - from <= SHORT;
    const bytes = isShort ? this.#bytes : encodeUtf8(text.slice(from, to));
    const length = isShort ? writeUtf8(text, from, to, bytes) : bytes.length;
    return this.writeBytes(bytes, into, length);
  }

  /** The same for bytes[0, length). */
  writeBytes(bytes: Uint8Array, into: Int32Array, length = bytes.length): number {
    for (let i = 0; i < length; i++) into[i] = this.ids[bytes[i]!]!;
    if (this.#lastIds && length > 0) into[length - 1] = this.#lastIds[bytes[length - 1]!]!;
    return this.missing ? this.#withoutMissing(into, length, this.missing.unknown) : length;
  }

  /** Replaces the bytes without a token, in place; returns how many ids are left. */
  #withoutMissing(ids: Int32Array, length: number, unknown: UnknownByte | undefined): number {
    let count = 0;
    let follows = false;
    for (let i = 0; i < length; i++) {
      const id = ids[i]!;
      if (id >= 0) ids[count++] = id;
      else if (unknown && !(follows && unknown.fuses)) ids[count++] = unknown.id;
      follows = id < 0;
    }
    return count;
  }
}

export class CharacterAlphabet implements Alphabet {
  /** [code point]; -1 if the character has no token of its own. */
  readonly #ids: Int32Array;
  readonly #fallback: ByteAlphabet | undefined;
  /** [byte]; the byte token used to spell characters without a token, -1 if there is none. */
  readonly byteIds: Int32Array | undefined;

  /** `characters` is keyed by code point; `byteIds` is [byte], undefined without byte fallback. */
  constructor(characters: ReadonlyMap<number, number>, byteIds: Int32Array | undefined) {
    this.#ids = new Int32Array(0x110000).fill(-1);
    for (const [code, id] of characters) this.#ids[code] = id;
    // Lone surrogates become U+FFFD in UTF-8.
    this.#ids.fill(this.#ids[REPLACEMENT_CHARACTER]!, 0xd800, 0xe000);
    this.byteIds = byteIds;
    this.#fallback = byteIds && new ByteAlphabet(byteIds);
  }

  /** The token of this single character. */
  idOf(code: number): number | undefined {
    const id = this.#ids[code]!;
    return id < 0 ? undefined : id;
  }

  /** Whether `write` can encode the character: with all of its bytes or not at all. */
  has(code: number): boolean {
    if (this.#ids[code]! >= 0) return true;
    if (!this.#fallback?.missing) return this.#fallback !== undefined;
    const character = String.fromCodePoint(code);
    return !this.#fallback.missing.areIn(character, 0, character.length);
  }

  /** Whether there is a character that `write` cannot encode. */
  get isPartial(): boolean {
    return !this.#fallback || this.#fallback.missing !== undefined;
  }

  write(text: string, from: number, to: number, into: Int32Array): number {
    let count = 0;
    for (let i = from; i < to; i++) {
      const code = codePointAt(text, i, to);
      const id = this.#ids[code]!;
      const end = code > 0xffff ? i + 2 : i + 1;
      if (id >= 0) into[count++] = id;
      else if (this.#fallback) count += this.#fallback.write(text, i, end, into.subarray(count));
      i = end - 1;
    }
    return count;
  }
}
