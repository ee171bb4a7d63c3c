// Rows that hold other rows: batches, exchanges, rollouts of a question, lists.
import { expect, test } from 'vitest';
import { JsonSourceMap } from '../../../../src/core/traces/jsonSourceMap';
import { turnsOf } from '../../../../src/core/traces/formats/messages';
import { ollamaStream } from '../../../../src/core/traces/streams/lineStreams';
import { readTraces } from '../../../../src/core/traces/readTraces';
import { segmentsOf } from '../../../support/traces';

const read = (...rows: unknown[]) => readTraces(rows.map(row => JSON.stringify(row)).join('\n'));
const message = { role: 'assistant', content: '4', reasoning_content: 'add' };
const completion = { choices: [{ message }] };
const thought = [
  ['thinking', 'add'],
  ['answer', '4'],
];

test('a batch of OpenAI has its answers by their ids, in any form, and lists what failed', () => {
  const result = (custom_id: string, status_code: number, body: object) => ({
    id: 'batch_req_1',
    custom_id,
    response: { status_code, body },
    error: null,
  });
  const output = [{ type: 'message', content: [{ type: 'output_text', text: '4' }] }];
  const rows = [
    result('a', 200, completion),
    result('b', 200, { output }),
    result('c', 400, { error: { message: 'no such model' } }),
    { custom_id: 'd', response: null, error: { code: 'batch_expired', message: 'it expired' } },
    { custom_id: 'e', method: 'POST', url: '/v1/chat/completions', body: { messages: [] } },
  ];
  const { format, traces, problems } = read(...rows);
  expect(format).toBe('OpenAI batch');
  expect(traces.map(({ id }) => id)).toEqual(['line 1, a', 'line 2, b']);
  expect(segmentsOf(traces[0]!)).toEqual(thought);
  expect(problems).toEqual([
    'line 3, c has no answer: no such model.',
    'line 4, d has no answer: it expired.',
    "line 5, e is a request of a batch; the answers are in the batch's output file.",
  ]);
  const file = rows.map(row => JSON.stringify(row)).join('\n');
  const [, answer] = new JsonSourceMap(file).partsOf(traces[0]!);
  expect(file[answer!.utf16[0]!]).toBe('4');
});

test('a batch of Anthropic has its messages, and lists what failed', () => {
  const content = [
    { type: 'thinking', thinking: 'add', signature: 's' },
    { type: 'text', text: '4' },
  ];
  const { traces, problems } = read(
    { custom_id: 'a', result: { type: 'succeeded', message: { type: 'message', content } } },
    {
      custom_id: 'b',
      result: { type: 'errored', error: { type: 'error', error: { message: 'overloaded' } } },
    },
    { custom_id: 'c', result: { type: 'expired' } },
  );
  expect(traces.map(({ id, format }) => [id, format])).toEqual([['line 1, a', 'Anthropic batch']]);
  expect(segmentsOf(traces[0]!)).toEqual(thought);
  expect(problems).toEqual([
    'line 2, b has no answer: overloaded.',
    'line 3, c has no answer: the request is expired.',
  ]);
});

test('a request beside its answer is the question', () => {
  const request = { messages: [{ role: 'user', content: '2+2?' }] };
  const { traces } = read(
    { request, response: completion },
    { request, response: { status: 200, body: completion } },
  );
  expect(traces.map(({ question }) => question)).toEqual(['2+2?', '2+2?']);
  expect(traces.map(segmentsOf)).toEqual([thought, thought]);
});

test('the question of a request is read wherever a server has it', () => {
  const text = '2+2?';
  const user = (content: unknown) => ({ role: 'user', content });
  const model = { role: 'model', parts: [{ functionCall: { name: 'add', args: {} } }] };
  const result = { role: 'user', parts: [{ functionResponse: { name: 'add', response: {} } }] };
  const requests = {
    messages: { messages: [{ role: 'system', content: 'Be brief.' }, user(text)] },
    'the contents of Gemini': { contents: [{ role: 'user', parts: [{ text }] }, model, result] },
    'contents without a role': { contents: [{ parts: [{ text }] }] },
    'contents that are a text': { contents: text },
    'an input that is a text': { input: text },
    'an input of messages': {
      input: [
        user([{ type: 'input_text', text }]),
        { type: 'reasoning', content: [{ type: 'reasoning_text', text: 'Hm.' }] },
        { type: 'function_call_output', output: '4' },
      ],
    },
    'a prompt': { prompt: text },
    'an empty list before a prompt': { messages: [], prompt: text },
  };
  for (const [name, request] of Object.entries(requests)) {
    const { traces } = read({ request, response: completion });
    expect([name, traces[0]!.question]).toEqual([name, text]);
  }
  for (const request of [{}, { prompt: [1, 2] }, { contents: [model] }, { input: 3 }])
    expect(read({ request, response: completion }).traces[0]!.question).toBeUndefined();
});

test('rollouts of a question are traces of it, whatever they are listed as', () => {
  const texts = ['So 4.', 'So 5.'];
  for (const key of ['rollouts', 'paths', 'samples', 'completions']) {
    const { traces, problems } = read({ question: '2+2?', target: '4', [key]: texts });
    expect(problems).toEqual([]);
    expect(traces.map(({ id, question, target, text }) => [id, question, target, text])).toEqual([
      [`${key} 1`, '2+2?', '4', 'So 4.'],
      [`${key} 2`, '2+2?', '4', 'So 5.'],
    ]);
  }
  const { traces } = read({
    problem: '2+2?',
    rollouts: [
      { text: 'So 5.', answer: '5', is_correct: false },
      { full_cot: '<think>add</think>4', is_correct: true },
      completion,
    ],
  });
  expect(traces.map(({ answer, isRight }) => [answer, isRight])).toEqual([
    ['5', false],
    ['4', true],
    ['4', undefined],
  ]);
  expect(segmentsOf(traces[1]!)).toEqual(thought);
  expect(read({ question: 'q', samples: [1, 2] }).traces).toEqual([]);
});

test('a list of rows in an object is those rows, at their places', () => {
  const row = { question: 'q', answer: 'So\n#### 4' };
  for (const whole of [
    { data: [row, { a: 1 }] },
    {
      rows: [
        { row_idx: 0, row },
        { row_idx: 1, row: { a: 1 } },
      ],
    },
  ]) {
    const file = JSON.stringify(whole);
    const { traces, problems } = readTraces(file);
    expect(traces.map(({ id }) => id)).toEqual(['row 1']);
    expect(problems).toEqual(['row 2 has no supported format: its fields are "a".']);
    expect(new JsonSourceMap(file).partsOf(traces[0]!)).toHaveLength(1);
  }
});

test('Ollama answers with thinking, chat and generate', () => {
  const chat = {
    model: 'm',
    message: { role: 'assistant', content: '4', thinking: 'add' },
    done: true,
  };
  const generate = { model: 'm', prompt: 'q', response: '4', thinking: 'add', done: true };
  const { format, traces } = read(chat, generate);
  expect(format).toBe('Ollama');
  expect(traces.map(segmentsOf)).toEqual([thought, thought]);
});

test('rows in rows are read to a limited depth, and messages about them are short', () => {
  const nested = (levels: number): object =>
    levels === 0 ? { role: 'assistant', content: 'a' } : { rows: [nested(levels - 1)] };
  expect(readTraces(JSON.stringify(nested(8))).traces.length).toBe(1);
  expect(readTraces(JSON.stringify(nested(9)))).toMatchObject({
    traces: [],
    problems: [expect.stringMatching(/has no supported format: its fields are "role"/)],
  });
  const [problem] = readTraces(JSON.stringify({ ['a'.repeat(100_000)]: 1 })).problems;
  expect(problem!.length).toBeLessThan(200);
});

test('messages with very many blocks and calls are read', () => {
  const content = Array.from({ length: 200_000 }, () => ({ text: 'a' }));
  const [turn] = turnsOf([{ role: 'assistant', content }], []);
  expect(turn?.parts.length).toBe(200_000);
  const tool_calls = Array.from({ length: 200_000 }, () => ({}));
  const stream = ollamaStream.start();
  stream.add({ message: { tool_calls } });
  expect(stream.row()).toMatchObject({ message: { tool_calls } });
});

test('a list is one of rows where each of them is an object', () => {
  expect(read({ data: [completion, completion] }).traces).toHaveLength(2);
  for (const data of [[completion, 3], [3, completion], [completion, null], []])
    expect(read({ data })).toMatchObject({
      traces: [],
      problems: [expect.stringMatching(/no supported format/)],
    });
});
