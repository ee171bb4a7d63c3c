// `tokenscope trace`: the reasoning traces of a file, and of one its tokens: what the file says of them, and with a
// model what that does, and a pair.
import { basename } from 'node:path';
import { NATS_PER_BIT } from '../../core/lenses/scores';
import { displayToken } from '../../core/displayToken';
import { contrastScore, ratioOf } from '../../core/traces/contrast';
import { savedUncertainty } from '../../core/traces/savedUncertainty';
import type { Trace, TraceFile } from '../../core/traces/trace';
import { TraceText } from '../../core/traces/traceText';
import { encodeUtf8 } from '../../core/text/utf8';
import { UserError } from '../../core/errors';
import type { PairMembers } from '../../protocol/traces';
import { Document } from '../../engine/documents/document';
import { Model } from '../../engine/models/model';
import type { RuntimeClient } from '../../engine/onnx/session/runtimeClient';
import { scoreTokens } from '../../engine/scoring/tokensPass';
import { contrastRowsOf, scoreContrast } from '../../engine/scoring/contrastPass';
import { ModelPair, pairOfFolder } from '../../engine/scoring/modelPair';
import { readTraceFile } from '../../engine/traces/readTraceFile';

export interface TraceRequest {
  readonly file: string;
  readonly bytes: Uint8Array;
  /** Its id or its number, from 1; none: all are listed. */
  readonly sample: string | undefined;
  /** Folder; none: the file's own log-probabilities. */
  readonly model: string | undefined;
  readonly members: PairMembers | undefined;
  readonly contextLimit: number;
  readonly json: boolean;
}

/** Of a column of numbers. */
const WIDTH = 10;

/** What is known of a token; bytes are the trace's, numbers nats. */
interface TokenLine {
  byteStart: number;
  byteEnd: number;
  text: string;
  [field: string]: unknown;
}

/** The lines to print. Throws `UserError`. */
export async function runTrace(
  request: TraceRequest,
  startRuntime: () => RuntimeClient,
): Promise<Iterable<string>> {
  const found = readTraceFile(basename(request.file), request.bytes);
  for (const problem of found.problems) process.stderr.write(`${problem}\n`);
  if (request.sample === undefined) return listed(found, request.json);
  const trace = traceNamed(found, request.sample);
  for (const reason of trace.refused)
    process.stderr.write(`Log-probabilities not used: ${reason}\n`);
  const tokens = request.model
    ? await scoredTokens(trace, request.model, request, startRuntime)
    : savedTokens(trace);
  if (request.json) return tokens.map(token => `${JSON.stringify(token)}\n`);
  return pretty(trace, tokens);
}

function traceNamed({ traces }: TraceFile, sample: string): Trace {
  const trace = traces.find(({ id }) => id === sample) ?? traces[Number(sample) - 1];
  if (trace) return trace;
  throw new UserError(
    `There is no trace "${sample}": the file has ${traces.length}, from "${traces[0]!.id}" to "${traces.at(-1)!.id}".`,
  );
}

function* listed({ traces }: TraceFile, json: boolean): Generator<string> {
  for (const [i, trace] of traces.entries()) {
    const { id, format, question, answer, target, isRight, logprobs, refused, text, steps } = trace;
    if (json) {
      const bytes = encodeUtf8(text).length;
      const sources = logprobs.map(({ source }) => source);
      const fields = { id, format, question, answer, target, isRight, bytes };
      yield `${JSON.stringify({ ...fields, steps: steps.length, logprobs: sources, refused })}\n`;
      continue;
    }
    const verdict = isRight === undefined ? '' : isRight ? 'right' : 'wrong';
    const count = steps.length === 1 ? '1 step' : `${steps.length} steps`;
    const notes = [verdict, count, ...logprobs.map(({ source }) => source)];
    yield `${String(i + 1).padStart(6)}  ${id}  ${notes.filter(Boolean).join(', ')}\n`;
  }
}

function savedTokens({ id, text, logprobs }: Trace): TokenLine[] {
  const [series] = logprobs;
  if (!series) {
    throw new UserError(
      `The file has no log-probabilities for "${id}". --model FOLDER scores it by a model.`,
    );
  }
  const bytes = encodeUtf8(text);
  return series.tokens.map(token => {
    const { surprisal, entropy, varentropy, gap } = savedUncertainty(token, series);
    return {
      byteStart: token.start,
      byteEnd: token.end,
      text: displayToken(bytes.subarray(token.start, token.end)),
      ...{ surprisal: told(surprisal), entropy: entropy.map(told), varentropy: told(varentropy) },
      ...{ gap: told(gap), space: series.space },
    };
  });
}

async function scoredTokens(
  trace: Trace,
  folder: string,
  { members, contextLimit }: TraceRequest,
  startRuntime: () => RuntimeClient,
): Promise<TokenLine[]> {
  const { signal } = new AbortController();
  const model = await Model.open(folder, contextLimit, startRuntime);
  let pair: ModelPair | undefined;
  try {
    const chosen = members ?? pairOfFolder(model.info.folder);
    if (chosen) pair = await ModelPair.open(model, chosen, Model.opener(startRuntime));
    const { text, start } = new TraceText(trace);
    const document = new Document(trace.id, 0, text);
    const pass = { visible: [], maxTokens: Infinity, signal, onScored: () => {} };
    await scoreTokens(model, document, pass);
    if (pair) await scoreContrast(pair, model, document, pass);
    const tokens = document.tokensBy(model.tokenizer);
    const { scores } = document.scoresOf(0, tokens.ids.length);
    const rows = pair && contrastRowsOf(pair, model, document);
    const before = encodeUtf8(text.slice(0, start)).length;
    return Array.from(tokens.ids, (id, i): TokenLine => {
      const contrast = rows && {
        positive: rows.positive[i]!,
        negative: rows.negative[i]!,
        divergence: rows.divergences[i]!,
      };
      return {
        byteStart: tokens.byteStarts[i]! - before,
        byteEnd: tokens.byteEnds[i]! - before,
        ...{ id, text: displayToken(model.tokenizer.bytesOf(id)) },
        surprisal: told(-scores.logprobs[i]!),
        entropy: told(scores.entropiesNats[i]!),
        varentropy: told(scores.varentropies[i]!),
        gap: told(scores.topLogprobs[i * scores.topK]! - scores.logprobs[i]!),
        ...(contrast && {
          ratio: told(ratioOf(contrast)),
          divergence: told(contrast.divergence),
          contrast: told(contrastScore(contrast)),
        }),
      };
    }).filter(({ byteEnd }) => byteEnd > 0);
  } finally {
    pair?.dispose();
    model.dispose();
  }
}

/** JSON has no NaN. */
function told(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function* pretty(trace: Trace, tokens: readonly TokenLine[]): Generator<string> {
  const { id, target, isRight, steps } = trace;
  const verdict = isRight === undefined ? '' : isRight ? ', right' : ', wrong';
  yield `${id}${verdict}${target === undefined ? '' : `; the right answer is ${target}`}\n`;
  const bits = (value: unknown) =>
    typeof value === 'number'
      ? (value / NATS_PER_BIT).toFixed(2).padStart(WIDTH)
      : '–'.padStart(WIDTH);
  const hasContrast = tokens.some(token => 'contrast' in token);
  const columns = hasContrast
    ? ['surprisal', 'ratio', 'divergence', 'contrast']
    : ['surprisal', 'gap'];
  let next = 0;
  for (const token of tokens) {
    while (next < steps.length && token.byteEnd > steps[next]!.start) {
      const names = columns.map(name => name.padStart(WIDTH)).join('  ');
      yield `\n${`step ${next + 1}`.padEnd(24)}${names}  (bits)\n`;
      next++;
    }
    yield `${token.text.slice(0, 22).padEnd(24)}${columns.map(name => bits(token[name])).join('  ')}\n`;
  }
  if (hasContrast)
    yield '\nratio: how much more the negative model likes the token. A contrast proves nothing by itself.\n';
}
