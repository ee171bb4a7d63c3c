// Byte offsets of places in a text, asked for in ascending order.
import { utf8Length } from '../../text/utf8';
import type { Encoding } from '../../tokenizer/tokenizer';

export class ByteOffsets {
  readonly #isAscii: boolean;
  #index = 0;
  #bytes = 0;

  /** `encoding`: of the text. */
  constructor(
    private readonly text: string,
    { byteEnds }: Encoding,
  ) {
    this.#isAscii = (byteEnds.at(-1) ?? 0) === text.length;
  }

  /** `index`, in UTF-16 units, is not before the one asked for last and splits no surrogate pair. */
  of(index: number): number {
    if (this.#isAscii) return index;
    this.#bytes += utf8Length(this.text, this.#index, index);
    this.#index = index;
    return this.#bytes;
  }
}
