// The formats that rows of JSON are read in.
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
} from './datasets';
import { anthropicBatch, exchange, formatOf, listedRows, openAiBatch } from './containers';
import { completion } from './completions';
import { inspectLog, inspectSample, lmEval } from './harnesses';
import {
  anthropic,
  bedrock,
  chatCompletion,
  chatMessages,
  gemini,
  llamaCpp,
  responses,
} from './conversations';
import { ollama } from './ollama';
import type { Format, RawTrace, TraceRow } from './rawTrace';
import { rolloutList } from './rollouts';

/** The first format that reads a row is used, so more specific formats come first. */
export const formats: readonly Format[] = [
  inspectLog,
  inspectSample,
  lmEval,
  formatOf(openAiBatch, readInner),
  formatOf(anthropicBatch, readInner),
  formatOf(exchange, readInner),
  pivotalTokens,
  bigBenchMistake,
  processBench,
  gsm8kSolutions,
  listedLogprobs,
  gsm8k,
  openR1,
  openThoughts,
  s1k,
  ollama,
  responses,
  chatCompletion,
  completion,
  gemini,
  bedrock,
  llamaCpp,
  chatMessages,
  anthropic,
  singleMessage,
  rolloutList(readInner),
  formatOf(listedRows, readInner),
];

/** Undefined if no format reads the row. */
export function readRow(
  row: TraceRow,
): { readonly format: Format; readonly traces: readonly RawTrace[] } | undefined {
  for (const format of formats) {
    const traces = format.read(row);
    if (traces) return { format, traces };
  }
  return undefined;
}

/** Rows in rows: no export has so many levels, and each copies the paths of all that is inside. */
const MOST_LEVELS = 8;
let level = 0;

function readInner(row: TraceRow): ReturnType<typeof readRow> {
  if (level >= MOST_LEVELS) return undefined;
  level++;
  try {
    return readRow(row);
  } finally {
    level--;
  }
}
