// The traces of a file: what is listed of each, and one of them by its name.
import { UserError } from '../../core/errors';
import { encodeUtf8 } from '../../core/text/utf8';
import type { Trace } from '../../core/traces/trace';

/** What is known of a trace without its tokens. The field names are an interface: docs/cli.md documents them. */
export function traceFields({ id, format, question, answer, target, isRight, ...trace }: Trace) {
  return {
    id,
    format,
    question: question ?? null,
    answer: answer ?? null,
    target: target ?? null,
    isRight: isRight ?? null,
    bytes: encodeUtf8(trace.text).length,
    steps: trace.steps.length,
    logprobs: trace.logprobs.map(({ source }) => source),
    refused: trace.refused,
    notes: trace.notes,
  };
}

/** For people: the number of a trace from 1, its id, whether its answer is right, its steps, and the file's numbers. */
export function traceRow(
  { id, isRight, steps, logprobs, refused }: Trace,
  number: number,
  incomplete: string,
): string[] {
  const verdict = isRight === undefined ? '' : isRight ? 'right' : 'wrong';
  const left = refused.length > 0 ? [incomplete] : [];
  const sources = [...logprobs.map(({ source }) => source), ...left].join(', ');
  return [String(number), id, verdict, String(steps.length), sources];
}

/** By its id, else by its number from 1. Throws `UserError`. */
export function traceNamed(traces: Iterable<Trace>, named: string): Trace {
  const number = /^\d+$/.test(named) ? Number(named) : undefined;
  let count = 0;
  let numbered: Trace | undefined;
  let [first, last] = ['', ''];
  for (const trace of traces) {
    count++;
    if (trace.id === named) return trace;
    if (count === number) numbered = trace;
    first ||= trace.id;
    last = trace.id;
  }
  if (numbered) return numbered;
  throw new UserError(
    `Trace "${named}" not found. The file has ${count}, from "${first}" to "${last}".`,
  );
}
