// A trace as a text of its own: the question, a line end, and what the model wrote. Read from the start, it gives a
// model the context in which the trace was written.
import { utf8LengthAt } from '../text/utf8';
import type { Span, Trace } from './trace';

export interface TraceRange {
  readonly utf16Start: number;
  readonly utf16End: number;
}

export class TraceText {
  readonly text: string;
  /** UTF-16: where the model's text begins. */
  readonly start: number;
  /** [byte of the model's text, plus one for its end]: UTF-16 offset of the character that contains the byte. */
  readonly #places: Uint32Array;

  constructor(trace: Pick<Trace, 'question' | 'text'>) {
    const before = trace.question ? `${trace.question.trimEnd()}\n` : '';
    this.start = before.length;
    this.text = before + trace.text;
    const places: number[] = [];
    for (let at = this.start; at < this.text.length;) {
      const bytes = utf8LengthAt(this.text, at);
      for (let i = 0; i < bytes; i++) places.push(at);
      at += bytes === 4 ? 2 : 1;
    }
    this.#places = Uint32Array.from([...places, this.text.length]);
  }

  /** The whole characters that a span of the trace's bytes touches. */
  rangeOf({ start, end }: Span): TraceRange {
    const places = this.#places;
    const last = places.length - 1;
    let utf16End = places[Math.min(end, last)]!;
    // A span that ends inside a character includes all of it.
    if (end < last && end > start && places[end - 1] === utf16End) {
      utf16End += utf8LengthAt(this.text, utf16End) === 4 ? 2 : 1;
    }
    return { utf16Start: places[Math.min(start, last)]!, utf16End };
  }

  /** In bytes of the trace: the first byte of the character at a UTF-16 offset; 0 in the question. */
  byteAt(utf16: number): number {
    const places = this.#places;
    let low = 0;
    let high = places.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (places[middle]! < utf16) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
