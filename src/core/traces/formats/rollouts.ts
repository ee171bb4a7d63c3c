// Several continuations of one question in one row, as experiments with rollouts and forking paths save them.
import { asString, definedFields, isObject } from '../../json';
import { partsWithin, type ReadRow } from './containers';
import { textPart, type Format, type RawTrace, type TraceRow } from './rawTrace';

const QUESTIONS = ['question', 'problem', 'prompt', 'query', 'input'];
const TARGETS = ['target', 'ground_truth', 'gold', 'gold_answer', 'gt_answer', 'correct_answer'];
const LISTS = [
  'rollouts',
  'paths',
  'branches',
  'samples',
  'completions',
  'continuations',
  'generations',
  'responses',
  'outputs',
  'solutions',
  'trajectories',
];
const TEXTS = ['full_cot', 'rollout', 'text', 'completion', 'response', 'generation', 'output'];
const MORE_TEXTS = ['content', 'solution', 'continuation', 'trajectory'];
const VERDICTS = ['is_correct', 'isRight', 'correct'];

/** `readRow` reads continuations that are whole answers of a server. */
export function rolloutList(readRow: ReadRow): Format {
  return {
    name: 'rollouts of a question',
    seen: 'from its documentation',
    read(row) {
      const question = firstText(row, QUESTIONS);
      const key = LISTS.find(name => Array.isArray(row[name]) && row[name].length > 0);
      if (question === undefined || key === undefined) return undefined;
      const target = firstText(row, TARGETS) ?? asString(row.answer);
      const list = row[key] as readonly unknown[];
      const found = list.map((item, i) => tracesOf(item, [key, i], readRow));
      // A list of anything else is another format's.
      if (found.some(traces => traces === undefined)) return undefined;
      return found.flatMap((traces, i) =>
        traces!.map((trace): RawTrace => ({
          ...definedFields({ question, target }),
          ...trace,
          id: [`${key} ${i + 1}`, trace.id].filter(Boolean).join(', '),
        })),
      );
    },
  };
}

function tracesOf(
  item: unknown,
  path: readonly [string, number],
  readRow: ReadRow,
): readonly RawTrace[] | undefined {
  if (typeof item === 'string') {
    return [{ parts: item.trim() ? [{ kind: 'answer', text: item, path }] : [] }];
  }
  if (!isObject(item)) return undefined;
  const found = readRow(item);
  if (found) return found.traces.map(trace => ({ ...trace, parts: partsWithin(trace, path) }));
  const key = [...TEXTS, ...MORE_TEXTS].find(name => typeof item[name] === 'string');
  if (key === undefined) return undefined;
  const verdict = VERDICTS.map(name => item[name]).find(value => typeof value === 'boolean');
  return [
    {
      ...definedFields({ answer: asString(item.answer), isRight: verdict }),
      parts: textPart('answer', item, key, path),
    },
  ];
}

function firstText(row: TraceRow, keys: readonly string[]): string | undefined {
  return keys.map(key => asString(row[key])).find(text => text !== undefined);
}
