// Rows of datasets as they are documented: what each field becomes, and which rows are none of the format.
import { describe, expect, test } from 'vitest';
import { readTraces } from '../../../../src/core/traces/readTraces';
import type { Trace } from '../../../../src/core/traces/trace';

const read = (row: unknown) => readTraces(JSON.stringify(row));
const formatOf = (row: unknown) => {
  const { format, traces } = read(row);
  return traces.length > 0 ? format : undefined;
};
/** Of one row: what does not follow from the text. */
const facts = (row: unknown) =>
  read(row).traces.map(
    ({ id, question, text, target, answer, isRight, firstWrongStep }: Trace) => ({
      id,
      question,
      text,
      target,
      answer,
      isRight,
      firstWrongStep,
    }),
  );
const nothing = { question: undefined, target: undefined, isRight: undefined };
const plain = { ...nothing, answer: undefined, firstWrongStep: undefined, id: '' };

describe('GSM8K', () => {
  const row = { question: 'q', answer: 'So <<1+1=2>>2\n#### 2 ' };

  test('has the answer after its last sign', () => {
    expect(facts(row)).toEqual([
      { ...plain, question: 'q', text: row.answer, target: '2', answer: '2' },
    ]);
    expect(formatOf(row)).toBe('GSM8K');
    expect(formatOf({ ...row, answer: 'So 2' })).toBeUndefined();
    expect(formatOf({ ...row, question: 3 })).toBeUndefined();
    expect(formatOf({ ...row, answer: 3 })).toBeUndefined();
  });

  test('of models has a trace for each of them, with what the file says of it', () => {
    const truth = 'So it is.\nA: 18 ';
    const found = facts({
      question: 'q',
      ground_truth: truth,
      a: { solution: 'x\n#### 18', is_correct: true },
      b: { solution: 'y', is_correct: false },
      c: { solution: 'z', is_correct: 'no' },
      d: { is_correct: true },
      e: 'text',
    });
    expect(
      found.map(({ id, isRight, target, question }) => [id, isRight, target, question]),
    ).toEqual([
      ['a', true, '18', 'q'],
      ['b', false, '18', 'q'],
      ['c', undefined, '18', 'q'],
    ]);
    expect(formatOf({ question: 'q', ground_truth: truth, d: { x: 1 } })).toBeUndefined();
    expect(formatOf({ question: 'q', ground_truth: 3, a: { solution: 'x' } })).toBeUndefined();
    expect(formatOf({ question: 3, ground_truth: truth, a: { solution: 'x' } })).toBeUndefined();
  });
});

describe('OpenR1', () => {
  test('has the generations that are texts, with the verdicts at their places', () => {
    const row = { problem: 'p', answer: '4', generations: ['a', null, 'c'] };
    expect(facts({ ...row, correctness_math_verify: [true, true, 'x'] })).toEqual([
      { ...plain, id: 'generation 1', question: 'p', text: 'a', target: '4', isRight: true },
      { ...plain, id: 'generation 3', question: 'p', text: 'c', target: '4' },
    ]);
    const one = { problem: 'p', generations: ['a'] };
    expect(facts(one)).toEqual([{ ...plain, question: 'p', text: 'a' }]);
    expect(formatOf({ ...one, problem: 3 })).not.toBe('OpenR1');
    expect(formatOf({ ...one, generations: 'a' })).not.toBe('OpenR1');
  });
});

describe('OpenThoughts', () => {
  test('has the turns of the assistant, each with what was asked before it', () => {
    const conversations = [
      { from: 'user', value: 'p' },
      { from: 'assistant', value: 'a' },
      { from: 'human', value: 'r' },
      { from: 'gpt', value: 'b' },
      { from: 'gpt', value: 3 },
    ];
    const found = facts({ conversations, correct: false });
    expect(found.map(({ question, text, isRight }) => [question, text, isRight])).toEqual([
      ['p', 'a', false],
      ['r', 'b', false],
    ]);
    expect(facts({ conversations, correct: 'no' })[0]!.isRight).toBeUndefined();
    expect(formatOf({ conversations: conversations.slice(0, 1) })).toBeUndefined();
  });

  test('of DeepSeek has the reasoning and the solution', () => {
    const row = { deepseek_reasoning: 'Hm.', deepseek_solution: 'So 4.', problem: 'p' };
    const [trace] = read(row).traces;
    expect(trace).toMatchObject({ question: 'p', format: 'OpenThoughts', text: 'Hm.\n\nSo 4.' });
    expect(trace!.segments.map(({ kind }) => kind)).toEqual(['thinking', 'answer']);
  });
});

test.each(['deepseek_', 'gemini_', ''])('s1K of %s has the trajectory and the attempt', prefix => {
  const row = {
    question: 'q',
    solution: '4',
    [`${prefix}thinking_trajectory`]: 'Hm.',
    [`${prefix}attempt`]: 'b',
  };
  const [trace] = read(row).traces;
  expect(trace).toMatchObject({ format: 's1K', question: 'q', target: '4', text: 'Hm.\n\nb' });
  expect(trace!.segments.map(({ kind }) => kind)).toEqual(['thinking', 'answer']);
});

test('s1K with a list has its texts as one thought', () => {
  const row = { question: 'q', solution: '4', thinking_trajectories: ['a', 3, 'b'], attempt: 'c' };
  const [trace] = read(row).traces;
  expect(trace).toMatchObject({ format: 's1K', question: 'q', target: '4' });
  expect(trace!.segments.map(({ kind }) => kind)).toEqual(['thinking', 'thinking', 'answer']);
  expect(trace!.parts.map(({ path }) => path)).toEqual([
    ['thinking_trajectories', 0],
    ['thinking_trajectories', 2],
    ['attempt'],
  ]);
  expect(formatOf({ ...row, thinking_trajectories: 'a' })).toBeUndefined();
});

describe('steps in a list', () => {
  const mistake = {
    input: 'q',
    steps: ['a', 'b'],
    answer: ' 5',
    target: '5 ',
    mistake_index: null,
  };

  test('of BIG-Bench-Mistake are right where the answer is the target', () => {
    const [found] = facts(mistake);
    expect(found).toMatchObject({
      question: 'q',
      text: 'a\nb',
      isRight: true,
      firstWrongStep: undefined,
    });
    expect(formatOf(mistake)).toBe('BIG-Bench-Mistake');
    expect(facts({ ...mistake, target: 5 })[0]!.isRight).toBeUndefined();
    expect(facts({ ...mistake, answer: undefined })[0]!.isRight).toBeUndefined();
    expect(facts({ ...mistake, mistake_index: 0 })[0]!.firstWrongStep).toBe(0);
    expect(formatOf({ ...mistake, steps: ['a', 3] })).toBeUndefined();
    expect(formatOf({ ...mistake, steps: 'a' })).toBeUndefined();
  });

  test('of ProcessBench have the label of the first wrong one', () => {
    const row = { problem: 'p', steps: ['a', 'b'], label: 1, final_answer_correct: false };
    expect(facts(row)[0]).toMatchObject({ question: 'p', isRight: false, firstWrongStep: 1 });
    expect(facts({ ...row, label: 0 })[0]!.firstWrongStep).toBe(0);
    expect(facts({ ...row, label: -1, final_answer_correct: 'x' })[0]).toMatchObject({
      isRight: undefined,
      firstWrongStep: undefined,
    });
    expect(formatOf(row)).toBe('ProcessBench');
    expect(formatOf({ ...row, label: '1' })).toBeUndefined();
    expect(formatOf({ ...row, problem: 1 })).toBeUndefined();
    const [trace] = read(row).traces;
    expect(trace!.steps).toHaveLength(2);
  });
});

describe('a pivotal token', () => {
  const row = {
    query: 'q',
    pivot_context: 'a b',
    pivot_token: ' c',
    prob_before: 0.604,
    prob_after: 0.1,
  };
  const steps = (row: unknown) =>
    read(row).traces[0]!.steps.map(({ start, label }) => [start, label]);

  test('is the last step, with the shares of success before and after it', () => {
    expect(formatOf(row)).toBe('PTS pivotal tokens');
    expect(read(row).traces[0]).toMatchObject({ question: 'q', text: 'a b c' });
    expect(steps(row)).toEqual([
      [0, undefined],
      [3, 'p(success) 60 % → 10 %'],
    ]);
    expect(steps({ ...row, prob_after: undefined }).at(-1)).toEqual([3, undefined]);
    expect(steps({ ...row, pivot_context: ' ' }).at(-1)![1]).toBe('p(success) 60 % → 10 %');
    expect(steps({ ...row, pivot_context: 'A b. C d. E f.' })).toEqual([
      [0, undefined],
      [5, undefined],
      [10, undefined],
      [14, 'p(success) 60 % → 10 %'],
    ]);
    expect(formatOf({ ...row, pivot_token: 3 })).toBeUndefined();
    expect(formatOf({ ...row, pivot_context: 3 })).toBeUndefined();
  });
});

test('a single message is one of the assistant', () => {
  expect(formatOf({ role: 'assistant', content: 'So 4.' })).toBe('chat message');
  expect(formatOf({ role: 'user', content: 'So 4.' })).toBeUndefined();
  expect(formatOf({ role: 'assistant', content: 4 })).toBeUndefined();
});

test('listed tokens are the text, and the question may end with its answer', () => {
  const place = (...tokens: string[]) =>
    Object.fromEntries(tokens.map((token, i) => [token, -0.1 - i]));
  const row = { question: 'q (Answer: 4) ', logprobs: [place('So', 'It'), place(' 4')] };
  const [trace] = read(row).traces;
  expect(trace).toMatchObject({
    format: 'logprobs-visualiser',
    text: 'So 4',
    target: '4',
    refused: [],
  });
  expect(trace!.logprobs[0]!.tokens.map(({ logprob, top }) => [logprob, top.length])).toEqual([
    [-0.1, 2],
    [-0.1, 1],
  ]);
  const targetOf = (question: string) => read({ ...row, question }).traces[0]!.target;
  expect(
    ['q', 'q (Answer: )', 'q (Answer: 4', 'q (Answer: 4\n)', '(Answer: 1) (Answer: 2)'].map(
      targetOf,
    ),
  ).toEqual([undefined, undefined, undefined, undefined, '2']);
  expect(formatOf({ ...row, logprobs: [place('So'), {}] })).toBeUndefined();
});
