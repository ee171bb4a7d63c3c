// Answers of servers as they are documented: what each field becomes, and which rows are none of the format.
import { describe, expect, test } from 'vitest';
import { readTraces } from '../../../../src/core/traces/readTraces';

const read = (row: unknown) => readTraces(JSON.stringify(row));
const formatOf = (row: unknown) => {
  const { format, traces } = read(row);
  return traces.length > 0 ? format : undefined;
};
const ids = (row: unknown) => read(row).traces.map(({ id, text }) => [id, text]);
/** As OpenAI lists the tokens of "So 4." */
const tokens = ['So', ' 4', '.'].map((token, i) => ({
  token,
  logprob: -0.5 - i,
  bytes: [...Buffer.from(token)],
  top_logprobs: [],
}));
const logprobsOf = (row: unknown) =>
  read(row).traces.map(({ logprobs, refused }) => [
    logprobs.map(({ source, tokens }) => [source, tokens.map(({ logprob }) => logprob)]),
    refused,
  ]);

describe('a chat completion', () => {
  const choice = (content: unknown, logprobs?: object) => ({
    message: { role: 'assistant', content },
    logprobs,
  });

  test('has a trace for each choice that has a message', () => {
    expect(ids({ choices: [choice('a')] })).toEqual([['', 'a']]);
    expect(ids({ choices: [choice('a'), { text: 'b' }, choice('c')] })).toEqual([
      ['choice 1', 'a'],
      ['choice 3', 'c'],
    ]);
    expect(formatOf({ choices: [choice('a')] })).toBe('OpenAI chat completion');
    expect(formatOf({ choices: [] })).toBeUndefined();
    expect(formatOf({ choices: [{ message: 'a' }] })).toBeUndefined();
  });

  test('has the log-probabilities of its content', () => {
    const own = [[['OpenAI chat', [-0.5, -1.5, -2.5]]], []];
    expect(logprobsOf({ choices: [choice('So 4.', { content: tokens })] })).toEqual([own]);
    expect(logprobsOf({ choices: [choice('So 4.')] })).toEqual([[[], []]]);
  });
});

describe('a completion', () => {
  test('has its prompt as the question, and a trace for each choice', () => {
    const row = { prompt: 'q', choices: [{ text: 'a' }, { text: 'b' }] };
    expect(ids(row)).toEqual([
      ['choice 1', 'a'],
      ['choice 2', 'b'],
    ]);
    expect(read(row).traces.map(({ question }) => question)).toEqual(['q', 'q']);
    expect(ids({ choices: [{ text: 'a' }] })).toEqual([['', 'a']]);
    expect(formatOf(row)).toBe('OpenAI completion');
    expect(formatOf({ choices: [{ text: 3 }] })).toBeUndefined();
  });

  test('of llama.cpp has the log-probabilities that a chat would have', () => {
    const [sampled] = tokens.map(({ token, bytes }) => ({ token, bytes, prob: 1, top_probs: [] }));
    const row = (text: string, content: unknown) => ({
      choices: [{ text, logprobs: { content } }],
    });
    expect(logprobsOf(row('So 4.', tokens))).toEqual([[[['llama.cpp', [-0.5, -1.5, -2.5]]], []]]);
    expect(logprobsOf(row('So', [sampled]))).toEqual([[[['llama.cpp', [0]]], []]]);
    for (const none of [undefined, null, [], 'So'])
      expect(logprobsOf(row('So', none))).toEqual([[[], []]]);
  });

  test('says what is missing where a prompt has numbers and no text', () => {
    const row = {
      choices: [{ text: 'a', prompt_logprobs: [{ 5: { logprob: -1 }, 6: { logprob: -2 } }] }],
    };
    expect(read(row).traces[0]!.refused).toEqual([
      expect.stringMatching(/^vLLM prompt_logprobs: /),
    ]);
    expect(read({ choices: [{ text: 'a', prompt_logprobs: [] }] }).traces[0]!.refused).toEqual([]);
  });
});

describe("a completion with vLLM's log-probabilities of the prompt", () => {
  /** Each token of the prompt but the first, the only one listed at its place. */
  const choice = (text: string, ...prompt: string[]) => ({
    text,
    prompt_logprobs: [
      null,
      ...prompt.map(decoded_token => ({ 7: { decoded_token, logprob: -1, rank: 1 } })),
    ],
  });
  const found = (row: unknown) =>
    read(row).traces.map(({ id, question, text, logprobs }) => [
      id,
      question,
      text,
      logprobs.length,
    ]);

  test('has a trace of the prompt, and one of the answer', () => {
    const row = { prompt: 'ab', choices: [choice('So 4.', 'b')] };
    expect(found(row)).toEqual([
      ['prompt', undefined, 'ab', 1],
      ['', 'ab', 'So 4.', 0],
    ]);
    expect(found({ ...row, usage: { completion_tokens: 3 } })).toHaveLength(2);
    expect(read(row).traces.flatMap(({ parts }) => parts.map(({ path }) => path))).toEqual([
      ['prompt'],
      ['choices', 0, 'text'],
    ]);
    const twice = { prompt: 'ab', choices: [choice('c', 'b'), choice('d', 'b')] };
    expect(ids(twice)).toEqual([
      ['prompt', 'ab'],
      ['choice 1', 'c'],
      ['choice 2', 'd'],
    ]);
  });

  test('has no answer where a token for each choice, or none, was written', () => {
    const row = { prompt: 'ab', choices: [choice('c', 'b'), choice('d', 'b')] };
    expect(ids({ ...row, usage: { completion_tokens: 2 } })).toEqual([['prompt', 'ab']]);
    expect(ids({ ...row, usage: { completion_tokens: 3 } })).toHaveLength(3);
    expect(ids({ prompt: 'ab', choices: [choice(' ', 'b')] })).toEqual([['prompt', 'ab']]);
  });

  test('of several prompts has each with its own numbers', () => {
    const choices = [choice('c', 'b'), choice('d', 'b'), choice('e', 'y'), choice('f', 'y')];
    const answers = [
      ['choice 1', 'ab', 'c', 0],
      ['choice 2', 'ab', 'd', 0],
      ['choice 3', 'xy', 'e', 0],
      ['choice 4', 'xy', 'f', 0],
    ];
    expect(found({ prompt: ['ab', 'xy'], choices })).toEqual([
      ['prompt 1', undefined, 'ab', 1],
      ['prompt 2', undefined, 'xy', 1],
      ...answers,
    ]);
    expect(read({ prompt: ['ab', 'xy'], choices }).traces[1]!.parts[0]!.path).toEqual([
      'prompt',
      1,
    ]);
    // Without the request, the tokens that are listed are the prompt.
    for (const prompt of [undefined, [], [[1, 2], 3], ['ab', 'xy', 'z']])
      expect(found({ prompt, choices })).toEqual([
        ['prompt 1', undefined, 'b', 1],
        ['prompt 2', undefined, 'y', 1],
        ...answers.map(([id, , ...rest]) => [id, undefined, ...rest]),
      ]);
  });

  test('keeps the answer to a prompt whose tokens are not known, and says so', () => {
    const unknown = { text: 'd', prompt_logprobs: [{ 5: { logprob: -1 }, 6: { logprob: -2 } }] };
    const choices = [choice('c', 'b'), unknown];
    const { traces } = read({ choices, usage: { completion_tokens: 2 } });
    expect(traces.map(({ id, refused }) => [id, refused.length])).toEqual([
      ['prompt', 0],
      ['choice 2', 1],
    ]);
  });
});

describe('a response', () => {
  const content = [{ type: 'output_text', text: 'So 4.', logprobs: tokens }];
  const output = [{ type: 'message', content }];

  test('has its question as text or as the last message of the user', () => {
    const questionOf = (input: unknown) => read({ input, output }).traces[0]!.question;
    expect(questionOf('q')).toBe('q');
    const messages = [
      { role: 'user', content: 'q' },
      { role: 'assistant', content: 'a' },
      { role: 'user', content: [{ type: 'input_text', text: 'r' }] },
      { role: 'assistant', content: 'b' },
    ];
    expect(questionOf(messages)).toBe('r');
    expect(questionOf(undefined)).toBeUndefined();
  });

  test('may be inside of another object, and its parts are found there', () => {
    const row = { response: { output }, output: [] };
    expect(read(row).traces[0]!.parts.map(({ path }) => path)).toEqual([
      ['response', 'output', 0, 'content', 0, 'text'],
    ]);
    expect(read({ output }).traces[0]!.parts.map(({ path }) => path)).toEqual([
      ['output', 0, 'content', 0, 'text'],
    ]);
    expect(formatOf({ output: [{ type: 'other' }] })).toBeUndefined();
    expect(formatOf({ output: 3 })).toBeUndefined();
    expect(ids({ output: [null, 'x', ...output] })).toEqual([['', 'So 4.']]);
  });

  test('has the log-probabilities of all its messages', () => {
    expect(logprobsOf({ output })).toEqual([[[['OpenAI Responses', [-0.5, -1.5, -2.5]]], []]]);
  });
});

describe('a message', () => {
  const content = [{ type: 'text', text: 'So 4.' }];

  test('of Anthropic has content, and a role or a type', () => {
    expect(formatOf({ role: 'assistant', content })).toBe('Anthropic message');
    expect(formatOf({ type: 'message', content })).toBe('Anthropic message');
    expect(formatOf({ role: 'user', content })).toBeUndefined();
    expect(formatOf({ type: 'message', content: 3 })).toBeUndefined();
  });

  test('of Bedrock has content in its output', () => {
    const row = (message: unknown) => ({ output: { message } });
    expect(formatOf(row({ role: 'assistant', content: [{ text: 'So 4.' }] }))).toBe(
      'Amazon Bedrock Converse',
    );
    expect(formatOf(row({ content: 'So 4.' }))).toBeUndefined();
    expect(formatOf(row('So 4.'))).toBeUndefined();
  });
});

describe('Gemini', () => {
  const candidate = (text: string) => ({ content: { parts: [{ text }] } });

  test('has a trace for each candidate', () => {
    expect(ids({ candidates: [candidate('a')] })).toEqual([['', 'a']]);
    const row = { candidates: [candidate('a'), candidate('b')] };
    expect(ids(row)).toEqual([
      ['candidate 1', 'a'],
      ['candidate 2', 'b'],
    ]);
    expect(read(row).traces[1]!.parts[0]!.path).toEqual([
      'candidates',
      1,
      'content',
      'parts',
      0,
      'text',
    ]);
    expect(formatOf(row)).toBe('Gemini');
    expect(formatOf({ candidates: [{ content: { parts: 3 } }] })).toBeUndefined();
    expect(formatOf({ candidates: [{ content: 3 }] })).toBeUndefined();
  });
});

describe('chat messages', () => {
  test('have the answer of the row as the right one', () => {
    const messages = [
      { role: 'user', content: 'q' },
      { role: 'assistant', content: 'So 4.' },
    ];
    expect(read({ messages, answer: '4' }).traces[0]).toMatchObject({ target: '4', question: 'q' });
    expect(ids({ messages })).toEqual([['', 'So 4.']]);
    expect(formatOf({ messages: messages.slice(0, 1) })).toBeUndefined();
  });
});

describe('Ollama', () => {
  const row = { model: 'm', done: true };

  test('answers a chat with a message, and a prompt with a text', () => {
    const message = { role: 'assistant', content: 'So 4.', thinking: 'Hm.' };
    expect(read({ ...row, message }).traces[0]).toMatchObject({
      format: 'Ollama',
      text: 'Hm.\n\nSo 4.',
    });
    const generated = { ...row, prompt: 'q', response: 'So 4.', thinking: 'Hm.' };
    expect(read(generated).traces[0]).toMatchObject({ question: 'q', text: 'Hm.\n\nSo 4.' });
    expect(read(generated).traces[0]!.segments.map(({ kind }) => kind)).toEqual([
      'thinking',
      'answer',
    ]);
    expect(logprobsOf({ ...row, response: 'So 4.', logprobs: tokens })).toEqual([
      [[['Ollama', [-0.5, -1.5, -2.5]]], []],
    ]);
  });

  test('says whose answer it is, and whether it is over', () => {
    for (const other of [
      { model: 3, done: true, response: 'a' },
      { model: 'm', done: 'yes', response: 'a' },
      { model: 'm', done: true, response: 3 },
    ])
      expect(formatOf(other)).not.toBe('Ollama');
  });
});
