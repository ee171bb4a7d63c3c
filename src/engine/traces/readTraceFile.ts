// The traces of a file: text and JSON as they are, however long; Inspect's `.eval` unpacked from its zip.
import { constants } from 'node:buffer';
import { openTraceLines, openTraces, type TraceReading } from '../../core/traces/readTraces';
import { beginsAsJson } from '../../core/traces/rows/jsonRows';
import type { Trace, TraceFile } from '../../core/traces/trace';
import { PlainTextError, UserError } from '../../core/errors';
import { bytesSource, type ByteSource } from '../files/byteSource';
import { binaryKindOf } from '../files/fileKinds';
import { sourceLines } from '../files/sourceLines';
import { decodeText } from '../files/utf8Text';
import { openInspectZip } from './inspectZip';

const ZIP = [0x50, 0x4b, 0x03, 0x04];
/** The first bytes of a file, which show its kind. */
const START_BYTES = 512;
/** In UTF-16: many traces may repeat one long question, or come from what was packed small. */
const MOST_TRACE_TEXT = 1 << 28;
/** Of programs, and of data in which a trace would be a part. */
const NO_TRACE_NAME =
  /\.(?:[cm]?[jt]sx?|py|pyi|ipynb|c|h|cc|cpp|hpp|cs|go|java|kt|rs|rb|php|swift|scala|sh|bash|ps1|pl|lua|r|jl|sql|css|scss|html?|xml|svg|csv|tsv|toml|ini|lock)$/i;

export interface ReadOptions {
  /** What the user says that it is. */
  readonly as?: 'text' | undefined;
  /** In UTF-8: longer files are read line by line. For tests. */
  readonly maxTextBytes?: number;
  /** UTF-16 of all traces together. For tests. */
  readonly maxTraceText?: number;
}

/** Throws `UserError` if the file has no trace, `PlainTextError` if it may be read as a text. */
export function readTraceFile(
  name: string,
  bytes: Uint8Array,
  { maxTraceText = MOST_TRACE_TEXT, ...options }: ReadOptions = {},
): TraceFile {
  const { traces, summary } = openTraceFile(name, bytesSource(bytes), options);
  const found: Trace[] = [];
  let length = 0;
  for (const trace of traces) {
    length += trace.text.length + (trace.question?.length ?? 0);
    if (length > maxTraceText && found.length > 0) {
      const { problems, ...rest } = summary();
      const left = `Only the first ${found.length} traces are shown, because the total text is limited to ${maxTraceText} characters.`;
      return { traces: found, ...rest, problems: [...problems, left] };
    }
    found.push(trace);
  }
  const rest = summary();
  if (found.length === 0) throw noTraceError(name, rest);
  return { traces: found, ...rest };
}

/** `name` is for messages. Throws `UserError` if it is no text, and while its traces are read. */
export function openTraceFile(
  name: string,
  source: ByteSource,
  { as, maxTextBytes = constants.MAX_STRING_LENGTH }: ReadOptions = {},
): TraceReading {
  const start = source.read(0, START_BYTES);
  if (ZIP.every((byte, i) => start[i] === byte)) return openInspectZip(name, source);
  const kind = binaryKindOf(start);
  if (kind) throw new UserError(`${name} ${kind}.`);
  if (source.size <= maxTextBytes) {
    const text = decodeText(name, source.read(0, source.size));
    if (as !== 'text' && NO_TRACE_NAME.test(name) && !beginsAsJson(text)) {
      throw new PlainTextError(
        `${name} looks like a program or a table by its name, not like a trace.`,
      );
    }
    return openTraces(text, as);
  }
  const reading = as ? undefined : openTraceLines(() => sourceLines(name, source));
  if (reading) return reading;
  throw new UserError(
    `${name} has ${Math.round(source.size / 2 ** 20)} MB. Files larger than ${maxTextBytes >> 20} MB must have one row per line, or events. Convert it, for example with \`jq -c '.[]'\`.`,
  );
}

/** Why nothing was found. */
export function noTraceError(
  name: string,
  { problems, mayBeText }: Pick<TraceFile, 'problems' | 'mayBeText'>,
): UserError {
  const [problem = ''] = problems;
  if (mayBeText) return new PlainTextError(`${name} contains no reasoning trace. ${problem}`);
  return new UserError(
    `${name} contains no reasoning trace. ${problem} Supported are answers and chats as the usual servers and APIs write them, logs of Inspect and lm-evaluation-harness, rows of the usual data sets, and texts with <think> or a similar mark.`,
  );
}
