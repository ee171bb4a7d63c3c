// Cuts a text into chunks of at most so many tokens, for retrieval.
import type { Encoding } from '../../tokenizer/tokenizer';
import { utf16Spans } from '../../text/utf16Spans';

/** Tokens [first, end). */
export interface TokenRange {
  readonly first: number;
  readonly end: number;
}

export interface ChunkSize {
  /** The most tokens of a chunk; at least 1. */
  readonly size: number;
  /** The most tokens that it shares with the chunk before; less than the size. */
  readonly overlap: number;
}

/** From paragraphs to words. Where none is left, a chunk ends between two tokens. */
export const SEPARATORS: readonly string[] = ['\n\n', '\n', '. ', ' '];

/** Where the tokens of a text begin. */
export class TokenPlaces {
  readonly count: number;
  /** [token]; in UTF-16 units, not descending. A token that begins inside a character begins with it. */
  readonly #starts: Uint32Array;

  constructor(
    readonly text: string,
    { byteStarts }: Encoding,
  ) {
    this.count = byteStarts.length;
    this.#starts = utf16Spans(text, byteStarts).starts;
  }

  /** The first token that begins at `index` or later. */
  from(index: number): number {
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#starts[middle]! < index) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The tokens that begin in text[start, end). Spans that are adjacent share no token. */
  rangeOf(start: number, end: number): TokenRange {
    return { first: this.from(start), end: this.from(end) };
  }

  /** Where the token begins; the text's length for the one after the last. */
  startOf(token: number): number {
    return this.#starts[token] ?? this.text.length;
  }
}

/** Chunks of `size` tokens; the last one may be shorter. Each begins `size` - `overlap` tokens after the one before. */
export function chunksByTokens(tokens: number, chunk: ChunkSize): TokenRange[] {
  check(chunk);
  const { size, overlap } = chunk;
  const chunks: TokenRange[] = [];
  for (let first = 0; first < tokens; first += size - overlap) {
    const end = Math.min(tokens, first + size);
    chunks.push({ first, end });
    if (end === tokens) break;
  }
  return chunks;
}

/**
 * Splits at the first separator; each part that has more than `size` tokens, at the next ones. Neighbouring parts are
 * then joined while they have no more than `size` tokens together, and the last parts of a chunk, of no more than
 * `overlap` tokens, begin the next one too. A separator belongs to the part before it.
 */
export function chunksBySeparators(
  places: TokenPlaces,
  chunk: ChunkSize,
  separators: readonly string[] = SEPARATORS,
): TokenRange[] {
  check(chunk);
  const { size, overlap } = chunk;
  const parts = partsOf(places, 0, places.text.length, size, separators, 0);
  const chunks: TokenRange[] = [];
  for (let i = 0; i < parts.length;) {
    let first = i;
    const before = chunks.at(-1)?.first ?? -1;
    const previous = parts[i]!.first;
    while (
      first > 0 &&
      parts[first - 1]!.first > before &&
      previous - parts[first - 1]!.first <= overlap &&
      parts[i]!.end - parts[first - 1]!.first <= size
    ) {
      first--;
    }
    let end = i + 1;
    while (end < parts.length && parts[end]!.end - parts[first]!.first <= size) end++;
    chunks.push({ first: parts[first]!.first, end: parts[end - 1]!.end });
    i = end;
  }
  return chunks;
}

/** Adjacent ranges of 1 to `size` tokens, of the tokens that begin in text[start, end). */
function partsOf(
  places: TokenPlaces,
  start: number,
  end: number,
  size: number,
  separators: readonly string[],
  level: number,
): TokenRange[] {
  const range = places.rangeOf(start, end);
  if (range.end === range.first) return [];
  if (range.end - range.first <= size) return [range];
  const separator = separators[level];
  if (!separator) {
    return chunksByTokens(range.end - range.first, { size, overlap: 0 }).map(part => ({
      first: range.first + part.first,
      end: range.first + part.end,
    }));
  }
  // Within the range: a separator that it lacks is not searched in the rest of the text.
  const within = places.text.slice(start, end);
  const parts: TokenRange[] = [];
  for (let at = start; at < end;) {
    const found = within.indexOf(separator, at - start);
    const next = found < 0 ? end : start + found + separator.length;
    for (const part of partsOf(places, at, next, size, separators, level + 1)) parts.push(part);
    at = next;
  }
  return parts;
}

function check({ size, overlap }: ChunkSize): void {
  if (!(size >= 1 && overlap >= 0 && overlap < size)) {
    throw new RangeError(`chunks of ${size} tokens cannot share ${overlap}`);
  }
}
