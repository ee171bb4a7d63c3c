// What Tokenscope does with a file that is opened, as far as it needs no editor. Each throws `UserError` where it refuses.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { PredicateError } from '../../../src/core/errors';
import { parsePredicate } from '../../../src/core/sae/predicate';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import type { Tokenizer } from '../../../src/core/tokenizer/tokenizer';
import { JsonSourceMap } from '../../../src/core/traces/jsonSourceMap';
import type { Span, Trace } from '../../../src/core/traces/trace';
import { savedTokens } from '../../../src/engine/traces/savedTokens';
import { withFile } from '../../../src/engine/files/fileSource';
import { Model } from '../../../src/engine/models/model';
import { openTokenizerAt } from '../../../src/engine/models/openTokenizer';
import { OpenGraph } from '../../../src/engine/onnx/session/openGraph';
import type { RuntimeClient } from '../../../src/engine/onnx/session/runtimeClient';
import { OpenedSae } from '../../../src/engine/sae/openedSae';
import { pairOfFolder } from '../../../src/engine/scoring/modelPair';
import { noTraceError, openTraceFile } from '../../../src/engine/traces/readTraceFile';
import type { Reader } from './seeds';

const TEXT = "Ab 12 é日😀\n\tthe don't <|start|>\u0000\u200b  x";

export const readers: Record<Reader, (path: string) => Promise<void>> = {
  trace: async path => withFile(path, source => readTraces(path, source)),

  tokenizer: async path => checkTokenizer(openTokenizerAt(path).tokenizer),

  async model(path) {
    pairOfFolder(path);
    const model = await Model.open(path, 2048, ownRuntime);
    try {
      checkTokenizer(model.tokenizer);
      JSON.stringify(await model.report());
      if (!model.info.scores) return;
      const ids = model.tokenizer.encode('Ab 12').ids;
      await model.request(async backend => {
        const { logprobs } = await backend.score({ inputs: ids, targets: ids, from: 0, topK: 3 });
        expectThat(logprobs.length === ids.length, 'each token has a score');
      });
    } finally {
      model.dispose();
    }
  },

  async autoencoder(path) {
    const opened = OpenedSae.open(path);
    const { sae, problems } = opened;
    expectClear(problems);
    expectThat(sae.encoder.length === sae.width * sae.features, 'the encoder has its shape');
    expectThat(sae.decoder.length === sae.outWidth * sae.features, 'the decoder has its shape');
    for (let feature = 0; feature < Math.min(64, sae.features); feature++)
      checkPredicate(opened.label(feature).predicate);
  },
};

function readTraces(path: string, source: Parameters<typeof openTraceFile>[1]): void {
  const { traces, summary } = openTraceFile(basename(path), source);
  let count = 0;
  let map: JsonSourceMap | undefined;
  for (const trace of traces) {
    count++;
    checkTrace(trace);
    map ??= new JsonSourceMap(readFileSync(path, 'utf8'));
    map.partsOf(trace);
  }
  const rest = summary();
  expectClear(rest.problems);
  if (count === 0) throw noTraceError(basename(path), rest);
}

function checkTrace(trace: Trace): void {
  const { length } = encodeUtf8(trace.text);
  const spans: readonly (readonly Span[])[] = [
    trace.segments,
    trace.steps,
    trace.parts,
    ...trace.logprobs.map(({ tokens }) => tokens),
  ];
  for (const each of spans)
    expectThat(
      each.every(
        ({ start, end }, i) => (each[i - 1]?.end ?? 0) <= start && start <= end && end <= length,
      ),
      'spans are inside the text, in order',
    );
  expectClear([...trace.notes, ...trace.refused]);
  if (trace.logprobs.length > 0) JSON.stringify(savedTokens(trace, 3));
}

function checkTokenizer(tokenizer: Tokenizer): void {
  const { ids, byteStarts, byteEnds } = tokenizer.encode(TEXT);
  expectThat(
    ids.every((id, i) => id < tokenizer.vocabSize && byteStarts[i] === (byteEnds[i - 1] ?? 0)),
    'tokens are adjacent and known',
  );
  expectThat(byteEnds.at(-1) === encodeUtf8(TEXT).length, 'tokens cover the text');
  tokenizer.encode('a'.repeat(5000));
}

function checkPredicate(predicate: string | null): void {
  try {
    if (predicate !== null) parsePredicate(predicate);
  } catch (error) {
    if (!(error instanceof PredicateError)) throw error;
  }
}

/** The thread's work in this one: a child of the proof has one file at a time. */
function ownRuntime(): RuntimeClient {
  let graph: OpenGraph | undefined;
  const runtime: Pick<RuntimeClient, 'open' | 'score' | 'dispose'> = {
    async open(params) {
      graph = await OpenGraph.open(params);
      return graph.report;
    },
    score: (params, signal = new AbortController().signal) =>
      graph!.score(
        { ...params, cancel: new Int32Array(new SharedArrayBuffer(4)) },
        signal,
        () => {},
      ),
    dispose: () => void graph?.close(),
  };
  return runtime as RuntimeClient;
}

/** Words that a message has where a value was used without a look at it. */
const DEFECTS =
  /\bundefined\b|\[object |is not a function|is not iterable|Cannot read prop|Cannot convert|Invalid (?:array|typed|string|count|time) |Maximum call stack|Cannot mix BigInt|\n\s+at /;
const LONGEST = 2000;

/** Whether a message is one line that says something of the file. */
export function isClear(message: string): boolean {
  return (
    message.length > 10 &&
    message.length <= LONGEST &&
    !/[\n\r]/.test(message) &&
    !DEFECTS.test(message)
  );
}

function expectThat(holds: boolean, what: string): void {
  if (!holds) throw new Error(`The result is wrong: not true that ${what}.`);
}

function expectClear(lines: readonly string[]): void {
  const other = lines.find(line => !isClear(line));
  if (other !== undefined) throw new Error(`Said of the file, and not one clear line: ${other}`);
}
