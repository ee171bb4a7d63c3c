// Reads the traces of a file by its content; its name is only for display.
import { assembleTrace, type RowPlace } from './assembleTrace';
import {
  bigBenchMistake,
  gsm8k,
  gsm8kSolutions,
  listedLogprobs,
  openR1,
  openThoughts,
  pivotalTokens,
  processBench,
  s1k,
  singleMessage,
} from './formats/datasets';
import { inspectLog, inspectSample, lmEval } from './formats/harnesses';
import {
  anthropic,
  bedrock,
  chatCompletion,
  chatMessages,
  completion,
  gemini,
  llamaCpp,
  responses,
} from './formats/conversations';
import { isObject } from '../json';
import type { Format, RawTrace, TraceRow } from './formats/rawTrace';
import type { Trace, TraceFile } from './trace';

/** The first format that reads a row is used, so more specific formats come first. */
export const formats: readonly Format[] = [
  inspectLog,
  inspectSample,
  lmEval,
  pivotalTokens,
  bigBenchMistake,
  processBench,
  gsm8kSolutions,
  listedLogprobs,
  gsm8k,
  openR1,
  openThoughts,
  s1k,
  responses,
  chatCompletion,
  completion,
  gemini,
  bedrock,
  llamaCpp,
  chatMessages,
  anthropic,
  singleMessage,
];

export const PLAIN = 'text';

/** Problems that are listed individually. */
const LISTED = 20;
const STREAMED = /^[ \t]*data: (\{.*\})[ \t]*$/gm;

export function readTraces(text: string): TraceFile {
  const first = text.replace(/^\ufeff/, '').trimStart()[0];
  if (first === '{' || first === '[') {
    const found = readJson(text);
    if (found) return found;
  }
  const streamed = readStream(text);
  if (streamed) return streamed;
  const row = { name: 'text', format: PLAIN, utf16Start: 0, utf16End: text.length, path: [] };
  const parts: RawTrace['parts'] = text.trim() ? [{ kind: 'answer', text, path: [] }] : [];
  if (parts.length === 0) return { format: PLAIN, traces: [], problems: ['The file is empty.'] };
  return { format: PLAIN, traces: [assembleTrace({ parts }, row)], problems: [] };
}

interface PlacedRow extends Omit<RowPlace, 'format'> {
  readonly row: unknown;
}

/** Undefined if no row has a known format. */
function readJson(text: string): TraceFile | undefined {
  const problems: string[] = [];
  const rows = wholeRows(text) ?? lineRows(text, problems);
  if (rows.length === 0) return undefined;
  const traces: Trace[] = [];
  const names = new Set<string>();
  let unknown: PlacedRow[] = [];
  const keys = new Set<string>();
  for (const placed of rows) {
    const found = isObject(placed.row) ? readRow(placed.row) : undefined;
    if (!found) {
      unknown.push(placed);
      continue;
    }
    const { name, key } = found.format;
    if (key && isObject(placed.row)) {
      const own = key(placed.row);
      if (keys.has(own)) continue;
      keys.add(own);
    }
    names.add(name);
    for (const raw of found.traces) {
      if (raw.parts.length === 0) continue;
      traces.push(assembleTrace(raw, { ...placed, format: name }));
    }
  }
  if (traces.length === 0 && names.size === 0 && problems.length === 0) {
    problems.push(`Its JSON has no known format: it has ${keysOf(rows[0]?.row)}.`);
    unknown = [];
  }
  for (const { name, row } of unknown) {
    problems.push(`${name} has no known format: it has ${keysOf(row)}.`);
  }
  const rest = problems.length - LISTED;
  return {
    format: [...names].join(', ') || 'JSON',
    traces: withDistinctIds(traces),
    problems: rest > 0 ? [...problems.slice(0, LISTED), `and ${rest} more`] : problems,
  };
}

function readRow(row: TraceRow): { format: Format; traces: readonly RawTrace[] } | undefined {
  for (const format of formats) {
    const traces = format.read(row);
    if (traces) return { format, traces };
  }
  return undefined;
}

/** The rows of one JSON value; undefined if the text is not JSON. */
function wholeRows(text: string): PlacedRow[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
  // A byte order mark is not part of the row.
  const whole = { utf16Start: text.startsWith('\ufeff') ? 1 : 0, utf16End: text.length };
  if (!Array.isArray(value)) return [{ name: '', row: value, path: [], ...whole }];
  // Blocks of one message, or rows.
  return value.map((row: unknown, i) => ({ name: `row ${i + 1}`, row, path: [i], ...whole }));
}

function lineRows(text: string, problems: string[]): PlacedRow[] {
  const rows: PlacedRow[] = [];
  let utf16Start = 0;
  for (const [i, line] of text.split('\n').entries()) {
    const name = `line ${i + 1}`;
    const utf16End = utf16Start + line.length;
    if (line.trim()) {
      try {
        const json = i === 0 ? line.replace(/^\ufeff/, '') : line;
        rows.push({
          name,
          row: JSON.parse(json),
          path: [],
          utf16Start: utf16End - json.length,
          utf16End,
        });
      } catch (error) {
        problems.push(`${name} is not valid JSON: ${(error as Error).message}.`);
      }
    }
    utf16Start = utf16End + 1;
  }
  return rows;
}

/** Server-sent events, also inside a recorded cassette: reads the event that contains the whole answer. */
function readStream(text: string): TraceFile | undefined {
  const events = [...text.matchAll(STREAMED)].flatMap(({ 1: json }): TraceRow[] => {
    for (const spelled of [json!, json!.replaceAll("''", "'")]) {
      try {
        const event: unknown = JSON.parse(spelled);
        return isObject(event) ? [event] : [];
      } catch {
        // Some recorders double apostrophes.
      }
    }
    return [];
  });
  const whole = events.filter(({ type }) => type === 'response.completed');
  if (whole.length === 0) return undefined;
  const traces = whole.flatMap((event, i) =>
    (responses.read(event) ?? []).map(raw => {
      // Positions in the file are not tracked through the recorder's escapes.
      const parts = raw.parts.map(({ path: _, ...part }) => part);
      const name = `answer ${i + 1}`;
      const place = {
        name,
        format: responses.name,
        utf16Start: 0,
        utf16End: text.length,
        path: [],
      };
      return assembleTrace({ ...raw, parts }, place);
    }),
  );
  return { format: responses.name, traces, problems: [] };
}

function keysOf(row: unknown): string {
  if (!isObject(row)) return 'no object';
  const keys = Object.keys(row);
  const shown = keys.slice(0, 8).map(key => `"${key}"`);
  return keys.length > 8 ? `${shown.join(', ')}, …` : shown.join(', ') || 'no fields';
}

/** Rows of a harness with several filters repeat their names. */
function withDistinctIds(traces: readonly Trace[]): Trace[] {
  const seen = new Map<string, number>();
  return traces.map(trace => {
    const count = (seen.get(trace.id) ?? 0) + 1;
    seen.set(trace.id, count);
    return count === 1 ? trace : { ...trace, id: `${trace.id} (${count})` };
  });
}
