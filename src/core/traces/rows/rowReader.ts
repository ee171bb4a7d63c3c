// Reads the rows of a file one by one: in the first format that fits, or as chunks of a streamed answer.
import { asString, isObject } from '../../json';
import { messageLine } from '../../messageLine';
import { assembleTrace, type RowPlace } from '../assembleTrace';
import { fieldsOf } from '../formats/containers';
import { readRow } from '../formats/formats';
import { StreamJoiner } from '../streams/joinStreams';
import type { Trace, TraceFile } from '../trace';

/** Problems that are listed individually, and how long each may be: it may quote the file. */
const LISTED = 20;
const LONGEST = 600;

export interface PlacedRow extends Omit<RowPlace, 'format'> {
  readonly row: unknown;
  /** Whether the file has it in another spelling, so that its texts have no place there. */
  readonly isRewritten?: boolean;
}

export class RowReader {
  readonly #formats = new Set<string>();
  readonly #keys = new Set<string>();
  readonly #ids = new Map<string, number>();
  readonly #streams = new StreamJoiner<PlacedRow>();
  readonly #problems: string[] = [];
  #unlisted = 0;
  /** The first row of no known format; what it has is the problem of a file where no row has one. */
  #unknown: PlacedRow | undefined;

  /** The traces that are known now; those of a streamed answer come when it ends. */
  *add(placed: PlacedRow): Generator<Trace> {
    const { row } = placed;
    if (isObject(row) && this.#streams.add(row, placed)) yield* this.#ended();
    else yield* this.#read(placed);
  }

  /** No more chunks come of the answers that have not ended. */
  *end(): Generator<Trace> {
    this.#streams.end();
    yield* this.#ended();
  }

  report(problem: string): void {
    if (this.#problems.length < LISTED) this.#problems.push(shortened(problem));
    else this.#unlisted++;
  }

  /** After the last row: what the file is, and what of it could not be read. */
  get summary(): Pick<TraceFile, 'format' | 'problems'> {
    const isUnread = this.#formats.size === 0;
    const only = isUnread && this.#problems.length === 1 ? this.#unknown : undefined;
    const problems = only
      ? [`Its JSON has no supported format: ${fieldsOf(only.row)}.`]
      : isUnread && this.#problems.length === 0
        ? ['It contains no answer of a model.']
        : this.#problems;
    return {
      format: [...this.#formats].join(', ') || 'JSON',
      problems: [
        ...problems.map(messageLine),
        ...(this.#unlisted > 0 ? [`and ${this.#unlisted} more`] : []),
      ],
    };
  }

  *#ended(): Generator<Trace> {
    for (const { row, first, last, isOriginal, isCut } of this.#streams.ended()) {
      if (isOriginal) {
        yield* this.#read(first);
        continue;
      }
      const isLong = first.name !== last.name;
      const name = isLong ? `${first.name} to ${last.name}` : first.name;
      if (isCut)
        this.report(`${name || 'It'} ends before the answer does: the stream was truncated.`);
      const range = { utf16Start: first.utf16Start, utf16End: last.utf16End };
      yield* this.#read({ name, row, path: [], ...range, isRewritten: true });
    }
  }

  *#read(placed: PlacedRow): Generator<Trace> {
    const { name, row } = placed;
    let found: ReturnType<typeof readRow>;
    let key: string | undefined;
    try {
      found = isObject(row) ? readRow(row) : undefined;
      key = isObject(row) ? found?.format.key?.(row) : undefined;
    } catch (error) {
      // The only way to run out of stack here.
      if (!(error instanceof RangeError)) throw error;
      return this.report(`${name || 'It'} is nested too deeply.`);
    }
    if (!found) return this.#reportUnknown(placed);
    const { format, traces } = found;
    if (key !== undefined) {
      if (this.#keys.has(key)) return;
      this.#keys.add(key);
    }
    for (const raw of traces) {
      if (raw.parts.length === 0) {
        const subject = [name, raw.id].filter(Boolean).join(', ') || 'It';
        this.report(`${subject} ${raw.problem ?? 'has no text written by a model'}.`);
        continue;
      }
      this.#formats.add(format.name);
      const parts = placed.isRewritten ? raw.parts.map(({ path: _, ...part }) => part) : raw.parts;
      yield this.#distinct(assembleTrace({ ...raw, parts }, { ...placed, format: format.name }));
    }
  }

  #reportUnknown(placed: PlacedRow): void {
    const { name, row } = placed;
    const error = isObject(row) && isObject(row.error) ? asString(row.error.message) : undefined;
    const subject = name || 'It';
    const problem = error
      ? `${subject} is a server's error: ${error}.`
      : `${subject} has no supported format: ${fieldsOf(row)}.`;
    if (!error) this.#unknown ??= placed;
    this.report(problem);
  }

  /** Rows of a harness with several filters repeat their names. */
  #distinct(trace: Trace): Trace {
    const count = (this.#ids.get(trace.id) ?? 0) + 1;
    this.#ids.set(trace.id, count);
    return count === 1 ? trace : { ...trace, id: `${trace.id} (${count})` };
  }
}

function shortened(problem: string): string {
  return problem.length > LONGEST ? `${problem.slice(0, LONGEST)}…` : problem;
}
