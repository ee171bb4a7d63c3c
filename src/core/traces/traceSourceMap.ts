// Maps ranges between a trace's text and its file.
import type { MappedPart } from './jsonSourceMap';
import type { TraceRange, TraceText } from './traceText';

export class TraceSourceMap {
  readonly #parts: readonly MappedPart[];

  constructor(
    readonly text: TraceText,
    parts: readonly MappedPart[],
  ) {
    this.#parts = parts;
  }

  /** The ranges in the file for a range of the trace's text: one per part that it touches, none for the question. */
  rangesInFile({ utf16Start, utf16End }: TraceRange): TraceRange[] {
    const [start, end] = [this.text.byteAt(utf16Start), this.text.byteAt(utf16End)];
    return this.#parts.flatMap(part => {
      const from = Math.max(start, part.start) - part.start;
      const to = Math.min(end, part.end) - part.start;
      return from < to ? [{ utf16Start: part.utf16[from]!, utf16End: part.utf16[to]! }] : [];
    });
  }

  /** The ranges of the trace's text inside a range of the file. */
  rangesInText({ utf16Start, utf16End }: TraceRange): TraceRange[] {
    return this.#parts.flatMap(part => {
      const from = firstFrom(part.utf16, utf16Start);
      const to = Math.min(firstFrom(part.utf16, utf16End), part.end - part.start);
      if (from >= to) return [];
      return [this.text.rangeOf({ start: part.start + from, end: part.start + to })];
    });
  }

  /**
   * The offset in the trace's text of the character at an offset of the file; undefined if the trace has no text there.
   */
  utf16At(offset: number): number | undefined {
    const part = this.#parts.find(
      ({ utf16 }) => utf16[0]! <= offset && offset < utf16[utf16.length - 1]!,
    );
    if (!part) return undefined;
    const start = part.start + firstFrom(part.utf16, offset + 1) - 1;
    return this.text.rangeOf({ start, end: start + 1 }).utf16Start;
  }
}

/** The first index with a value of at least `value`. */
function firstFrom(ascending: Uint32Array, value: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
