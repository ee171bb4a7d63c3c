// Logs of evaluation harnesses: lm-evaluation-harness and Inspect.
import { partsWithin } from './containers';
import { turnsOf } from './messages';
import { openAiLogprobs } from './logprobs';
import { isObject, definedFields, asObjects, asString, nameOf } from '../../json';
import { resolveAttachments } from './attachments';
import type { Format, RawPart, RawTrace, TraceRow } from './rawTrace';

/** One row per filter, each of which judges the same answers; the first filter's verdict is kept, by name. */
export const lmEval: Format = {
  name: 'lm-evaluation-harness samples',
  seen: 'from its documentation',
  key: ({ doc_id, resps }) => JSON.stringify([doc_id, resps]),
  read(row) {
    if (!('doc_id' in row) || !Array.isArray(row.resps)) return undefined;
    const requests = requestsOf(row.arguments);
    const question = requests[0]?.context;
    const isRight = metricOf(row);
    const document = `document ${nameOf(row.doc_id)}`;
    const choices = scoredChoices(row.resps, requests);
    if (choices) {
      const answer = choices.find(({ isChosen }) => isChosen)?.text;
      const known = definedFields({ question, answer, target: targetOf(row, choices), isRight });
      const id = `${document}, ${choices.length > 1 ? 'multiple choice' : 'scored text'}`;
      return [{ id, parts: [choicesPart(choices)], ...known }];
    }
    if (isRolling(row.resps, requests)) {
      const problem = 'has no generated text: the harness measured the likelihood of a given text';
      return [{ id: document, parts: [], problem }];
    }
    const filter = asString(row.filter);
    // Of several tries the filter judges one, or the most frequent answer: what it found is true of none by itself.
    const isSingle = row.resps.flat().length === 1;
    const judged = isSingle ? { answer: filteredAnswer(row), isRight } : {};
    return row.resps.flatMap((tries: unknown, i): RawTrace[] =>
      (Array.isArray(tries) ? tries : []).flatMap((text: unknown, j): RawTrace[] =>
        typeof text === 'string'
          ? [
              {
                id: [document, filter, ...(j > 0 ? [`try ${j + 1}`] : [])]
                  .filter(Boolean)
                  .join(', '),
                parts: [{ kind: 'answer', text, path: ['resps', i, j] }],
                ...definedFields({ question, target: asString(row.target), ...judged }),
              },
            ]
          : [],
      ),
    );
  },
};

interface Request {
  readonly context: string | undefined;
  /** What was scored, where nothing was generated. */
  readonly continuation: string | undefined;
  /** Whether there is but the context, neither a continuation nor how to generate one. */
  readonly isAlone: boolean;
}

/** Listed by name, or in a list as older versions wrote them. */
function requestsOf(value: unknown): Request[] {
  const listed = isObject(value) ? Object.values(value) : rowsTexts(value);
  return listed.map(each => {
    const [context, continuation] = Array.isArray(each)
      ? (each as unknown[])
      : isObject(each)
        ? [each.arg_0, each.arg_1]
        : [];
    const isAlone = continuation === undefined;
    return { context: asString(context), continuation: asString(continuation), isAlone };
  });
}

interface ScoredChoice {
  readonly text: string;
  /** Nats. */
  readonly logprob: number;
  /** Whether it is the likeliest of several. */
  readonly isChosen: boolean;
}

/** Of a task in which the model only scored given texts: a log-probability, and whether each token is the likeliest. */
function scoredChoices(
  resps: readonly unknown[],
  requests: readonly Request[],
): ScoredChoice[] | undefined {
  const scores = resps.map(tries => {
    const first: unknown = Array.isArray(tries) ? tries[0] : undefined;
    const isPair = Array.isArray(first) && first.length === 2;
    return isPair && /^(?:true|false)$/i.test(nameOf(first[1])) ? Number(first[0]) : NaN;
  });
  if (scores.length === 0 || scores.some(Number.isNaN)) return undefined;
  const likeliest = scores.indexOf(scores.reduce((a, b) => Math.max(a, b)));
  return scores.map((logprob, i) => ({
    text: requests[i]?.continuation?.trim() ?? `choice ${i + 1}`,
    logprob,
    isChosen: scores.length > 1 && i === likeliest,
  }));
}

/** Whether the answers are but the log-probability of the one text that the request has. */
function isRolling(resps: readonly unknown[], requests: readonly Request[]): boolean {
  const [tries] = resps;
  const value: unknown = Array.isArray(tries) ? tries[0] : undefined;
  const isNumber =
    typeof value === 'number' || (typeof value === 'string' && /^-\d+\.\d+$/.test(value));
  return isNumber && requests.length > 0 && requests.every(({ isAlone }) => isAlone);
}

/** No model wrote these texts. */
function choicesPart(choices: readonly ScoredChoice[]): RawPart {
  const lines = choices.map(({ text, logprob, isChosen }) => {
    return `${text} (log-probability ${logprob.toFixed(2)}${isChosen ? ', chosen' : ''})`;
  });
  return { kind: 'tool', text: `Scored, not generated:\n${lines.join('\n')}` };
}

/** The text of the choice where the target is its number. */
function targetOf({ target }: TraceRow, choices: readonly ScoredChoice[]): string | undefined {
  const number = typeof target === 'string' && /^\d+$/.test(target) ? Number(target) : target;
  return (typeof number === 'number' ? choices[number]?.text : undefined) ?? asString(target);
}

/** What the filter found in the one answer, where it took it out of a longer text. */
function filteredAnswer({ resps, filtered_resps: found }: TraceRow): string | undefined {
  const [[text], [first]] = [[resps].flat(2), [found].flat(2)];
  return first === text ? undefined : asString(first);
}

/** Of the first metric that is a verdict: a perplexity, or a share of words, is none. */
function metricOf(row: TraceRow): boolean | undefined {
  const names = Array.isArray(row.metrics) ? row.metrics : ['exact_match', 'acc'];
  return names
    .map(name => (typeof name === 'string' ? verdictOf(row[name]) : undefined))
    .find(verdict => verdict !== undefined);
}

/** One sample of an Inspect log. */
export const inspectSample: Format = {
  name: 'Inspect sample',
  seen: 'in a real file',
  read(row) {
    if (!('epoch' in row) || !isObject(row.output) || !Array.isArray(row.messages))
      return undefined;
    const attachments = isObject(row.attachments) ? row.attachments : {};
    const id = `sample ${nameOf(row.id)}, epoch ${nameOf(row.epoch)}`;
    const messages = resolveAttachments(row.messages, attachments);
    if (messages === undefined) return [{ id, parts: [], problem: REPEATED }];
    const turn = turnsOf(messages, ['messages']).at(-1);
    if (!turn) return [{ id, parts: [], problem: `has no answer: ${errorOf(row.error)}` }];
    const { question, parts, lastMessage } = turn;
    const score = isObject(row.scores) ? scoreOf(row.scores) : undefined;
    const logprobs = asObjects(row.output.choices)
      .flatMap(({ logprobs }) =>
        isObject(logprobs) ? openAiLogprobs(logprobs.content, 'Inspect') : [],
      )
      .map(series => ({ ...series, firstPart: lastMessage }));
    return [
      {
        id,
        parts,
        logprobs,
        ...definedFields({
          question,
          target: asString(row.target) ?? asString(rowsTexts(row.target)[0]),
          answer: asString(score?.answer),
          isRight: verdictOf(score?.value),
        }),
      },
    ];
  },
};

const REPEATED =
  'is skipped: with its attachments filled in, its messages would be many times their size';

export const HEADER_ALONE =
  'is the header of an Inspect log, without samples. Open the whole log; this one was written with header_only, or before a sample was done';

/** A whole log in one JSON object. */
export const inspectLog: Format = {
  name: 'Inspect log',
  seen: 'in a real file',
  read(row) {
    if (!isObject(row.eval)) return undefined;
    if (!Array.isArray(row.samples)) {
      // `eval` alone is no sign of a log.
      return 'status' in row || 'version' in row
        ? [{ parts: [], problem: HEADER_ALONE }]
        : undefined;
    }
    return asObjects(row.samples).flatMap((sample, i) =>
      (inspectSample.read(sample) ?? []).map(trace => ({
        ...trace,
        parts: partsWithin(trace, ['samples', i]),
      })),
    );
  },
};

/**
 * Of several scorers, the one whose verdict is a letter; else one that found an answer; a number alone may measure
 * anything, so it counts only where it is alone.
 */
function scoreOf(scores: TraceRow): TraceRow | undefined {
  const all = Object.values(scores).filter(isObject);
  const judging = all.filter(({ value }) => verdictOf(value) !== undefined);
  return (
    judging.find(({ value }) => typeof value === 'string') ??
    judging.find(({ answer }) => typeof answer === 'string') ??
    (all.length === 1 ? all[0] : all.find(({ answer }) => typeof answer === 'string'))
  );
}

function errorOf(error: unknown): string {
  return (isObject(error) ? asString(error.message) : undefined) ?? 'no message of the assistant';
}

function verdictOf(value: unknown): boolean | undefined {
  if (value === 'C' || value === 1 || value === true) return true;
  // N: the model gave no answer.
  if (value === 'I' || value === 'N' || value === 0 || value === false) return false;
  return undefined;
}

function rowsTexts(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
