// Where the steps of a chain of thought begin: at numbered lines, else at paragraphs, else at lines, else at sentences.

const NUMBERED = /^[ \t]*(?:#+[ \t]*)?(?:\*\*)?(?:step[ \t]+\d+|\d+[.)](?=\s))/gim;
const PARAGRAPH = /\n[ \t]*\n\s*/g;
const LINE = /\n(?=[ \t]*\S)/g;
const SENTENCE = /[.!?]["')\]]*\s+(?=[\p{Lu}\p{N}"'(])/gu;

/** UTF-16 offsets, ascending; the first is 0. A text of one sentence is one step. Linear in the text's length. */
export function stepStarts(text: string): number[] {
  // Nothing begins in the white space at the end.
  const end = text.trimEnd().length;
  const startsAfter = (border: RegExp) => {
    const starts: number[] = [];
    for (const { 0: found, index } of text.matchAll(border)) {
      const start = index + found.length;
      if (start < end) starts.push(start);
    }
    return starts;
  };
  const numbered = [...text.matchAll(NUMBERED)].map(({ index }) => index);
  const paragraphs = startsAfter(PARAGRAPH);
  // A short list in a long text does not divide it into steps.
  if (numbered.length > 1 && 3 * numbered.length > paragraphs.length)
    return withFirst(text, numbered);
  if (paragraphs.length > 0) return withFirst(text, paragraphs);
  for (const border of [LINE, SENTENCE]) {
    const starts = startsAfter(border);
    if (starts.length > 0) return withFirst(text, starts);
  }
  return [0];
}

/** The text before the first border is a step unless it is only white space. */
function withFirst(text: string, starts: readonly number[]): number[] {
  const [first] = starts;
  return text.slice(0, first).trim() ? [0, ...starts] : [0, ...starts.slice(1)];
}
