// One text as the editor has it, its tokens, and what is known of their scores.
import { utf16Spans } from '../core/offsets';
import { emptyScores, type Scores } from '../core/scores';
import type { Encoding, Tokenizer } from '../core/tokenizer/tokenizer';
import type { Range16, TextEdit } from '../protocol/engine';

/** Alternatives kept for every token: what the hover shows. */
export const TOP_K = 8;

export interface Tokens extends Encoding {
  readonly utf16Starts: Uint32Array;
  readonly utf16Ends: Uint32Array;
  readonly scores: Scores;
  /** [token]; 1 where `scores` holds the token's row, known or beyond knowing. */
  readonly scored: Uint8Array;
}

export class Document {
  private tokens: Tokens | undefined;
  private controller = new AbortController();

  constructor(
    readonly uri: string,
    public version: number,
    public text: string,
  ) {}

  /** Aborted when the text it was taken from is no longer the document's. */
  get current(): AbortSignal {
    return this.controller.signal;
  }

  edit(version: number, edits: readonly TextEdit[]): void {
    // VS Code reports several edits of one change last position first, all in offsets of the old text.
    for (const { utf16Start, utf16End, text } of edits) {
      this.text = this.text.slice(0, utf16Start) + text + this.text.slice(utf16End);
    }
    this.version = version;
    this.forget();
  }

  /** Drops what depends on text or model. */
  forget(): void {
    this.controller.abort();
    this.controller = new AbortController();
    this.tokens = undefined;
  }

  tokensBy(tokenizer: Tokenizer, topK = TOP_K): Tokens {
    if (!this.tokens) {
      const encoding = tokenizer.encode(this.text);
      const { starts, ends } = utf16Spans(this.text, encoding.byteStarts);
      const count = encoding.ids.length;
      this.tokens = {
        ...encoding,
        utf16Starts: starts,
        utf16Ends: ends,
        scores: emptyScores(count, topK),
        scored: new Uint8Array(count),
      };
    }
    return this.tokens;
  }
}

/** Tokens [first, end) that touch a range; an empty range touches the token that begins there or spans it. */
export function tokensIn(tokens: Tokens, range: Range16): { first: number; end: number } {
  const from = range.utf16Start;
  const to = Math.max(range.utf16End, from + 1);
  const first = lowerBound(tokens.utf16Ends, from + 1);
  return { first, end: Math.max(first, lowerBound(tokens.utf16Starts, to)) };
}

/** The first index whose value is at least `value`, in ascending values. */
function lowerBound(values: Uint32Array, value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** In `scored`: tokens not scored yet. */
export function countZeros(flags: Uint8Array): number {
  return flags.reduce((zeros, flag) => zeros + (flag === 0 ? 1 : 0), 0);
}
