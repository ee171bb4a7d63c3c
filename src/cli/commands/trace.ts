// `tokenscope trace`: reasoning traces of a file, or the tokens of one of them: with the file's numbers, or with a
// model's, a pair's, and those of rollouts.
import { Cancelled, PlainTextError, UserError } from '../../core/errors';
import { definedFields } from '../../core/json';
import type { TraceReading } from '../../core/traces/readTraces';
import type { Trace } from '../../core/traces/trace';
import { TraceText } from '../../core/traces/traceText';
import type { PairMembers, RolloutOptions } from '../../protocol/traces';
import { Document } from '../../engine/documents/document';
import type { Model } from '../../engine/models/model';
import { ModelPair, pairOfFolder } from '../../engine/scoring/modelPair';
import { noTraceError, openTraceFile } from '../../engine/traces/readTraceFile';
import { savedTokens } from '../../engine/traces/savedTokens';
import { traceFields, traceNamed, traceRow } from '../../engine/traces/traceList';
import { tableLines } from '../tableLines';
import { defineCommand, type Invocation } from '../command';
import { openModel, withModel } from '../engine';
import { inputName, withSource } from '../input';
import { interruptible } from '../interrupt';
import { choice, number, text, wholeNumber, type Values } from '../options';
import * as shared from '../sharedOptions';
import { writeError } from '../terminal';
import { prettyTrace } from '../trace/prettyTrace';
import { describeRollouts, rolloutFields, rollOutTrace } from '../trace/rollouts';
import { scoredTokens } from '../trace/scoredTokens';

/** They do nothing without `--rollouts`. */
const rolloutOptions = {
  seed: shared.seed,
  temperature: number({
    valueName: 'T',
    min: 0.01,
    max: 5,
    default: 1,
    description: 'sampling temperature of rollouts',
  }),
  'top-p': shared.topP,
  'max-tokens': wholeNumber({
    valueName: 'N',
    min: 1,
    max: 32768,
    default: 256,
    description: 'maximum length of a rollout, in tokens; one that reaches it counts as unanswered',
  }),
  target: text({
    valueName: 'ANSWER',
    description:
      'right answer for counting rollouts (default: from the file; otherwise the most frequent answer)',
  }),
};

const options = {
  sample: text({
    valueName: 'ID|N',
    description: 'print the tokens of one trace, given by its id or its number from 1',
  }),
  as: choice(['auto', 'text'], {
    default: 'auto',
    description: 'format of the file: auto detects it; text reads any text as one trace',
  }),
  model: text({
    valueName: 'FOLDER',
    description:
      'score the trace with this model, and with the pair that its folder names (default: the numbers of the file)',
  }),
  positive: text({
    valueName: 'FOLDER',
    description: 'positive model of a pair (default: that of --model)',
  }),
  negative: text({
    valueName: 'FOLDER',
    description: 'negative model of a pair (default: that of --model)',
  }),
  top: shared.top,
  rollouts: wholeNumber({
    valueName: 'N',
    min: 1,
    max: 1024,
    description: 'number of rollouts from each prefix',
  }),
  ...rolloutOptions,
  context: shared.context,
  json: shared.json,
};

type TraceValues = Values<typeof options>;

export const trace = defineCommand({
  name: 'trace',
  summary: 'reasoning traces of a file, or the tokens of one of them',
  usage: 'FILE',
  options,
  async run(invocation) {
    checkCombination(invocation);
    const { operands, values, print } = invocation;
    const [file = ''] = operands;
    await withTraces(file, values.as, async found => {
      if (values.sample === undefined) {
        return print(values.json ? traceLines(found) : prettyTraces(found));
      }
      const chosen = traceNamed(found, values.sample);
      for (const note of chosen.notes) writeError(note);
      for (const reason of chosen.refused) {
        writeError(`Log-probabilities not used: ${reason}`);
      }
      if (values.model !== undefined) return printScored(chosen, values.model, invocation);
      const tokens = savedTokens(chosen, values.top);
      await print(values.json ? jsonLines(tokens) : prettyTrace(chosen, tokens));
    });
  },
});

/** `work` is given the file's traces one by one. Throws `UserError` where there are none. */
async function withTraces(
  file: string,
  as: 'auto' | 'text',
  work: (traces: Iterable<Trace>) => Promise<void>,
): Promise<void> {
  const name = inputName(file);
  try {
    await withSource(file, async source => {
      await work(tracesOf(name, openTraceFile(name, source, as === 'text' ? { as } : {})));
    });
  } catch (error) {
    if (!(error instanceof PlainTextError)) throw error;
    throw new UserError(`${error.message} Use --as text to read it as one trace.`);
  }
}

/** Reports what could not be read after the last one. */
function* tracesOf(name: string, { traces, summary }: TraceReading): Generator<Trace> {
  let isEmpty = true;
  for (const trace of traces) {
    isEmpty = false;
    yield trace;
  }
  const rest = summary();
  if (isEmpty) throw noTraceError(name, rest);
  for (const problem of rest.problems) writeError(problem);
}

/** Throws `UserError` for an option that would do nothing. */
function checkCombination({ values, given }: Invocation<typeof options>): void {
  const refuse = (flag: string, needed: string) => {
    throw new UserError(`--${flag} needs ${needed}.`);
  };
  if (values.rollouts !== undefined && values.sample === undefined) {
    refuse('rollouts', '--sample ID|N, because they are of one trace');
  }
  for (const flag of ['model', 'top', 'context'].filter(each => given.has(each))) {
    if (values.sample === undefined)
      refuse(flag, '--sample ID|N: it is for the tokens of one trace');
  }
  for (const flag of ['positive', 'negative'].filter(each => given.has(each))) {
    if (values.model === undefined) refuse(flag, '--model FOLDER, whose tokens the pair shares');
  }
  if (values.rollouts !== undefined && values.model === undefined) {
    refuse('rollouts', '--model FOLDER, which continues the trace');
  }
  for (const flag of Object.keys(rolloutOptions).filter(each => given.has(each))) {
    if (values.rollouts === undefined) refuse(flag, '--rollouts N');
  }
}

function prettyTraces(traces: Iterable<Trace>): Generator<string> {
  const rows: string[][] = [];
  for (const trace of traces) rows.push(traceRow(trace, rows.length + 1, 'not all: see --sample'));
  return tableLines(
    [['', 'trace', 'answer', 'steps', 'log-probabilities'], ...rows],
    ['right', 'left', 'left', 'right', 'left'],
  );
}

function* traceLines(traces: Iterable<Trace>): Generator<string> {
  for (const trace of traces) yield `${JSON.stringify(traceFields(trace))}\n`;
}

function* jsonLines(tokens: readonly object[]): Generator<string> {
  for (const token of tokens) yield `${JSON.stringify(token)}\n`;
}

async function printScored(
  trace: Trace,
  folder: string,
  { values, print }: Invocation<typeof options>,
): Promise<void> {
  const { top, rollouts, json } = values;
  const text = new TraceText(trace);
  const document = new Document(trace.id, 0, text.text);
  const { tokens, view } = await interruptible(signal =>
    withModel(folder, values.context, async model => {
      if (signal.aborted) throw new Cancelled();
      return withPair(model, membersOf(values), async pair => {
        const tokens = await scoredTokens(text, document, { model, pair, top }, signal);
        if (rollouts === undefined) return { tokens, view: undefined };
        const request = rolloutRequest(trace, rollouts, values);
        return { tokens, view: await rollOutTrace(text, document, model, request, signal) };
      });
    }),
  );
  if (!view) return print(json ? jsonLines(tokens) : prettyTrace(trace, tokens));
  const rows = tokens.map(token => ({ ...token, ...rolloutFields(view, token.index) }));
  await print(json ? jsonLines(rows) : prettyTrace(trace, rows));
  const description = describeRollouts(view);
  if (!json) await print([`\n${description}\n`]);
  else if (!view.isSuccess || view.problem !== null) writeError(description);
}

function rolloutRequest(
  trace: Trace,
  rollouts: number,
  { seed, temperature, target = trace.target, ...values }: TraceValues,
): RolloutOptions {
  return {
    rollouts,
    seed,
    temperature,
    topP: values['top-p'],
    maxTokens: values['max-tokens'],
    pattern: '',
    whole: false,
    ...definedFields({ target, isRight: trace.isRight }),
  };
}

/** Undefined where none is given; the one that is not given is the open model. */
function membersOf({ positive, negative }: TraceValues): PairMembers | undefined {
  if (positive === undefined && negative === undefined) return undefined;
  return { positive: { folder: positive ?? '' }, negative: { folder: negative ?? '' } };
}

/** Opens the pair that is given, else the one that the model's folder names, for as long as the work takes. */
async function withPair<T>(
  model: Model,
  members: PairMembers | undefined,
  work: (pair: ModelPair | undefined) => Promise<T>,
): Promise<T> {
  const chosen = members ?? pairOfFolder(model.info.folder);
  if (!chosen) return work(undefined);
  const pair = await ModelPair.open(model, chosen, openModel);
  try {
    return await work(pair);
  } finally {
    pair.dispose();
  }
}
