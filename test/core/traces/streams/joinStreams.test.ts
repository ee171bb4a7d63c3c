// Streamed answers in the shapes that the servers document, as events, JSON lines and a list, read as one answer.
import { describe, expect, test } from 'vitest';
import { readTraces } from '../../../../src/core/traces/readTraces';
import type { TraceRow } from '../../../../src/core/traces/formats/rawTrace';
import { StreamJoiner } from '../../../../src/core/traces/streams/joinStreams';
import { segmentsOf } from '../../../support/traces';

const asLines = (chunks: readonly object[]) => chunks.map(each => JSON.stringify(each)).join('\n');
const asList = (chunks: readonly object[]) => JSON.stringify(chunks);
const asEvents = (chunks: readonly object[]) =>
  chunks.map(each => `data: ${JSON.stringify(each)}\n\n`).join('');
/** As JSON lines, a list and events. */
const readings = (...chunks: object[]) =>
  [asLines, asList, asEvents].map(write => readTraces(write(chunks)));

const chat = (delta: object, rest: object = {}, index = 0) => ({
  id: 'c',
  object: 'chat.completion.chunk',
  choices: [{ index, delta, finish_reason: null, ...rest }],
});
const token = (text: string, logprob: number) => ({
  content: [{ token: text, logprob, bytes: null, top_logprobs: [] }],
});
const thought = [
  ['thinking', 'Two plus two.'],
  ['answer', '4!'],
];

describe('chunks of a chat completion', () => {
  test('have their thinking, answer and log-probabilities joined', () => {
    for (const key of ['reasoning_content', 'reasoning']) {
      for (const { traces, problems } of readings(
        chat({ role: 'assistant', content: '', [key]: 'Two' }),
        chat({ [key]: ' plus two.', content: null }),
        chat({ content: '4' }, { logprobs: token('4', -0.5) }),
        chat({ content: '!' }, { logprobs: token('!', -0.25) }),
        chat({}, { finish_reason: 'stop' }),
        { id: 'c', object: 'chat.completion.chunk', choices: [], usage: {} },
      )) {
        expect(problems).toEqual([]);
        expect(traces.map(segmentsOf)).toEqual([thought]);
        expect(traces[0]!.logprobs[0]!.tokens.map(({ logprob }) => logprob)).toEqual([-0.5, -0.25]);
        expect(traces[0]!.parts).toEqual([]);
      }
    }
  });

  test('of several choices and of several answers at once are told apart', () => {
    const other = { ...chat({ content: 'C' }), id: 'd' };
    for (const { traces, problems } of readings(
      chat({ content: 'A' }, {}, 0),
      chat({ content: 'B' }, {}, 1),
      other,
      chat({ content: '1' }, { finish_reason: 'stop' }, 1),
      chat({ content: '2' }, { finish_reason: 'stop' }, 0),
      { ...other, choices: [{ index: 0, delta: { content: '3' }, finish_reason: 'stop' }] },
    )) {
      expect(problems).toEqual([]);
      expect(traces.map(({ text }) => text)).toEqual(['A2', 'B1', 'C3']);
      expect(traces[1]!.id).toMatch(/1 to (?:line|row) \d+, choice 2$/);
    }
  });

  test('with blocks of thinking are those of one message', () => {
    const thinking = (text: string) => [{ type: 'thinking', thinking: [{ type: 'text', text }] }];
    const [{ traces }] = readings(
      chat({ content: thinking('Two plus') }),
      chat({ content: thinking(' two.') }),
      chat({ content: '4' }),
      chat({ content: '!' }, { finish_reason: 'stop' }),
    ) as [ReturnType<typeof readTraces>];
    expect(segmentsOf(traces[0]!).at(-1)).toEqual(['answer', '4!']);
  });

  test('that end before the answer does say so', () => {
    for (const { traces, problems } of readings(chat({ content: 'So' }), chat({ content: ' 4' }))) {
      expect(traces.map(({ text }) => text)).toEqual(['So 4']);
      expect(problems).toEqual([
        expect.stringMatching(/ ends before the answer does: the stream was truncated\.$/),
      ]);
    }
  });
});

test('chunks of older completions are joined, and whole completions are not', () => {
  const chunk = (text: string, finish_reason: string | null) => ({
    id: 'c',
    choices: [
      { index: 0, text, finish_reason, logprobs: { tokens: [text], token_logprobs: [-0.5] } },
    ],
  });
  for (const { traces } of readings(chunk('So', null), chunk(' 4', 'stop'))) {
    expect(traces.map(({ text }) => text)).toEqual(['So 4']);
    expect(traces[0]!.logprobs[0]!.tokens.length).toBe(2);
  }
  const usage = { id: 'c', object: 'text_completion', choices: [], usage: {} };
  for (const { traces, problems } of readings(chunk('So', null), chunk(' 4', 'stop'), usage)) {
    expect([problems, traces.map(({ text }) => text)]).toEqual([[], ['So 4']]);
  }
  const other = readTraces(asLines([chunk('So', null), { ...usage, id: 'd' }]));
  expect(other.problems[0]).toMatch(/^line 2 has no supported format/);
  const llama = (text: string, finish_reason: string | null) => ({
    ...chunk(text, finish_reason),
    choices: [{ index: 0, text, finish_reason, logprobs: text ? token(text, -0.5) : null }],
  });
  for (const { traces } of readings(llama('So', null), llama(' 4', null), llama('', 'stop'))) {
    expect(traces.map(({ text }) => text)).toEqual(['So 4']);
    expect(traces[0]!.logprobs[0]!.tokens.map(({ logprob }) => logprob)).toEqual([-0.5, -0.5]);
  }
  const whole = readTraces(asLines([chunk('So', 'stop'), chunk(' 4', 'stop')]));
  expect(whole.traces.map(({ text }) => text)).toEqual(['So', ' 4']);
  expect(whole.traces[0]!.parts.length).toBe(1);
});

describe('events of Responses', () => {
  const item = { type: 'message', content: [{ type: 'output_text', text: '4!', logprobs: [] }] };
  const thinking = {
    type: 'reasoning',
    summary: [{ type: 'summary_text', text: 'Two plus two.' }],
  };
  const created = { type: 'response.created', response: { id: 'r', output: [] } };

  test.each(['response.completed', 'response.incomplete'])('are read from %s', type => {
    for (const { traces, problems } of readings(
      created,
      { type: 'response.output_text.delta', output_index: 1, content_index: 0, delta: 'wrong' },
      { type, response: { id: 'r', output: [thinking, item] } },
    )) {
      expect(problems).toEqual([]);
      expect(traces.map(segmentsOf)).toEqual([thought]);
    }
  });

  test('are put together where the last one has no output, or is missing', () => {
    const deltas = [
      { type: 'response.reasoning_summary_text.delta', output_index: 0, delta: 'Two plus' },
      { type: 'response.reasoning_summary_text.delta', output_index: 0, delta: ' two.' },
      { type: 'response.output_item.done', output_index: 0, item: thinking },
      { type: 'response.output_text.delta', output_index: 1, content_index: 0, delta: '4' },
      { type: 'response.output_text.delta', output_index: 1, content_index: 0, delta: '!' },
    ];
    const last = { type: 'response.completed', response: { id: 'r', output: [] } };
    for (const { traces, problems } of readings(created, ...deltas, last)) {
      expect([problems, traces.map(segmentsOf)]).toEqual([[], [thought]]);
    }
    for (const { traces, problems } of readings(created, ...deltas)) {
      expect(traces.map(segmentsOf)).toEqual([thought]);
      expect(problems).toEqual([expect.stringMatching(/the stream was truncated/)]);
    }
  });
});

test('events of Anthropic are a message', () => {
  for (const { traces, problems } of readings(
    { type: 'message_start', message: { role: 'assistant', content: [] } },
    { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Two ' } },
    { type: 'ping' },
    {
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'thinking_delta', thinking: 'plus two.' },
    },
    { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 's' } },
    { type: 'content_block_stop', index: 0 },
    { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: '4!' } },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' } },
    { type: 'message_stop' },
  )) {
    expect([problems, traces.map(segmentsOf)]).toEqual([[], [thought]]);
  }
});

test('calls of tools among the events of Anthropic have their arguments', () => {
  const call = (index: number, name: string) => ({
    type: 'content_block_start',
    index,
    content_block: { type: 'tool_use', id: `t${index}`, name, input: {} },
  });
  const json = (index: number, partial_json: string) => ({
    type: 'content_block_delta',
    index,
    delta: { type: 'input_json_delta', partial_json },
  });
  for (const { traces, problems } of readings(
    { type: 'message_start', message: { role: 'assistant', content: [] } },
    call(0, 'add'),
    json(0, ''),
    json(0, '{"a": 2'),
    json(0, ', "b": 2}'),
    call(1, 'now'),
    json(1, ''),
    { type: 'message_stop' },
  )) {
    const calls = [
      ['tool', 'add({"a": 2, "b": 2})'],
      ['tool', 'now({})'],
    ];
    expect([problems, traces.map(segmentsOf)]).toEqual([[], [calls]]);
  }
});

test('lines of Ollama, chat and generate, and of llama.cpp are one answer; two answers are two', () => {
  const chatLine = (message: object, done = false) => ({ model: 'm', message, done });
  const generated = (fields: object, done = false) => ({
    model: 'm',
    response: '',
    done,
    ...fields,
  });
  const llama = (content: string, stop = false) => ({ content, stop, tokens: [] });
  const twice = (lines: readonly object[]) => [...lines, ...lines];
  for (const lines of [
    [
      chatLine({ content: '', thinking: 'Two ' }),
      chatLine({ content: '', thinking: 'plus two.' }),
      chatLine({ content: '4' }),
      chatLine({ content: '!' }),
      chatLine({ content: '' }, true),
    ],
    [
      generated({ thinking: 'Two plus two.' }),
      generated({ response: '4' }),
      generated({ response: '!' }, true),
    ],
  ]) {
    const { traces, problems } = readTraces(asLines(twice(lines)));
    expect([problems, traces.map(segmentsOf)]).toEqual([[], [thought, thought]]);
    expect(readTraces(asLines(lines.slice(0, -1))).problems[0]).toMatch(/truncated/);
  }
  const { traces } = readTraces(asLines(twice([llama('So'), llama(' 4'), llama('', true)])));
  expect(traces.map(({ text }) => text)).toEqual(['So 4', 'So 4']);
});

test('chunks of Gemini are joined by their response', () => {
  const chunk = (responseId: string, parts: object[], finishReason?: string) => ({
    responseId,
    candidates: [{ content: { parts }, ...(finishReason && { finishReason }) }],
  });
  for (const { traces, problems } of readings(
    chunk('a', [{ text: 'Two plus', thought: true }]),
    chunk('a', [{ text: ' two.', thought: true }, { text: '4' }]),
    chunk('a', [{ text: '!' }], 'STOP'),
    chunk('b', [{ text: 'whole' }], 'STOP'),
  )) {
    expect(problems).toEqual([]);
    expect(traces.map(segmentsOf)).toEqual([thought, [['answer', 'whole']]]);
  }
});

test('chunks of Gemini have their calls of tools, between the texts before and after them', () => {
  const chunk = (...parts: object[]) => ({ responseId: 'a', candidates: [{ content: { parts } }] });
  const call = (city: string) => ({ functionCall: { name: 'weather', args: { city } } });
  const last = { responseId: 'a', candidates: [{ finishReason: 'STOP' }] };
  for (const { traces, problems } of readings(
    chunk({ text: 'Look' }),
    chunk({ text: ' it up.' }, call('Rome')),
    chunk(call('Oslo')),
    chunk({ text: 'Cold.' }),
    last,
  )) {
    expect(problems).toEqual([]);
    expect(traces.map(segmentsOf)).toEqual([
      [
        ['answer', 'Look it up.'],
        ['tool', 'weather({"city":"Rome"})'],
        ['tool', 'weather({"city":"Oslo"})'],
        ['answer', 'Cold.'],
      ],
    ]);
  }
});

/** What each server streams of an answer; the last chunk says that it is the last. */
const STREAMS: Record<string, (text: string) => object[]> = {
  'chat completions': text => [
    { ...chat({ content: text }), id: text },
    { ...chat({}, { finish_reason: 'stop' }), id: text },
  ],
  Responses: text => [
    { type: 'response.created', response: { id: text, output: [] } },
    { type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: text },
    { type: 'response.completed', response: { id: text, output: [] } },
  ],
  Anthropic: text => [
    { type: 'message_start', message: { role: 'assistant', content: [] } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } },
    { type: 'message_stop' },
  ],
  Ollama: text => [
    { model: 'm', response: text, done: false },
    { model: 'm', response: '', done: true },
  ],
  'llama.cpp': text => [
    { content: text, stop: false, tokens: [] },
    { content: '', stop: true, tokens: [] },
  ],
};

/** The texts of the answers, each at the chunk after which it is known. */
function joinedFrom(rows: readonly object[]) {
  const joiner = new StreamJoiner<number>();
  const found: { at: number; first: number; last: number; text: string; isCut: boolean }[] = [];
  const take = (at: number) => {
    for (const { row, first, last, isCut } of joiner.ended())
      found.push({ at, first, last, isCut, text: /text \w/.exec(JSON.stringify(row))![0] });
  };
  rows.forEach((row, at) => {
    expect(joiner.add(row as TraceRow, at)).toBe(true);
    take(at);
  });
  joiner.end();
  take(Infinity);
  return found;
}

test.each(Object.keys(STREAMS))('an answer of %s ends with its last chunk', name => {
  const one = STREAMS[name]!('text A');
  const [other] = readings(...STREAMS[name]!('text B')) as [ReturnType<typeof readTraces>];
  expect([other.problems, other.traces.map(({ text }) => text)]).toEqual([[], ['text B']]);
  const last = one.length - 1;
  const isChat = name === 'chat completions';
  // A chunk of a chat that comes after its end counts what was used.
  const at = isChat ? Infinity : last;
  expect(joinedFrom(one)).toEqual([{ at, first: 0, last, isCut: false, text: 'text A' }]);
  expect(joinedFrom(one.slice(0, -1))).toEqual([
    { at: Infinity, first: 0, last: last - 1, isCut: true, text: 'text A' },
  ]);
  // Answers of other servers between them stay what they are.
  for (const each of Object.values(STREAMS)) {
    const rows = [...one, ...each('text B'), ...STREAMS[name]!('text C')];
    const texts = joinedFrom(rows).map(({ text }) => text);
    expect(texts.sort()).toEqual(['text A', 'text B', 'text C']);
  }
});

test.each([
  ['a chat without choices', { id: 'c', choices: [] }],
  ['a whole chat', { id: 'c', choices: [{ message: { content: 'a' }, finish_reason: 'stop' }] }],
  ['a completion without an id', { choices: [{ text: 'a', finish_reason: null }] }],
  ['a completion that is whole', { id: 'c', choices: [{ text: 'a', finish_reason: 'stop' }] }],
  ['a ping', { type: 'ping' }],
  ['a whole message', { type: 'message', content: [{ type: 'text', text: 'a' }] }],
  ['Ollama without a model', { response: 'a', done: false }],
  ['Ollama without a text', { model: 'm', done: false }],
  ['a whole answer of Ollama', { model: 'm', response: 'a', done: true }],
  ['an answer that is not said to be done', { model: 'm', response: 'a' }],
  ['a whole answer of llama.cpp', { content: 'a', stop: true }],
  ['a content alone', { content: 'a' }],
  ['a stop alone', { stop: false }],
  ['Gemini without a response', { candidates: [{ content: { parts: [{ text: 'a' }] } }] }],
  ['a response alone', { responseId: 'a' }],
])('%s is no chunk', (_, row) => {
  expect(new StreamJoiner<number>().add(row, 0)).toBe(false);
});

test('an error among the events is told', () => {
  const { problems } = readTraces(asEvents([{ error: { message: 'too many requests' } }]));
  expect(problems).toEqual(["line 1 is a server's error: too many requests."]);
});
