// What the beginnings of the last text settle: at the next rest of a cursor most of the text is the same, and is not
// split again.
import type { ByteString } from './byteString';
import { noTrunk, type Trunk } from './trunk';

/** Bytes from one known beginning to the next. */
const STEP = 256;

export class KnownBeginnings {
  #text: ByteString = '';
  /** [i]: what the first (i + 1) * STEP bytes of the text settle. */
  #trunks: Trunk[] = [];

  /**
   * What the longest beginning of the text of a multiple of `STEP` bytes settles. `settle` extends a trunk by what the
   * bytes after it settle.
   */
  trunkOf(text: ByteString, settle: (beginning: ByteString, before: Trunk) => Trunk): Trunk {
    let same = 0;
    while (same < this.#trunks.length && this.#hasPart(text, same)) same++;
    this.#trunks.length = same;
    this.#text = text;
    for (let end = (same + 1) * STEP; end <= text.length; end += STEP)
      this.#trunks.push(settle(text.slice(0, end), this.#trunks.at(-1) ?? noTrunk));
    return this.#trunks.at(-1) ?? noTrunk;
  }

  #hasPart(text: ByteString, part: number): boolean {
    const [start, end] = [part * STEP, (part + 1) * STEP];
    return text.length >= end && text.slice(start, end) === this.#text.slice(start, end);
  }
}
