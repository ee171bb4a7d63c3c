// Vocabularies that lack a token for some byte of UTF-8. As in Rust `tokenizers`, such a byte becomes the unknown token;
// without one it is left out, so that the model sees less than the text has.
import { encodeUtf8 } from '../../text/utf8';
import type { ReplacedSpan } from '../normalize/spans';
import type { TakenToken } from '../addedTokens';
import { codePointAt } from '../unicode/classes';

export interface UnknownByte extends TakenToken {
  /** Whether a run of such bytes inside a pretoken becomes one token (`fuse_unk`). */
  readonly fuses: boolean;
}

/** Whether some text in UTF-8 has the byte. */
export const occursInUtf8 = (byte: number) => byte < 0xc0 || (byte > 0xc1 && byte < 0xf5);

export class MissingBytes {
  /** [byte]; -1 if it has no token. */
  readonly #ids: Int32Array;
  readonly unknown: UnknownByte | undefined;

  private constructor(ids: Int32Array, unknown: UnknownByte | undefined) {
    this.#ids = ids;
    this.unknown = unknown;
  }

  /** Undefined if all bytes that a text may have are there. `ids`: [byte], -1 for a missing one. */
  static of(ids: Int32Array, unknown?: UnknownByte): MissingBytes | undefined {
    const isMissing = (id: number, byte: number) => id < 0 && occursInUtf8(byte);
    return ids.some(isMissing) ? new MissingBytes(ids, unknown) : undefined;
  }

  /** Whether text[from, to) has such a byte. */
  areIn(text: string, from: number, to: number): boolean {
    for (let at = from; at < to;) {
      const code = codePointAt(text, at, to);
      if (this.#keptOf(code) !== undefined) return true;
      at += code > 0xffff ? 2 : 1;
    }
    return false;
  }

  /** Whether the character at `at` becomes at least one token. */
  keeps(text: string, at: number): boolean {
    const kept = this.#keptOf(codePointAt(text, at, text.length));
    return kept === undefined || kept.some(byte => byte) || this.unknown !== undefined;
  }

  /** The characters of a pretoken, text[from, to), that have such bytes, each replaced by as much as its tokens have. */
  spansOf(text: string, from: number, to: number): ReplacedSpan[] {
    const spans: ReplacedSpan[] = [];
    let follows = false; // an unknown byte follows another
    for (let at = from; at < to;) {
      const code = codePointAt(text, at, to);
      const end = at + (code > 0xffff ? 2 : 1);
      const kept = this.#keptOf(code);
      if (kept) {
        let length = '';
        for (const isKept of kept) {
          if (isKept) length += '.';
          else if (this.unknown && !(follows && this.unknown.fuses)) length += this.unknown.bytes;
          follows = !isKept;
        }
        spans.push({ start: at, end, text: length });
      } else follows = false;
      at = end;
    }
    return spans;
  }

  /** [byte of the character]: whether it has a token; undefined if all have. */
  #keptOf(code: number): boolean[] | undefined {
    if (code < 0x80) return this.#ids[code]! < 0 ? [false] : undefined;
    const character = String.fromCodePoint(code);
    const kept = Array.from(encodeUtf8(character), byte => this.#ids[byte]! >= 0);
    return kept.includes(false) ? kept : undefined;
  }
}
