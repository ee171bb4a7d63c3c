// What harnesses log besides generated answers: scored choices, several scorers, headers, samples without an answer.
import { describe, expect, test } from 'vitest';
import { lmEval } from '../../../../src/core/traces/formats/harnesses';
import { readTraces } from '../../../../src/core/traces/readTraces';
import { segmentsOf } from '../../../support/traces';

const read = (row: unknown) => readTraces(JSON.stringify(row));
const sample = (rest: object) => ({
  id: 'q',
  epoch: 1,
  input: 'Q',
  target: '4',
  messages: [
    { role: 'user', content: 'Q' },
    { role: 'assistant', content: '4' },
  ],
  output: { choices: [] },
  ...rest,
});

test('multiple choice of lm-evaluation-harness is scored choices, which no model wrote', () => {
  const row = {
    doc_id: 7,
    target: '1',
    acc: 0,
    metrics: ['acc', 'acc_norm'],
    resps: [[['-1.25', 'False']], [['-3.5', 'True']], [['-Infinity', 'False']]],
    arguments: Object.fromEntries(
      [' blue', ' red', ' none'].map((arg_1, i) => [
        `gen_args_${i}`,
        { arg_0: 'The sky is', arg_1 },
      ]),
    ),
  };
  const older = {
    ...row,
    arguments: Object.values(row.arguments).map(({ arg_0, arg_1 }) => [arg_0, arg_1]),
  };
  for (const { traces, problems } of [read(row), read(older)]) {
    expect(problems).toEqual([]);
    expect(traces[0]).toMatchObject({
      id: 'document 7, multiple choice',
      question: 'The sky is',
      answer: 'blue',
      target: 'red',
      isRight: false,
      steps: [],
    });
    expect(segmentsOf(traces[0]!)).toEqual([
      [
        'tool',
        'Scored, not generated:\nblue (log-probability -1.25, chosen)\nred (log-probability -3.50)\nnone (log-probability -Infinity)',
      ],
    ]);
  }
  const single = read({ ...row, resps: [[[-2.5, true]]], target: 'blue' }).traces[0];
  expect(single).toMatchObject({ id: 'document 7, scored text', target: 'blue' });
  const rolling = read({
    doc_id: 1,
    resps: [['-120.5']],
    arguments: { gen_args_0: { arg_0: 'A text.' } },
  });
  expect(rolling.traces).toEqual([]);
  expect(rolling.problems).toEqual([
    'document 1 has no generated text: the harness measured the likelihood of a given text.',
  ]);
});

const generated = (fields: object) =>
  read({ doc_id: 0, target: '42', metrics: ['exact_match'], exact_match: 1, ...fields }).traces;

test('the verdict of lm-evaluation-harness is of no try by itself where there are several', () => {
  const tries = generated({ resps: [['so #### 42', 'so #### 41']], filtered_resps: ['42'] });
  expect(tries.map(({ id }) => id)).toEqual(['document 0', 'document 0, try 2']);
  // The answers are the texts', not the filter's.
  expect(tries.map(({ isRight, answer }) => [isRight, answer])).toEqual([
    [undefined, '42'],
    [undefined, '41'],
  ]);
});

test('the verdict of lm-evaluation-harness is the first metric that is 0 or 1', () => {
  const verdictOf = (fields: object) => generated({ resps: [['so 42']], ...fields })[0]!.isRight;
  const lambada = { metrics: ['perplexity', 'acc'], perplexity: -1.4 };
  expect(verdictOf({ ...lambada, acc: 1 })).toBe(true);
  expect(verdictOf({ ...lambada, acc: 0 })).toBe(false);
  expect(verdictOf({ metrics: ['f1'], f1: 0.3 })).toBeUndefined();
  expect(verdictOf({ metrics: ['f1', 'exact_match'], f1: 0.3, exact_match: 1 })).toBe(true);
  expect(verdictOf({ metrics: undefined, exact_match: 0 })).toBe(false);
  expect(verdictOf({ metrics: [3, 'rouge1', 'none'], rouge1: 0.5 })).toBeUndefined();
});

test('the answer of lm-evaluation-harness is what its filter found', () => {
  const one = (filtered_resps: unknown) => {
    const [trace] = generated({ resps: [['about 40, so 42 apples']], filtered_resps });
    expect(trace!.isRight).toBe(true);
    return trace!.answer;
  };
  expect(one(['42'])).toBe('42');
  expect(one([['42']])).toBe('42');
  expect(one('42')).toBe('42');
  for (const none of [undefined, null, [], [7], ['about 40, so 42 apples']])
    expect(one(none)).toBeUndefined();
});

test('of several scorers of Inspect the one with a letter judges', () => {
  const verdictOf = (scores: object) => {
    const [trace] = read(sample({ scores })).traces;
    // Without an answer in the log, the text's.
    return [trace!.isRight, trace!.answer];
  };
  const match = { value: 'C', answer: '4' };
  expect(verdictOf({ length: { value: 1.5 }, match })).toEqual([true, '4']);
  expect(verdictOf({ flags: { value: 0 }, match })).toEqual([true, '4']);
  expect(verdictOf({ match: { value: 'N' } })).toEqual([false, '4']);
  expect(verdictOf({ only: { value: 1 } })).toEqual([true, '4']);
  expect(verdictOf({ length: { value: 0 }, words: { value: 1 } })).toEqual([undefined, '4']);
  expect(verdictOf({ words: { value: 0.3, answer: '4' }, flags: { value: 1 } })).toEqual([
    undefined,
    '4',
  ]);
});

test('a header of Inspect, and a sample without an answer, are named', () => {
  const header = { version: 2, status: 'success', eval: { task: 't' }, results: {} };
  for (const log of [header, { ...header, samples: null }]) {
    expect(read(log)).toMatchObject({
      traces: [],
      problems: [
        expect.stringMatching(/^It is the header of an Inspect log, without samples\. Open/),
      ],
    });
  }
  const unanswered = sample({
    messages: [{ role: 'user', content: 'Q' }],
    error: { message: 'time out' },
  });
  expect(read({ eval: {}, samples: [sample({}), unanswered] })).toMatchObject({
    traces: [{ text: '4' }],
    problems: ['sample q, epoch 1 has no answer: time out.'],
  });
});

test('rows nested too deeply are refused by name, and the others are read', () => {
  const depth = 50_000;
  const deep = `{"epoch": 1, "output": {}, "messages": ${'['.repeat(depth)}${']'.repeat(depth)}}`;
  const { traces, problems } = readTraces(`${JSON.stringify(sample({}))}\n${deep}`);
  expect(traces.length).toBe(1);
  expect(problems).toEqual(['line 2 is nested too deeply.']);
});

describe('attachments', () => {
  const said = (content: string) => ({ role: 'assistant', content: `attachment://${content}` });
  const withTexts = (attachments: object, messages: object[]) =>
    readTraces(JSON.stringify(sample({ attachments, messages })));

  test.each(['constructor', '__proto__', 'toString', 'b'])(
    'that are not there stay as they are: %s',
    name => {
      const { traces } = withTexts({ a: 'A' }, [said(name)]);
      expect(traces[0]!.text).toBe(`attachment://${name}`);
    },
  );

  test('that refer to others are texts', () => {
    const { traces } = withTexts({ a: 'attachment://b', b: 'B' }, [said('a')]);
    expect(traces[0]!.text).toBe('attachment://b');
  });

  test('that are repeated until they fill the memory are refused', () => {
    const messages = Array.from({ length: 10_000 }, () => said('a'));
    expect(withTexts({ a: 'A'.repeat(100_000) }, messages)).toMatchObject({
      traces: [],
      problems: [expect.stringContaining('many times their size')],
    });
  });
});

test.each([
  ['an Inspect sample', sample({ id: { toString: 1 } })],
  ['an lm-evaluation-harness sample', { doc_id: { toString: 1 }, resps: [['a']] }],
])('%s whose name is an object is read', (_, row) => {
  const { traces } = readTraces(JSON.stringify(row));
  expect(traces[0]!.id).toContain('{"toString":1}');
});

test('names nested too deeply are refused as the row is', () => {
  const depth = 200_000;
  const deep = `{"doc_id": ${'['.repeat(depth)}${']'.repeat(depth)}, "resps": [["a"]]}`;
  expect(readTraces(deep).problems).toEqual(['It is nested too deeply.']);
});

test('a row is one of lm-evaluation-harness if it names a document and lists answers', () => {
  const resps = [['4']];
  expect(lmEval.read({ doc_id: 0, resps })).toHaveLength(1);
  for (const row of [{ resps }, { doc_id: 0 }, { doc_id: 0, resps: '4' }, {}])
    expect(lmEval.read(row)).toBeUndefined();
});
