// Logs of evaluation harnesses: lm-evaluation-harness and Inspect.
import { turnsOf } from './messages';
import { openAiLogprobs } from './logprobs';
import { isObject, definedFields, asObjects, asString } from '../../json';
import type { Format, RawTrace, TraceRow } from './rawTrace';

/** One row per filter, each of which judges the same answers; the first filter's verdict is kept, by name. */
export const lmEval: Format = {
  name: 'lm-evaluation-harness samples',
  seen: 'from its documentation',
  key: ({ doc_id, resps }) => JSON.stringify([doc_id, resps]),
  read(row) {
    if (!('doc_id' in row) || !Array.isArray(row.resps)) return undefined;
    const first = isObject(row.arguments) ? row.arguments.gen_args_0 : undefined;
    const question = isObject(first) ? asString(first.arg_0) : undefined;
    const isRight = metricOf(row);
    const filter = asString(row.filter);
    return row.resps.flatMap((tries: unknown, i): RawTrace[] =>
      (Array.isArray(tries) ? tries : []).flatMap((text: unknown, j): RawTrace[] =>
        typeof text === 'string'
          ? [
              {
                id: [`document ${String(row.doc_id)}`, filter, ...(j > 0 ? [`try ${j + 1}`] : [])]
                  .filter(Boolean)
                  .join(', '),
                parts: [{ kind: 'answer', text, path: ['resps', i, j] }],
                ...definedFields({ question, target: asString(row.target), isRight }),
              },
            ]
          : [],
      ),
    );
  },
};

function metricOf(row: TraceRow): boolean | undefined {
  const names = Array.isArray(row.metrics) ? row.metrics : ['exact_match', 'acc'];
  const value = names.map(name => row[String(name)]).find(found => typeof found === 'number');
  return value === undefined ? undefined : value === 1;
}

const ATTACHMENT = 'attachment://';

/** One sample of an Inspect log. */
export const inspectSample: Format = {
  name: 'Inspect sample',
  seen: 'in a real file',
  read(row) {
    if (!('epoch' in row) || !isObject(row.output) || !Array.isArray(row.messages))
      return undefined;
    const attachments = isObject(row.attachments) ? row.attachments : {};
    const turn = turnsOf(resolveAttachments(row.messages, attachments), ['messages']).at(-1);
    if (!turn) return [];
    const { question, parts, lastMessage } = turn;
    const scores = isObject(row.scores) ? Object.values(row.scores).filter(isObject) : [];
    const [score] = scores;
    const choices = asObjects(row.output.choices);
    const logprobs = choices
      .flatMap(({ logprobs }) =>
        isObject(logprobs) ? openAiLogprobs(logprobs.content, 'Inspect') : [],
      )
      .map(series => ({ ...series, firstPart: lastMessage }));
    return [
      {
        id: `sample ${String(row.id)}, epoch ${String(row.epoch)}`,
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

/** A whole log in one JSON object. */
export const inspectLog: Format = {
  name: 'Inspect log',
  seen: 'in a real file',
  read(row) {
    if (!isObject(row.eval) || !Array.isArray(row.samples)) return undefined;
    return asObjects(row.samples).flatMap((sample, i) =>
      (inspectSample.read(sample) ?? []).map(trace => ({
        ...trace,
        parts: trace.parts.map(each => ({
          ...each,
          ...(each.path && { path: ['samples', i, ...each.path] }),
        })),
      })),
    );
  },
};

function verdictOf(value: unknown): boolean | undefined {
  if (value === 'C' || value === 1 || value === true) return true;
  if (value === 'I' || value === 0 || value === false) return false;
  return undefined;
}

function rowsTexts(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Long texts are stored separately, by their hashes. */
function resolveAttachments(value: unknown, attachments: TraceRow): unknown {
  if (typeof value === 'string' && value.startsWith(ATTACHMENT)) {
    return attachments[value.slice(ATTACHMENT.length)] ?? value;
  }
  if (Array.isArray(value)) return value.map(each => resolveAttachments(each, attachments));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, resolveAttachments(each, attachments)]),
  );
}
