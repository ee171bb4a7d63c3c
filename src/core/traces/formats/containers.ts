// Rows that hold other rows: batches, recorded exchanges, lists.
import { questionOf } from './messages';
import { asString, definedFields, isObject, nameOf, quote, type Json } from '../../json';
import type { Format, Path, RawTrace, TraceRow } from './rawTrace';

/** A row inside another one. */
export interface InnerRow extends Pick<RawTrace, 'id' | 'question' | 'target' | 'problem'> {
  /** Not read where there is a problem. */
  readonly row?: unknown;
  readonly path: Path;
}

export interface Container extends Pick<Format, 'name' | 'seen'> {
  /** The rows inside; undefined if it is no such container. */
  open(row: TraceRow): readonly InnerRow[] | undefined;
}

export type ReadRow = (row: TraceRow) => { readonly traces: readonly RawTrace[] } | undefined;

/** `readRow` reads what is inside, in any format. */
export function formatOf({ name, seen, open }: Container, readRow: ReadRow): Format {
  return {
    name,
    seen,
    read: row => open(row)?.flatMap(inner => tracesIn(inner, readRow)),
  };
}

function tracesIn(
  { row, path, id, problem, ...known }: InnerRow,
  readRow: ReadRow,
): readonly RawTrace[] {
  const missing = (why: string): RawTrace[] => [
    { ...definedFields({ id }), parts: [], problem: why },
  ];
  if (problem !== undefined) return missing(problem);
  const found = isObject(row) ? readRow(row) : undefined;
  if (!found) return missing(`has no supported format: ${fieldsOf(row)}`);
  return found.traces.map((trace): RawTrace => ({
    ...known,
    ...trace,
    ...definedFields({ id: [id, trace.id].filter(Boolean).join(', ') || undefined }),
    parts: partsWithin(trace, path),
  }));
}

/** The parts of a trace whose row is inside another one. */
export function partsWithin({ parts }: Pick<RawTrace, 'parts'>, path: Path): RawTrace['parts'] {
  return parts.map(part => ({ ...part, ...(part.path && { path: [...path, ...part.path] }) }));
}

/** The fields of an object, for a message. */
export function fieldsOf(row: unknown): string {
  if (!isObject(row)) return 'it is not a JSON object';
  const keys = Object.keys(row);
  const shown = keys.slice(0, 8).map(key => quote(key));
  if (keys.length === 0) return 'it has no fields';
  return `its fields are ${shown.join(', ')}${keys.length > 8 ? ', …' : ''}`;
}

export const openAiBatch: Container = {
  name: 'OpenAI batch',
  seen: 'from its documentation',
  open({ custom_id: id, response, error, body, url }) {
    if (typeof id !== 'string') return undefined;
    if (isObject(response) && isObject(response.body) && !isObject(response.body.error)) {
      return [{ id, row: response.body, path: ['response', 'body'] }];
    }
    if (isObject(response) || isObject(error)) {
      const inner = isObject(response) && isObject(response.body) ? response.body.error : error;
      return [{ id, path: [], problem: `has no answer: ${messageOf(inner)}` }];
    }
    if (isObject(body) && typeof url === 'string') {
      const problem = "is a request of a batch; the answers are in the batch's output file";
      return [{ id, path: [], problem }];
    }
    return undefined;
  },
};

export const anthropicBatch: Container = {
  name: 'Anthropic batch',
  seen: 'from its documentation',
  open({ custom_id: id, result }) {
    if (typeof id !== 'string' || !isObject(result)) return undefined;
    if (isObject(result.message)) {
      return [{ id, row: result.message, path: ['result', 'message'] }];
    }
    const { error, type } = result;
    const why = isObject(error)
      ? messageOf(error.error ?? error)
      : `the request is ${nameOf(type)}`;
    return [{ id, path: [], problem: `has no answer: ${why}` }];
  },
};

/** What asks in a request: of chats and of Anthropic, of Gemini, of Responses, of completions. */
const ASKED = ['messages', 'contents', 'input', 'prompt'];

/** A request and its answer in one row, as proxies log them, and Gemini's batches. */
export const exchange: Container = {
  name: 'request and response',
  seen: 'from its documentation',
  open({ request, response, error, key }) {
    if (!isObject(request)) return undefined;
    const id = asString(key);
    const question = ASKED.map(name => questionOf(request[name])).find(text => text !== undefined);
    if (isObject(response)) {
      const isBody = isObject(response.body);
      const path = isBody ? ['response', 'body'] : ['response'];
      const row = isBody ? response.body : response;
      return [{ ...definedFields({ id, question }), row, path }];
    }
    if (!isObject(error)) return undefined;
    return [{ ...definedFields({ id }), path: [], problem: `has no answer: ${messageOf(error)}` }];
  },
};

/** The names under which rows are listed. */
const LISTS = ['rows', 'data', 'results', 'records', 'items', 'examples', 'instances'];

/** A list of rows in an object, as servers of datasets and exports write it. */
export const listedRows: Container = {
  name: 'list of rows',
  seen: 'from its documentation',
  open(row) {
    for (const key of LISTS) {
      const rows = row[key];
      if (!Array.isArray(rows) || rows.length === 0 || !rows.every(isObject)) continue;
      return rows.map((each: Json, i): InnerRow => {
        const id = `row ${i + 1}`;
        // The dataset viewer puts each row beside its number.
        if (isObject(each.row)) return { id, row: each.row, path: [key, i, 'row'] };
        return { id, row: each, path: [key, i] };
      });
    }
    return undefined;
  },
};

/** Of a server's error. */
function messageOf(error: unknown): string {
  if (isObject(error)) return asString(error.message) ?? asString(error.code) ?? 'an error';
  return asString(error) ?? 'an error';
}
