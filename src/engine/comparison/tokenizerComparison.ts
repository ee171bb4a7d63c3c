// Two tokenizers on one text: token counts, and where they split it differently.
import type { Difference } from '../../core/text/boundaryDifferences';
import { addSizes, emptySize, textSizeOf } from '../../core/text/textSize';
import type { StreamTokens, TokenStream } from '../../core/text/stream/tokenStream';
import { firstInvalidUtf8 } from '../../core/text/utf8';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import type { Comparison, DifferentTokens, FileCount } from '../../protocol/compare';
import type { Range16 } from '../../protocol/types';
import type { Document } from '../documents/document';
import { tokenPiece } from '../documents/tokenPiece';

/** Differences that a page lists at once. */
const LISTED = 100;

export class TokenizerComparison {
  constructor(
    private readonly document: Document,
    private readonly first: Tokenizer,
    private readonly second: Tokenizer,
  ) {}

  compare(ranges: readonly Range16[], visible: readonly Range16[]): Comparison {
    const { text } = this.document;
    const [stream, other] = this.streams;
    const slices = ranges.map(({ utf16Start, utf16End }) => text.slice(utf16Start, utf16End));
    const all = this.differences;
    const seen = visible.map(({ utf16Start, utf16End }) => stream.tokensIn(utf16Start, utf16End));
    const inSight = all.filter(({ first, end }) =>
      seen.some(range => first < range.end && end > range.first),
    );
    return {
      document: {
        ...textSizeOf(text),
        tokens: stream.size.tokens,
        second: other.size.tokens,
      },
      ranges: {
        ...slices.map(textSizeOf).reduce(addSizes, emptySize),
        tokens: tokensIn(stream, ranges),
        second: tokensIn(other, ranges),
      },
      differences: all.length,
      listed: inSight.slice(0, LISTED).map(difference => this.tokensAt(difference)),
    };
  }

  /** The nearest difference that starts after UTF-16 offset `from`, or before it; null if there is none. */
  difference(from: number, direction: 1 | -1): Range16 | null {
    const [stream] = this.streams;
    const all = this.differences;
    // Binary search: differences are in the order of the text.
    let low = 0;
    let high = all.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const { utf16Start } = rangeOf(stream, all[middle]!);
      if (direction > 0 ? utf16Start <= from : utf16Start < from) low = middle + 1;
      else high = middle;
    }
    const found = all[direction > 0 ? low : low - 1];
    return found ? rangeOf(stream, found) : null;
  }

  /** By the first tokenizer and by the second. */
  private get streams(): [TokenStream, TokenStream] {
    return [this.document.streamBy(this.first), this.document.streamBy(this.second)];
  }

  private get differences(): readonly Difference[] {
    return this.document.differencesOf(this.first, this.second);
  }

  private tokensAt(difference: Difference): DifferentTokens {
    const [stream, other] = this.streams;
    const { first, end, otherFirst, otherEnd } = difference;
    const pieces = (tokenizer: Tokenizer, { ids }: StreamTokens) =>
      Array.from(ids, id => tokenPiece(tokenizer, id));
    return {
      ...rangeOf(stream, difference),
      first: pieces(this.first, stream.tokens(first, end)),
      second: pieces(this.second, other.tokens(otherFirst, otherEnd)),
    };
  }
}

export function tokensIn(stream: TokenStream, ranges: readonly Range16[]): number {
  return ranges
    .map(({ utf16Start, utf16End }) => stream.tokensIn(utf16Start, utf16End))
    .reduce((sum, { first, end }) => sum + end - first, 0);
}

/** Null if the bytes hold a NUL or are not UTF-8. */
export function countOfBytes(
  bytes: Uint8Array,
  first: Tokenizer,
  second?: Tokenizer,
): FileCount | null {
  if (bytes.includes(0) || firstInvalidUtf8(bytes) >= 0) return null;
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  return {
    ...textSizeOf(text),
    tokens: first.encode(text).ids.length,
    ...(second ? { second: second.encode(text).ids.length } : {}),
  };
}

function rangeOf(stream: TokenStream, { first, end }: Difference): Range16 {
  const { utf16Starts } = stream.tokens(first, first + 1);
  const { utf16Ends } = stream.tokens(end - 1, end);
  return { utf16Start: utf16Starts[0]!, utf16End: utf16Ends[0]! };
}
