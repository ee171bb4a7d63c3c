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

  /** `lineEnds`: as the trace has them, or each as a line feed. */
  constructor(
    { question, text: written }: Pick<Trace, 'question' | 'text'>,
    lineEnds: 'as written' | 'line feeds' = 'as written',
  ) {
    const isShown = lineEnds === 'line feeds';
    const shown = (text: string) => (isShown ? text.replace(/\r\n?/g, '\n') : text);
    const before = question ? `${shown(question.trimEnd())}\n` : '';
    this.start = before.length;
    this.text = before + shown(written);
    const places: number[] = [];
    let place = this.start;
    for (let at = 0; at < written.length;) {
      const isPair = isShown && written.startsWith('\r\n', at);
      const bytes = isPair ? 2 : utf8LengthAt(written, at);
      for (let i = 0; i < bytes; i++) places.push(place);
      at += isPair || bytes === 4 ? 2 : 1;
      place += bytes === 4 ? 2 : 1;
    }
    this.#places = Uint32Array.from([...places, this.text.length]);
  }

  /**
   * As an editor shows it: VS Code makes all line ends of a document one kind, which moves offsets unless all of them are
   * line feeds already.
   */
  static shown(trace: Pick<Trace, 'question' | 'text'>): TraceText {
    return new TraceText(trace, 'line feeds');
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
