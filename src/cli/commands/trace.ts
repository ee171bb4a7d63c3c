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
import { contrastRowsOf, scoreContrast } from '../../engine/scoring/contrastPass';
import { scoreTokens } from '../../engine/scoring/tokensPass';
import { ModelPair, pairOfFolder } from '../../engine/scoring/modelPair';
import { readTraceFile } from '../../engine/traces/readTraceFile';
import { defineCommand } from '../command';
import { openModel } from '../engine';
import { readBytes } from '../input';
import { text, type Values } from '../options';
import * as shared from '../sharedOptions';

const options = {
  sample: text({
    valueName: 'ID|N',
    description: 'print the tokens of one trace, by its id or its number from 1',
  }),
  model: text({
    valueName: 'FOLDER',
    description:
      "score the trace by this model, and by the pair that its folder names (default: the file's own numbers)",
  }),
  positive: text({
    valueName: 'FOLDER',
    description: 'the positive model of a pair (default: that of --model)',
  }),
  negative: text({
    valueName: 'FOLDER',
    description: 'the negative model of a pair (default: that of --model)',
  }),
  context: shared.context,
  json: shared.json,
};

export const trace = defineCommand({
  name: 'trace',
  summary: 'the reasoning traces of a file, and one of them token by token',
  usage: 'FILE',
  options,
  async run({ operands: [file = ''], values, print }) {
    const { sample, model, json } = values;
    const members = membersOf(values);
    if (members && model === undefined) {
      throw new UserError('--positive and --negative need --model, whose tokens they share.');
    }
    const found = readTraceFile(basename(file), await readBytes(file));
    for (const problem of found.problems) process.stderr.write(`${problem}\n`);
    if (sample === undefined) return print(listed(found, json));
    const trace = traceNamed(found, sample);
    for (const reason of trace.refused)
      process.stderr.write(`Log-probabilities not used: ${reason}\n`);
    const tokens = model ? await scoredTokens(trace, model, values) : savedTokens(trace);
    await print(json ? tokens.map(token => `${JSON.stringify(token)}\n`) : pretty(trace, tokens));
  },
});

/** Undefined where none is given; the one that is not given is the opened model. */
function membersOf({ positive, negative }: Values<typeof options>): PairMembers | undefined {
  if (positive === undefined && negative === undefined) return undefined;
  return { positive: { folder: positive ?? '' }, negative: { folder: negative ?? '' } };
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
  values: Values<typeof options>,
): Promise<TokenLine[]> {
  const { signal } = new AbortController();
  const model = await openModel(folder, values.context);
  let pair: ModelPair | undefined;
  try {
    const chosen = membersOf(values) ?? pairOfFolder(model.info.folder);
    if (chosen) pair = await ModelPair.open(model, chosen, openModel);
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
