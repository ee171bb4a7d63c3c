// Goes through the tokens of a file beside the text that they may spell, byte by byte.
import { SPACE } from '../text/characters';
import type { RawAlternative, RawLogprob } from './formats/rawTrace';
import { isSameBytes } from './savedUncertainty';
import type { SavedAlternative, SavedToken, Span } from './trace';

/** A place in the tokens, and what was placed before it. */
export interface Bookmark {
  readonly token: number;
  readonly byte: number;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly spelled: number;
  readonly placed: number;
  readonly touched: number;
}

export class TokenWalk {
  /** Those whose bytes are all in the text, one after the other. */
  readonly placed: SavedToken[] = [];
  /** Their indices, ascending. */
  readonly whole: number[] = [];
  /** Indices of the tokens of which the text has at least a part, ascending. */
  readonly touched: number[] = [];
  readonly #tokens: readonly RawLogprob[];
  readonly #text: Uint8Array;
  #token = 0;
  #byte = 0;
  /** What the current token is read as. */
  #bytes: Uint8Array;
  /** Where the current token begins in the text; -1 if the text has not all of it until here. */
  #start = -1;
  /** Where in the text the last byte ended that was spelled. */
  #spelled = 0;

  constructor(tokens: readonly RawLogprob[], text: Uint8Array) {
    this.#tokens = tokens;
    this.#text = text;
    this.#bytes = tokens[0]?.bytes ?? new Uint8Array();
    this.#passEmpty();
  }

  get isAtEnd(): boolean {
    return this.#token >= this.#tokens.length;
  }

  get bookmark(): Bookmark {
    const [placed, touched] = [this.placed.length, this.touched.length];
    const [token, byte, bytes] = [this.#token, this.#byte, this.#bytes];
    return { token, byte, bytes, start: this.#start, spelled: this.#spelled, placed, touched };
  }

  goBack(to: Bookmark): void {
    [this.#token, this.#byte, this.#bytes] = [to.token, to.byte, to.bytes];
    [this.#start, this.#spelled] = [to.start, to.spelled];
    this.placed.length = this.whole.length = to.placed;
    this.touched.length = to.touched;
  }

  /** Goes on as long as the tokens spell text[start, end). Returns the first offset at which they do not. */
  spell({ start, end }: Span): number {
    // A token that has bytes on both sides of what the text has between is not whole.
    if (start !== this.#spelled) this.#start = -1;
    this.#spelled = start;
    for (let at = start; at < end; at++) {
      if (this.isAtEnd) return at;
      if (this.#byte === 0) {
        this.#bytes = this.#readingAt(at, end);
        this.#start = at;
      }
      if (this.#bytes[this.#byte] !== this.#text[at]) return at;
      if (this.touched.at(-1) !== this.#token) this.touched.push(this.#token);
      if (this.#byte + 1 === this.#bytes.length && this.#start >= 0) this.#place(at + 1);
      this.#advance();
      this.#spelled = at + 1;
    }
    return end;
  }

  /** Passes bytes that the text does not have. */
  skip(count: number): void {
    for (let i = 0; i < count && !this.isAtEnd; i++) {
      this.#start = -1;
      this.#advance();
    }
  }

  /** The next bytes, `count` at most. */
  ahead(count: number): Uint8Array {
    const found: number[] = [];
    let [token, from, bytes] = [this.#token, this.#byte, this.#bytes];
    while (found.length < count && token < this.#tokens.length) {
      found.push(...bytes.subarray(from, from + count - found.length));
      [token, from, bytes] = [token + 1, 0, this.#tokens[token + 1]?.bytes ?? bytes];
    }
    return Uint8Array.from(found);
  }

  /** The white space that comes next; it is passed. */
  whitespace(): number[] {
    const found: number[] = [];
    while (!this.isAtEnd && isWhitespace(this.#bytes[this.#byte]!)) {
      found.push(this.#bytes[this.#byte]!);
      this.skip(1);
    }
    return found;
  }

  #place(end: number): void {
    const { logprob, top } = this.#tokens[this.#token]!;
    const bytes = this.#bytes;
    this.whole.push(this.#token);
    this.placed.push({ start: this.#start, end, bytes, logprob, top: readAs(bytes, top) });
  }

  #advance(): void {
    this.#byte++;
    this.#passEmpty();
  }

  /** To the next token that has bytes left. */
  #passEmpty(): void {
    while (!this.isAtEnd && this.#byte >= this.#bytes.length) {
      this.#token++;
      this.#byte = 0;
      this.#bytes = this.#tokens[this.#token]?.bytes ?? this.#bytes;
    }
  }

  /** The spelling of the current token that the text has there. */
  #readingAt(at: number, end: number): Uint8Array {
    const { bytes, otherBytes = [] } = this.#tokens[this.#token]!;
    const fits = (reading: Uint8Array) => {
      const length = Math.min(reading.length, end - at);
      for (let i = 0; i < length; i++) if (reading[i] !== this.#text[at + i]) return false;
      return reading.length > 0;
    };
    return [bytes, ...otherBytes].find(fits) ?? bytes;
  }
}

/** What the token is read as, its entry among the alternatives is read as too. */
function readAs(bytes: Uint8Array, top: readonly RawAlternative[]): readonly SavedAlternative[] {
  if (!top.some(({ otherBytes }) => otherBytes)) return top;
  return top.map(({ otherBytes, ...rest }) => {
    const isOwn = otherBytes?.some(other => isSameBytes(other, bytes));
    return isOwn ? { ...rest, bytes } : rest;
  });
}

export function isWhitespace(byte: number): boolean {
  return byte === SPACE || (byte >= 0x09 && byte <= 0x0d);
}
