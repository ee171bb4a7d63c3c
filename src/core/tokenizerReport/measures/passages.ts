// Passages that answer questions, as the published data of chunking evaluations have them.
import { UserError } from '../../errors';
import { parseJson } from '../../parseJson';
import { JsonError } from '../../walkJson';

export interface Question {
  readonly question: string;
  /** Of the text with the passages; undefined where there is one text only. */
  readonly path: string | undefined;
  /** In code points, half-open. */
  readonly references: readonly { readonly start: number; readonly end: number }[];
}

/**
 * JSON lines: `{"question": "...", "path": "...", "references": [{"start": 0, "end": 10}]}`, the path being optional.
 * `file`: for errors. Throws `UserError` that names the line.
 */
export function readPassages(file: string, text: string): Question[] {
  const lines = text.split('\n').map((line, i) => ({ line: line.trim(), number: i + 1 }));
  const questions = lines
    .filter(({ line }) => line !== '')
    .map(({ line, number }) => questionOf(line, `${file}, line ${number}`));
  if (questions.length > 0) return questions;
  throw new UserError(`${file} contains no question.`);
}

/** The line of a question about a text, whose spans are in UTF-16 units. */
export function passageLine(
  question: string,
  path: string,
  text: string,
  spans: readonly { readonly utf16Start: number; readonly utf16End: number }[],
): string {
  const before = (utf16: number) => Array.from(text.slice(0, utf16)).length;
  const references = spans.map(({ utf16Start, utf16End }) => ({
    start: before(utf16Start),
    end: before(utf16End),
  }));
  return `${JSON.stringify({ question, path, references })}\n`;
}

/** Whether a text may be the one that a question names: its own path may begin in a folder further in. */
export const mayBeAt = (named: string, path: string): boolean =>
  named === path || named.endsWith(`/${path}`);

/** From an offset in code points to one in UTF-16 units; the text's length for what is beyond it. */
export function codePointPlaces(text: string): (codePoint: number) => number {
  const starts: number[] = [];
  for (let i = 0; i < text.length; i++) {
    starts.push(i);
    if (text.codePointAt(i)! > 0xffff) i++;
  }
  return codePoint => starts[codePoint] ?? text.length;
}

const FORM = 'Write {"question": "...", "references": [{"start": 0, "end": 10}]}.';

function questionOf(line: string, where: string): Question {
  const value = valueOf(line, where) as Partial<Record<keyof Question, unknown>> | null;
  const { question, path, references } = value ?? {};
  if (typeof question !== 'string') throw new UserError(`${where}: "question" is missing. ${FORM}`);
  if (path !== undefined && typeof path !== 'string')
    throw new UserError(`${where}: "path" is not a string.`);
  if (!Array.isArray(references) || references.length === 0 || !references.every(isSpan))
    throw new UserError(`${where}: "references" must be spans of at least one character. ${FORM}`);
  return { question, path, references };
}

function valueOf(line: string, where: string): unknown {
  try {
    return parseJson(line);
  } catch (error) {
    if (error instanceof JsonError) throw new UserError(`${where} is not JSON. ${FORM}`);
    throw error;
  }
}

function isSpan(value: unknown): value is Question['references'][number] {
  const { start, end } = (value ?? {}) as { start?: unknown; end?: unknown };
  return (
    Number.isInteger(start) &&
    Number.isInteger(end) &&
    0 <= Number(start) &&
    Number(start) < Number(end)
  );
}
