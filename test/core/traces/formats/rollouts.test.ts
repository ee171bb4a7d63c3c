// Continuations of one question in one row, under the names that experiments give them.
import { describe, expect, test } from 'vitest';
import { readTraces } from '../../../../src/core/traces/readTraces';

const read = (row: unknown) => readTraces(JSON.stringify(row));
const isRollouts = (row: unknown) => {
  const { format, traces } = read(row);
  return traces.length > 0 && format === 'rollouts of a question';
};
const facts = (row: unknown) =>
  read(row).traces.map(({ id, question, text, target, answer, isRight }) => ({
    id,
    question,
    text,
    target,
    answer,
    isRight,
  }));

const lists = ['rollouts', 'paths', 'branches', 'samples', 'completions', 'continuations'];
const more = ['generations', 'responses', 'outputs', 'solutions', 'trajectories'];
describe.each([...lists, ...more])('%s', key => {
  test('are texts, or objects with a text', () => {
    const row = {
      prompt: 'q',
      target: '4',
      [key]: ['So 4.', ' ', { text: 'So 5.', correct: false, answer: '5' }],
    };
    expect(isRollouts(row)).toBe(true);
    expect(facts(row)).toEqual([
      {
        id: `${key} 1`,
        question: 'q',
        text: 'So 4.',
        target: '4',
        answer: undefined,
        isRight: undefined,
      },
      { id: `${key} 3`, question: 'q', text: 'So 5.', target: '4', answer: '5', isRight: false },
    ]);
    expect(read(row).traces.map(({ parts }) => parts[0]!.path)).toEqual([
      [key, 0],
      [key, 2, 'text'],
    ]);
  });
});

test.each(['question', 'problem', 'prompt', 'query', 'input'])('the question may be %s', key => {
  expect(facts({ [key]: 'q', rollouts: ['a'] })[0]!.question).toBe('q');
});

const targets = [
  'target',
  'ground_truth',
  'gold',
  'gold_answer',
  'gt_answer',
  'correct_answer',
  'answer',
];
test.each(targets)('the right answer may be %s', key => {
  expect(facts({ question: 'q', [key]: '4', rollouts: ['a'] })[0]!.target).toBe('4');
});

const texts = ['full_cot', 'rollout', 'text', 'completion', 'response', 'generation', 'output'];
test.each([...texts, 'content', 'solution', 'continuation', 'trajectory'])(
  'a text may be %s',
  key => {
    expect(facts({ question: 'q', rollouts: [{ [key]: 'a' }] })[0]!.text).toBe('a');
  },
);

test.each(['is_correct', 'isRight', 'correct'])('a verdict may be %s', key => {
  const verdict = (value: unknown) =>
    facts({ question: 'q', rollouts: [{ text: 'a', [key]: value }] })[0]!.isRight;
  expect([true, false, 'yes'].map(verdict)).toEqual([true, false, undefined]);
});

test('answers of servers are read as such', () => {
  const choices = ['a', 'b'].map(content => ({ message: { role: 'assistant', content } }));
  const found = facts({ question: 'q', rollouts: [{ choices }, 'c'] });
  expect(found.map(({ id, text }) => [id, text])).toEqual([
    ['rollouts 1, choice 1', 'a'],
    ['rollouts 1, choice 2', 'b'],
    ['rollouts 2', 'c'],
  ]);
});

test('lists of anything else, and lists without a question, are none', () => {
  for (const rollouts of [[3], ['a', null], [{ x: 'a' }], [], 'a'])
    expect(isRollouts({ question: 'q', rollouts })).toBe(false);
  expect(isRollouts({ rollouts: ['a'] })).toBe(false);
});
