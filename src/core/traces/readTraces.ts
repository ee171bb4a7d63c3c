// Reads the traces of a file by its content; its name is only for display. What is not understood is a problem, and no
// trace.
import { assembleTrace } from './assembleTrace';
import { hasReasoningSign } from './reasoningSigns';
import { bodiesOf, isCassette } from './rows/cassettes';
import { beginsAsEvents, readEvents } from './rows/events';
import {
  beginsAsJson,
  beginsAsPython,
  firstLinesAreRows,
  readJson,
  readJsonLines,
} from './rows/jsonRows';
import { linesOf, type Line } from './rows/lines';
import { isObject } from '../json';
import { parseJson } from '../parseJson';
import type { RawTrace } from './formats/rawTrace';
import { RowReader } from './rows/rowReader';
import { PLAIN, type Trace, type TraceFile } from './trace';

/** The traces of a file, one by one. */
export interface TraceReading {
  readonly traces: Iterable<Trace>;
  /** Known when all traces are read. */
  summary(): Omit<TraceFile, 'traces'>;
}

/** `as`: what the user says that it is. */
export function readTraces(text: string, as?: 'text'): TraceFile {
  const { traces, summary } = openTraces(text, as);
  return { traces: [...traces], ...summary() };
}

/** Rows in JSON, events or a recording; else a plain text, if it bears a sign of reasoning. */
export function openTraces(text: string, as?: 'text'): TraceReading {
  if (text.trim() === '') return noTraces('The file is empty.');
  if (as === 'text') return plainTrace(text);
  const reader = new RowReader();
  const rows = rowsOf(text, reader);
  if (rows) return reading(rows, reader);
  if (beginsAsPython(text)) {
    return noTraces('It is printed Python, not JSON. Write it with `json.dump`.');
  }
  return hasReasoningSign(text) ? plainTrace(text) : noTraces(NO_SIGN, true);
}

/**
 * A file that is longer than a string can be, line by line from the start at each call. Undefined if it has neither rows
 * on lines nor events.
 */
export function openTraceLines(lines: () => Iterable<Line>): TraceReading | undefined {
  const reader = new RowReader();
  const [first] = lines();
  if (first && beginsAsEvents(first.text)) return reading(readEvents(lines(), reader), reader);
  if (firstLinesAreRows(lines()).some(Boolean)) {
    return reading(readJsonLines(lines(), reader), reader);
  }
  return undefined;
}

const NO_SIGN =
  'It is a text without signs of reasoning, such as <think>, "Step 1", \\boxed{} or "the answer is".';

function reading(rows: Iterable<Trace>, reader: RowReader): TraceReading {
  function* traces() {
    yield* rows;
    yield* reader.end();
  }
  return { traces: traces(), summary: () => reader.summary };
}

/** Undefined if the text is no container of rows. */
function rowsOf(text: string, reader: RowReader): Generator<Trace> | undefined {
  if (beginsAsJson(text)) return readJson(text, reader);
  if (beginsAsEvents(text)) return readEvents(linesOf(text), reader);
  if (isCassette(text)) return readCassette(text, reader);
  // The first line may be the rest of one that was cut.
  if (firstLinesAreRows(linesOf(text))[1]) return readJsonLines(linesOf(text), reader);
  return undefined;
}

function* readCassette(text: string, reader: RowReader): Generator<Trace> {
  let answers = 0;
  for (const { text: body, start, end } of bodiesOf(text)) {
    const name = `answer ${++answers}`;
    if (beginsAsEvents(body)) {
      const lines = [...linesOf(body)].map(line => ({ ...line, utf16Start: start }));
      yield* readEvents(lines, reader, () => name);
      continue;
    }
    const row = jsonOf(body);
    const place = { utf16Start: start, utf16End: end };
    if (isObject(row)) yield* reader.add({ name, row, path: [], ...place, isRewritten: true });
    else if (body.trim()) reader.report(`${name} is neither events nor JSON.`);
  }
  if (answers === 0) reader.report('It is a recording of requests without responses.');
}

function jsonOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function plainTrace(text: string): TraceReading {
  const row = { name: 'text', format: PLAIN, utf16Start: 0, utf16End: text.length, path: [] };
  const parts: RawTrace['parts'] = [{ kind: 'answer', text, path: [] }];
  return {
    traces: [assembleTrace({ parts }, row)],
    summary: () => ({ format: PLAIN, problems: [] }),
  };
}

function noTraces(problem: string, mayBeText = false): TraceReading {
  return { traces: [], summary: () => ({ format: PLAIN, problems: [problem], mayBeText }) };
}
