// The tokens of a text that comes in parts, read from its beginning to its end: what was read and is not needed any more
// is forgotten, so that no more is held than a reader looks back at.
import type { Tokenizer } from '../../tokenizer/tokenizer';
import {
  joinRopes,
  NOTHING,
  ropeOf,
  ropeSize,
  ropeText,
  ropeTokens,
  segmentAt,
  sizeOfSegment,
  splitRope,
  sumOfSizes,
  type Rope,
  type Size,
  type StreamTokens,
} from './rope';
import { segmentsOfParts, type Segment } from './segment';

/** The tokens of a part of a text, and the text from the part before on: together the whole. */
export interface TokenPart {
  /** Index of its first token. */
  readonly first: number;
  readonly tokens: StreamTokens;
  /** Where its text begins. */
  readonly utf16Start: number;
  readonly text: string;
}

export class TokenReader {
  readonly #segments: Iterator<Segment>;
  /** What was read and is not forgotten, and the size of the text before it. */
  #rope: Rope | undefined;
  #before: Size = NOTHING;
  #isWhole = false;
  /** The end of what was taken, in UTF-16 units. */
  #taken = 0;

  /** `parts`: the text, cut between characters. Text without hard boundaries is held whole. */
  constructor(tokenizer: Tokenizer, parts: Iterable<string>) {
    this.#segments = segmentsOfParts(tokenizer, parts);
  }

  /** Of what was read. */
  get size(): Size {
    return sumOfSizes(this.#before, ropeSize(this.#rope));
  }

  /** Whether all was read. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Reads on, until `tokens` tokens were read or the text ends. Answers how many were read. */
  readTo(tokens: number): number {
    while (!this.#isWhole && this.size.tokens < tokens) {
      const next = this.#segments.next();
      if (next.done) {
        this.#isWhole = true;
        break;
      }
      this.#rope = joinRopes(this.#rope, ropeOf([next.value]));
    }
    return this.size.tokens;
  }

  /** Tokens [first, end), which were read and are not forgotten, with their offsets in the whole text. */
  tokens(first: number, end: number): StreamTokens {
    return ropeTokens(this.#rope, first, end, this.#before);
  }

  /** The same as a part of the text: `first` follows on the part before it. */
  take(first: number, end: number): TokenPart {
    const tokens = this.tokens(first, end);
    const utf16Start = this.#taken;
    const isLast = this.#isWhole && end === this.size.tokens;
    // Its last token may end inside a character, which is of this part then.
    this.#taken = isLast ? this.size.utf16 : Math.max(utf16Start, tokens.utf16Ends.at(-1) ?? 0);
    const start = this.#before.utf16;
    const text = ropeText(this.#rope).slice(utf16Start - start, this.#taken - start);
    return { first, tokens, utf16Start, text };
  }

  /** Forgets the tokens before `token` and the text before it that was taken. */
  forgetBefore(token: number): void {
    const [utf16 = this.#taken] = this.tokens(
      token,
      Math.min(token + 1, this.size.tokens),
    ).utf16Starts;
    const at = Math.min(utf16, this.#taken) - this.#before.utf16;
    const start = segmentAt(this.#rope, at)?.before.utf16 ?? ropeSize(this.#rope).utf16;
    const [before, after] = splitRope(this.#rope, start);
    this.#before = sumOfSizes(this.#before, ropeSize(before));
    this.#rope = after;
  }
}

/** Tokens of a part, at most. */
const PART_TOKENS = 4096;

/** All of a text that was not read yet, in parts. */
export function* tokenParts(reader: TokenReader): Generator<TokenPart> {
  for (let first = reader.size.tokens; ; first = reader.size.tokens) {
    const end = reader.readTo(first + PART_TOKENS);
    yield reader.take(first, end);
    if (reader.isWhole) return;
    reader.forgetBefore(end);
  }
}

/** The size of a text in parts, and the offset in bytes of the first character that its tokens leave out. */
export function measureTokens(
  tokenizer: Tokenizer,
  parts: Iterable<string>,
  onBytes: (bytes: number) => void = () => {},
): Size & { readonly missing: number | undefined } {
  let size = NOTHING;
  let missing: number | undefined;
  for (const segment of segmentsOfParts(tokenizer, parts)) {
    if (segment.missing !== undefined) missing ??= segment.missing + size.bytes;
    size = sumOfSizes(size, sizeOfSegment(segment));
    onBytes(size.bytes);
  }
  return { ...size, missing };
}
