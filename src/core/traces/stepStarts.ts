// Where the steps of a chain of thought begin: at numbered lines, else at paragraphs, else at lines, else at sentences.

const NUMBERED = /^[ \t]*(?:#+[ \t]*)?(?:\*\*)?(?:step[ \t]+\d+|\d+[.)](?=\s))/gim;
const PARAGRAPH = /\n[ \t]*\n\s*(?=\S)/g;
const LINE = /\n+(?=[ \t]*\S)/g;
const SENTENCE = /[.!?]["')\]]*\s+(?=[\p{Lu}\p{N}"'(])/gu;

/** UTF-16 offsets, ascending; the first is 0. A text of one sentence is one step. */
export function stepStarts(text: string): number[] {
  const numbered = [...text.matchAll(NUMBERED)].map(({ index }) => index);
  const paragraphs = text.match(PARAGRAPH)?.length ?? 0;
  // A short list in a long text does not divide it into steps.
  if (numbered.length > 1 && 3 * numbered.length > paragraphs) return withFirst(text, numbered);
  for (const border of [PARAGRAPH, LINE, SENTENCE]) {
    const starts = [...text.matchAll(border)].map(match => match.index + match[0].length);
    const inside = starts.filter(start => start < text.trimEnd().length);
    if (inside.length > 0) return withFirst(text, inside);
  }
  return [0];
}

/** The text before the first border is a step unless it is only white space. */
function withFirst(text: string, starts: readonly number[]): number[] {
  const [first] = starts;
  return text.slice(0, first).trim() ? [0, ...starts] : [0, ...starts.slice(1)];
}
