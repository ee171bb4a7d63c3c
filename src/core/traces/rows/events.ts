// Server-sent events (WHATWG HTML, section 9.2): each event's data is a row, which is usually a chunk of an answer.
import { parseJson } from '../../parseJson';
import { JsonError } from '../../walkJson';
import { isObject } from '../../json';
import type { Line } from './lines';
import type { RowReader } from './rowReader';
import type { Trace } from '../trace';

const EVENTS_START = /^\ufeff?\s*(?:(?::.*|id:.*|retry:.*)\r?\n\s*)*(?:data|event):/;
/** What ends a stream of chat completions. */
const DONE = '[DONE]';
/** The first characters of a text, which show what it is. */
const START_LENGTH = 2000;

export function beginsAsEvents(text: string): boolean {
  return EVENTS_START.test(text.slice(0, START_LENGTH));
}

/** The data of an event, line by line, with the places of its lines. */
interface Data {
  readonly lines: string[];
  readonly first: Line;
  last: Line;
}

/** `nameOf`: what an event that begins on a line is called. */
export function* readEvents(
  lines: Iterable<Line>,
  reader: RowReader,
  nameOf = ({ number }: Line) => `line ${number}`,
): Generator<Trace> {
  let data: Data | undefined;
  for (const line of lines) {
    for (const text of ownLines(line)) {
      if (text === '') {
        if (data) yield* readEvent(data, reader, nameOf(data.first));
        data = undefined;
        continue;
      }
      const value = dataOf(text);
      if (value === undefined) {
        if (!isField(text)) reader.report(`${nameOf(line)} is not a field of an event.`);
        continue;
      }
      data ??= { lines: [], first: line, last: line };
      data.lines.push(value);
      data.last = line;
    }
  }
  // A stream that was cut, or saved without its last line.
  if (data) yield* readEvent(data, reader, nameOf(data.first));
  yield* reader.end();
}

/** A carriage return alone ends a line too. */
function ownLines({ text, number }: Line): string[] {
  const own = number === 1 && text.startsWith('\ufeff') ? text.slice(1) : text;
  return own.replace(/\r$/, '').split('\r');
}

/** The value of a field `data`, without the one blank that may precede it. */
function dataOf(text: string): string | undefined {
  if (!text.startsWith('data')) return undefined;
  if (text === 'data') return '';
  return text[4] === ':' ? text.slice(text[5] === ' ' ? 6 : 5) : undefined;
}

/** Comments begin with a colon; fields of other names are to be ignored. */
function isField(text: string): boolean {
  return /^(?::|(?:event|id|retry)(?::|$))/.test(text);
}

function* readEvent(
  { lines, first, last }: Data,
  reader: RowReader,
  name: string,
): Generator<Trace> {
  const text = lines.join('\n').trim();
  if (text === '') return;
  if (text === DONE) return yield* reader.end();
  const place = { utf16Start: first.utf16Start, utf16End: last.utf16Start + last.text.length };
  const whole = valueOf(text);
  if (!(whole instanceof JsonError)) {
    yield* reader.add({ name, row: whole, path: [], ...place, isRewritten: true });
    return;
  }
  // Without blank lines between them, as `grep data:` leaves events, each line is one.
  for (const line of lines) {
    if (line.trim() === DONE) {
      yield* reader.end();
      continue;
    }
    const value = valueOf(line);
    if (isObject(value) && !(value instanceof JsonError)) {
      yield* reader.add({ name, row: value, path: [], ...place, isRewritten: true });
    } else if (line.trim() !== '') {
      reader.report(
        value instanceof JsonError && value.isCut
          ? `${name} is an event whose data is truncated.`
          : `${name} is an event whose data is not JSON.`,
      );
    }
  }
}

function valueOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonError) return error;
    throw error;
  }
}
