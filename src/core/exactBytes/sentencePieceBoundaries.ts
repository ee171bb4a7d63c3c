// Boundaries in text that no pattern splits, as in SentencePiece: between two characters whose adjacent bytes are not
// adjacent in any token. No merge crosses such a place, whatever else the text contains.
import { AdjacentCharacters } from '../tokenizer/bpe/adjacentCharacters';
import type { ByteString } from './byteString';
import { characterLength, codePointsFrom, incompleteFrom } from './utf8Characters';
import type { Boundaries, PretokenBoundaries } from './pretokenBoundaries';

export class SentencePieceBoundaries implements PretokenBoundaries {
  /** The end of the bytes is unsettled: the following text may still join it. */
  readonly unsettled = 1;
  readonly #pairs: AdjacentCharacters;

  constructor(tokens: Iterable<Uint8Array>) {
    this.#pairs = new AdjacentCharacters(tokens);
  }

  boundariesFor(bytes: ByteString): Boundaries[] {
    const ends = this.#endsIn(bytes);
    if (!ends) return [];
    const { length } = bytes;
    // A character is never split, even if it is spelled byte by byte.
    if (length === 0 || incompleteFrom(bytes) < length) return [ends];
    const closed = [...ends, length];
    return this.#pairs.continuesAfter(bytes.charCodeAt(length - 1)) ? [ends, closed] : [closed];
  }

  ended(bytes: ByteString): Boundaries | undefined {
    if (incompleteFrom(bytes) < bytes.length) return undefined;
    const ends = this.#endsIn(bytes);
    return ends && bytes !== '' ? [...ends, bytes.length] : ends;
  }

  /** A text may end after any whole character, so no continuation is required. */
  openers(): ByteString[] {
    return [];
  }

  shapeOf(bytes: ByteString): string | undefined {
    const ends = this.#endsIn(bytes);
    return ends && [...ends, bytes[0], bytes.slice(incompleteFrom(bytes)), bytes.at(-1)].join(' ');
  }

  joinsFreely(bytes: ByteString): boolean {
    return incompleteFrom(bytes) === bytes.length;
  }

  openEndOf(bytes: ByteString): string {
    return bytes.slice(incompleteFrom(bytes));
  }

  /** The boundaries inside the bytes; undefined if no text begins with them. */
  #endsIn(bytes: ByteString): number[] | undefined {
    const ends: number[] = [];
    for (let at = 0; at < bytes.length;) {
      const lead = bytes.charCodeAt(at);
      if (at > 0 && !this.#pairs.has(bytes.charCodeAt(at - 1), lead)) ends.push(at);
      if (lead < 0x80) {
        at++;
        continue;
      }
      const end = at + characterLength(lead);
      const [first, last] = codePointsFrom(bytes, at, Math.min(end, bytes.length));
      if (last < first) return undefined;
      at = end;
    }
    return ends;
  }
}
