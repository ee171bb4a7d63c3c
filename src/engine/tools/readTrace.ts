import { columns } from '../../core/columns';
import { PlainTextError, UserError } from '../../core/errors';
import type { TraceReading } from '../../core/traces/readTraces';
import type { Trace } from '../../core/traces/trace';
import { decodeUtf8, encodeUtf8 } from '../../core/text/utf8';
import { bytesSource } from '../files/byteSource';
import { noTraceError, openTraceFile } from '../traces/readTraceFile';
import { savedTokens } from '../traces/savedTokens';
import { traceFields, traceNamed, traceRow } from '../traces/traceList';
import { choice, text, wholeNumber } from './inputs';
import { defineTool } from './tool';

/** Characters of a step, and of a question, that are listed. */
const STEP_CHARACTERS = 2000;

export const readTrace = defineTool({
  name: 'read_trace',
  title: 'Read Reasoning Traces',
  summary: 'the reasoning traces of a file, and one of them step by step',
  description:
    'Reads reasoning traces of language models: chats, published data sets and logs of evaluation harnesses in many formats (JSON, JSON Lines, Inspect logs, recorded streams, texts with <think>). Lists the traces of a file with question, answer, verdict and number of steps. With `trace`, lists the steps of one trace with their text, and its most surprising tokens if the file contains log-probabilities. Needs no model.',
  inputs: {
    trace: text('Id of one trace, or its number from 1. Default: list all traces'),
    most: wholeNumber({
      min: 1,
      max: 1000,
      default: 50,
      description: 'Number of traces to list, or of steps and tokens of one trace',
    }),
    as: choice(['auto', 'text'], {
      default: 'auto',
      description:
        'auto: detect the format from the content; text: read the whole text as one trace',
    }),
  },
  mostBytes: 64 << 20,
  async run(_, { name, bytes }, { trace, most, as }) {
    try {
      const reading = openTraceFile(name, bytesSource(bytes), as === 'text' ? { as } : {});
      if (trace === undefined) return listed(name, reading, most);
      return oneTrace(traceNamed(found(name, reading), trace), most);
    } catch (error) {
      if (!(error instanceof PlainTextError)) throw error;
      throw new UserError(`${error.message} Pass \`as\` = "text" to read it as one trace.`);
    }
  },
});

/** Throws `UserError` where there is none. */
function* found(name: string, { traces, summary }: TraceReading): Generator<Trace> {
  let isEmpty = true;
  for (const trace of traces) {
    isEmpty = false;
    yield trace;
  }
  if (isEmpty) throw noTraceError(name, summary());
}

function listed(name: string, reading: TraceReading, most: number) {
  const shown: Trace[] = [];
  let count = 0;
  for (const trace of found(name, reading)) if (count++ < most) shown.push(trace);
  const { problems } = reading.summary();
  const rows = shown.map((trace, i) => traceRow(trace, i + 1, 'not all'));
  return {
    text: [
      `${count} traces${count > most ? `; the first ${most} are listed` : ''}:`,
      ...columns(
        [['', 'trace', 'answer', 'steps', 'log-probabilities'], ...rows],
        ['right', 'left', 'left', 'right', 'left'],
      ),
      ...problems,
    ].join('\n'),
    data: { traces: shown.map(briefly), count, problems },
  };
}

function oneTrace(trace: Trace, most: number) {
  const bytes = encodeUtf8(trace.text);
  const steps = trace.steps.slice(0, most).map(({ start, end, label }, i) => ({
    step: i + 1,
    byteStart: start,
    byteEnd: end,
    label: label ?? null,
    text: cut(decodeUtf8(bytes.subarray(start, end)) ?? ''),
  }));
  const tokens = trace.logprobs.length > 0 ? savedTokens(trace, 3) : [];
  const highest = tokens
    .filter(({ surprisal }) => surprisal !== null)
    .sort((a, b) => b.surprisal! - a.surprisal!)
    .slice(0, most);
  const left = trace.steps.length - steps.length;
  return {
    text: [
      `${trace.id}: ${trace.steps.length} steps${left > 0 ? `; the first ${most} are listed` : ''}.`,
      ...trace.notes,
      ...steps.map(({ step, text }) => `${step}. ${text.trim()}`),
    ].join('\n'),
    data: { ...briefly(trace), steps, highest },
  };
}

function briefly(trace: Trace) {
  const fields = traceFields(trace);
  return { ...fields, question: fields.question && cut(fields.question) };
}

function cut(text: string): string {
  return text.length > STEP_CHARACTERS ? `${text.slice(0, STEP_CHARACTERS)}…` : text;
}
