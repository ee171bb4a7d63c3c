// The rows of a JSON text: one value, a list of rows, or a row on each line.
import { isObject } from '../../json';
import { parseJson } from '../../parseJson';
import { JsonError } from '../../walkJson';
import { linesOf, markLength, type Line } from './lines';
import type { PlacedRow, RowReader } from './rowReader';
import type { Trace } from '../trace';

/** A brace or bracket, and what JSON may have after it, or nothing. Not `[THINK]`, `{x}` and `[see above]`. */
const JSON_START =
  /^\ufeff?\s*(?:\{\s*(?:["}]|$)|\[\s*(?:[[{\]"\d-]|(?:true|false|null|NaN|Infinity)\b|$))/;
/** As Python prints objects: `{'role': 'user'}`. */
const PYTHON_START = /^\ufeff?\s*\[?\s*\{\s*'[^'\n]*'\s*:/;
/** The first characters of a text, which show what it is. */
const START_LENGTH = 1000;

export function beginsAsJson(text: string): boolean {
  return JSON_START.test(startOf(text));
}

export function beginsAsPython(text: string): boolean {
  return PYTHON_START.test(startOf(text));
}

function startOf(text: string): string {
  const blank = /^\ufeff?\s*/.exec(text)![0].length;
  return text.slice(blank, blank + START_LENGTH);
}

/** Whether each of the first two lines that are not empty is a row by itself; fewer if there are fewer. */
export function firstLinesAreRows(lines: Iterable<Line>): boolean[] {
  const found: boolean[] = [];
  for (const { text } of lines) {
    if (text.trim() === '') continue;
    found.push(isRow(text));
    if (found.length === 2) break;
  }
  return found;
}

function isRow(text: string): boolean {
  try {
    const value = parseJson(text);
    return isObject(value) ? Object.keys(value).length > 0 : Array.isArray(value);
  } catch {
    return false;
  }
}

/** A row on each line; those that are broken are reported. */
export function* readJsonLines(lines: Iterable<Line>, reader: RowReader): Generator<Trace> {
  for (const { number, text, utf16Start } of lines) {
    if (text.trim() === '') continue;
    const name = `line ${number}`;
    const mark = number === 1 ? markLength(text) : 0;
    const place = { utf16Start: utf16Start + mark, utf16End: utf16Start + text.length };
    let row: unknown;
    try {
      row = parseJson(text);
    } catch (error) {
      reader.report(`${name} ${wordsOf(error, number)}`);
      continue;
    }
    yield* reader.add({ name, row, path: [], ...place });
  }
}

/** Rows on lines, or one value, whose items are the rows if it is a list. */
export function* readJson(text: string, reader: RowReader): Generator<Trace> {
  const [isFirstRow, isSecondRow] = firstLinesAreRows(linesOf(text));
  if (isFirstRow && isSecondRow !== undefined) return yield* readJsonLines(linesOf(text), reader);
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    // One line that is broken does not make the others something else.
    if (isSecondRow) return yield* readJsonLines(linesOf(text), reader);
    return reader.report(`It ${wordsOf(error)}`);
  }
  const place = { utf16Start: markLength(text), utf16End: text.length };
  const rows: PlacedRow[] = Array.isArray(value)
    ? value.map((row: unknown, i) => ({ name: `row ${i + 1}`, row, path: [i], ...place }))
    : [{ name: '', row: value, path: [], ...place }];
  if (rows.length === 0) reader.report('Its list is empty.');
  for (const row of rows) yield* reader.add(row);
}

/** `line`: the line of the file that was parsed by itself. Throws what is no `JsonError`. */
function wordsOf(error: unknown, line?: number): string {
  if (!(error instanceof JsonError)) throw error;
  const words = error.isCut ? 'is truncated' : 'is not valid JSON';
  return `${words}: ${line === undefined ? error.message : error.onLine(line)}.`;
}
