// The lines of a text with their places.

export interface Line {
  /** From 1. */
  readonly number: number;
  /** Without the line feed. */
  readonly text: string;
  /** Of its first character, in the file. */
  readonly utf16Start: number;
}

export function* linesOf(text: string): Generator<Line> {
  let number = 1;
  for (let start = 0; start <= text.length; number++) {
    const feed = text.indexOf('\n', start);
    const end = feed < 0 ? text.length : feed;
    yield { number, text: text.slice(start, end), utf16Start: start };
    start = end + 1;
  }
}

/** A byte order mark, which is not part of the first row. */
export function markLength(text: string): number {
  return text.startsWith('\ufeff') ? 1 : 0;
}
