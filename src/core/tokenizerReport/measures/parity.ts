// Parity: how many times the tokens of another language's text a text with the same meaning takes (Petrov et al. 2023,
// "Language Model Tokenizers Introduce Unfairness Between Languages", arXiv:2305.15425, who call it the premium).
import { textSizeOf, type TextSize } from '../../text/textSize';

export interface ParallelText {
  /** For display. */
  readonly language: string;
  readonly text: string;
}

export interface ParityRow extends TextSize {
  readonly language: string;
  readonly tokens: number;
  /** Its tokens ÷ those of the reference; null where that has none or is not among the languages. */
  readonly parity: number | null;
}

/** Most tokens first. `count` gives the tokens of a text. */
export function parityOf(
  texts: readonly ParallelText[],
  reference: string,
  count: (text: string) => number,
): ParityRow[] {
  const rows = texts.map(({ language, text }) => ({
    language,
    tokens: count(text),
    ...textSizeOf(text),
  }));
  const base = rows.find(({ language }) => language === reference)?.tokens ?? 0;
  return rows
    .map(row => ({ ...row, parity: base > 0 ? row.tokens / base : null }))
    .sort((a, b) => b.tokens - a.tokens);
}
