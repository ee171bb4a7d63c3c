// Rows of published datasets of problems and traces.
import { entriesOf, textBy } from './logprobs';
import { messageParts } from './messages';
import { isObject, definedFields, asNumber, asObjects, asString } from '../../json';
import { textPart, type Format, type RawPart, type RawTrace, type TraceRow } from './rawTrace';

/** Calculator annotations and the last line of GSM8K. */
const GSM8K_ANSWER = /(?:####|^A:)\s*(\S.*)\s*$/m;

function gsm8kAnswer(text: string): string | undefined {
  return GSM8K_ANSWER.exec(text)?.[1]?.trim();
}

export const gsm8kSolutions: Format = {
  name: 'GSM8K model solutions',
  seen: 'in a real file',
  read(row) {
    const { question, ground_truth: truth } = row;
    if (typeof question !== 'string' || typeof truth !== 'string') return undefined;
    const solved = Object.entries(row).filter(
      (entry): entry is [string, TraceRow] =>
        isObject(entry[1]) && typeof entry[1].solution === 'string',
    );
    if (solved.length === 0) return undefined;
    return solved.map(([name, solution]): RawTrace => ({
      id: name,
      question,
      parts: textPart('answer', solution, 'solution', [name]),
      ...definedFields({
        target: gsm8kAnswer(truth),
        isRight: typeof solution.is_correct === 'boolean' ? solution.is_correct : undefined,
      }),
    }));
  },
};

export const gsm8k: Format = {
  name: 'GSM8K',
  seen: 'in a real file',
  read(row) {
    const { question, answer } = row;
    if (typeof question !== 'string' || typeof answer !== 'string') return undefined;
    if (!answer.includes('####')) return undefined;
    return [
      {
        question,
        parts: textPart('answer', row, 'answer'),
        ...definedFields({ target: gsm8kAnswer(answer) }),
      },
    ];
  },
};

/**
 * Answers of a model at temperature 0 with the most probable tokens at each position; the first of them was written.
 */
export const listedLogprobs: Format = {
  name: 'logprobs-visualiser',
  seen: 'in a real file',
  read(row) {
    const { question, logprobs } = row;
    if (typeof question !== 'string' || !Array.isArray(logprobs)) return undefined;
    const places = logprobs.map(entriesOf);
    if (places.some(listed => listed.length === 0)) return undefined;
    const tokens = places.map(top => ({ ...top[0]!, top }));
    return [
      {
        question,
        parts: [{ kind: 'answer', text: textBy({ tokens }) }],
        logprobs: [{ source: 'listed tokens', space: 'raw', tokens }],
        ...definedFields({ target: bracketedAnswer(question) }),
      },
    ];
  },
};

/** Of a question that ends with `(Answer: 42)`. */
function bracketedAnswer(question: string): string | undefined {
  const begin = question.lastIndexOf('(Answer: ');
  const rest = question.slice(begin + '(Answer: '.length).trimEnd();
  const answer = begin >= 0 && rest.endsWith(')') ? rest.slice(0, -1) : '';
  return answer === '' || answer.includes('\n') ? undefined : answer;
}

export const openR1: Format = {
  name: 'OpenR1',
  seen: 'from its documentation',
  read(row) {
    const { problem, generations } = row;
    if (typeof problem !== 'string' || !Array.isArray(generations)) return undefined;
    const verified = row.correctness_math_verify;
    return generations.flatMap((text: unknown, i): RawTrace[] => {
      if (typeof text !== 'string') return [];
      const isRight: unknown = Array.isArray(verified) ? verified[i] : undefined;
      return [
        {
          ...(generations.length > 1 && { id: `generation ${i + 1}` }),
          question: problem,
          parts: [{ kind: 'answer', text, path: ['generations', i] }],
          ...definedFields({
            target: asString(row.answer),
            isRight: typeof isRight === 'boolean' ? isRight : undefined,
          }),
        },
      ];
    });
  },
};

export const openThoughts: Format = {
  name: 'OpenThoughts',
  seen: 'from its documentation',
  read(row) {
    if (typeof row.deepseek_reasoning === 'string') {
      return [
        {
          parts: [
            ...textPart('thinking', row, 'deepseek_reasoning'),
            ...textPart('answer', row, 'deepseek_solution'),
          ],
          ...definedFields({ question: asString(row.problem) }),
        },
      ];
    }
    const turns = asObjects(row.conversations);
    const answers = turns.flatMap(({ from, value }, i) =>
      (from === 'assistant' || from === 'gpt') && typeof value === 'string' ? [i] : [],
    );
    if (answers.length === 0) return undefined;
    return answers.map((i): RawTrace => ({
      ...definedFields({
        question: asString(turns[i - 1]?.value),
        isRight: typeof row.correct === 'boolean' ? row.correct : undefined,
      }),
      parts: textPart('answer', turns[i]!, 'value', ['conversations', i]),
    }));
  },
};

export const s1k: Format = {
  name: 's1K',
  seen: 'from its documentation',
  read(row) {
    const prefix = ['deepseek_', 'gemini_', ''].find(
      name => typeof row[`${name}thinking_trajectory`] === 'string',
    );
    if (prefix === undefined) {
      const trajectories = row.thinking_trajectories;
      if (!Array.isArray(trajectories)) return undefined;
      const parts = trajectories.flatMap((text: unknown, i): RawPart[] =>
        typeof text === 'string'
          ? [{ kind: 'thinking', text, path: ['thinking_trajectories', i] }]
          : [],
      );
      return [
        {
          parts: [...parts, ...textPart('answer', row, 'attempt')],
          ...definedFields({ question: asString(row.question), target: asString(row.solution) }),
        },
      ];
    }
    return [
      {
        parts: [
          ...textPart('thinking', row, `${prefix}thinking_trajectory`),
          ...textPart('answer', row, `${prefix}attempt`),
        ],
        ...definedFields({ question: asString(row.question), target: asString(row.solution) }),
      },
    ];
  },
};

/** Steps in a list: BIG-Bench-Mistake, ProcessBench, MR-GSM8K. */
function stepsTrace(
  row: TraceRow,
  key: string,
  rest: Omit<RawTrace, 'parts'>,
): RawTrace[] | undefined {
  const steps = row[key];
  if (!Array.isArray(steps) || !steps.every(step => typeof step === 'string')) return undefined;
  const parts = steps.map((text, i): RawPart => ({
    kind: 'answer',
    text,
    path: [key, i],
    steps: [0],
  }));
  return [{ parts, ...rest }];
}

export const bigBenchMistake: Format = {
  name: 'BIG-Bench-Mistake',
  seen: 'from its documentation',
  read(row) {
    if (!('mistake_index' in row)) return undefined;
    return stepsTrace(row, 'steps', {
      ...definedFields({
        question: asString(row.input),
        answer: asString(row.answer),
        target: asString(row.target),
        isRight:
          typeof row.answer === 'string' && typeof row.target === 'string'
            ? row.answer.trim() === row.target.trim()
            : undefined,
        firstWrongStep: asNumber(row.mistake_index),
      }),
    });
  },
};

export const processBench: Format = {
  name: 'ProcessBench',
  seen: 'from its documentation',
  read(row) {
    if (typeof row.label !== 'number' || typeof row.problem !== 'string') return undefined;
    return stepsTrace(row, 'steps', {
      ...definedFields({
        question: asString(row.problem),
        isRight:
          typeof row.final_answer_correct === 'boolean' ? row.final_answer_correct : undefined,
        firstWrongStep: row.label < 0 ? undefined : row.label,
      }),
    });
  },
};

/** One pivotal token found by a rollout search. */
export const pivotalTokens: Format = {
  name: 'PTS pivotal tokens',
  seen: 'from its documentation',
  read(row) {
    const { query, pivot_context: context, pivot_token: token } = row;
    if (typeof context !== 'string' || typeof token !== 'string') return undefined;
    const asked = asString(query);
    const shares = [asNumber(row.prob_before), asNumber(row.prob_after)];
    const label = shares.every(share => share !== undefined)
      ? `p(success) ${percent(shares[0]!)} → ${percent(shares[1]!)}`
      : undefined;
    const parts: RawPart[] = [
      ...(context.trim()
        ? ([{ kind: 'answer', text: context, path: ['pivot_context'] }] as const)
        : []),
      {
        kind: 'answer',
        text: token,
        path: ['pivot_token'],
        steps: [0],
        goesOn: true,
        ...definedFields({ label }),
      },
    ];
    return [{ parts, ...definedFields({ question: asked }) }];
  },
};

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

export const singleMessage: Format = {
  name: 'chat message',
  seen: 'from its documentation',
  read(row) {
    if (row.role !== 'assistant' || typeof row.content !== 'string') return undefined;
    return [{ parts: messageParts(row, []) }];
  },
};
