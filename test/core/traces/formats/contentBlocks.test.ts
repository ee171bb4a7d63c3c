// Reasoning, encrypted reasoning and calls of tools in the messages of each server.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readTraces } from '../../../../src/core/traces/readTraces';
import type { Trace } from '../../../../src/core/traces/trace';
import { encodeUtf8 } from '../../../../src/core/text/utf8';
import { shared } from '../../../support/paths';

const only = (row: object): Trace => {
  const { traces, problems } = readTraces(JSON.stringify(row));
  expect(problems).toEqual([]);
  expect(traces.length).toBe(1);
  return traces[0]!;
};
const reply = (message: object) =>
  only({ choices: [{ message: { role: 'assistant', ...message } }] });
const segmentsOf = ({ text, segments }: Trace) =>
  segments.map(({ kind, start, end }) => [
    kind,
    new TextDecoder().decode(encodeUtf8(text).subarray(start, end)).trim(),
  ]);
const thought = [
  ['thinking', 'Hm.'],
  ['answer', 'So 4.'],
];
const SECRET = 'gAAAAABsecret';
const HIDDEN = 'Some of the reasoning is encrypted in the file and cannot be shown.';
const SUMMARY = 'The reasoning is encrypted in the file; its summary is shown.';

describe('reasoning', () => {
  const text = { type: 'text', text: 'So 4.' };

  test.each<[string, object]>([
    [
      'Mistral',
      { content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] }, text] },
    ],
    ['Anthropic', { content: [{ type: 'thinking', thinking: 'Hm.', signature: SECRET }, text] }],
    [
      'Bedrock',
      { content: [{ reasoningContent: { reasoningText: { text: 'Hm.' } } }, { text: 'So 4.' }] },
    ],
    ['AI SDK', { content: [{ type: 'reasoning', text: 'Hm.' }, text] }],
    ['vLLM', { reasoning: 'Hm.', content: 'So 4.' }],
    ['DeepSeek', { reasoning_content: 'Hm.', content: 'So 4.' }],
    [
      'OpenRouter',
      { reasoning_details: [{ type: 'reasoning.text', text: 'Hm.' }], content: 'So 4.' },
    ],
    [
      'OpenRouter with both',
      {
        reasoning: 'Hm.',
        reasoning_details: [{ type: 'reasoning.summary', summary: 'Hm.' }],
        content: 'So 4.',
      },
    ],
    ['LiteLLM', { thinking_blocks: [{ type: 'thinking', thinking: 'Hm.' }], content: 'So 4.' }],
    ['a template', { content: 'Hm.</think>So 4.' }],
  ])('of %s is read', (_, message) => {
    const trace = reply(message);
    expect(segmentsOf(trace)).toEqual(thought);
    expect(trace.notes).toEqual([]);
  });

  test.each<[string, object, string]>([
    ['Anthropic', { content: [{ type: 'redacted_thinking', data: SECRET }, text] }, HIDDEN],
    [
      'Anthropic',
      { content: [{ type: 'thinking', thinking: '', signature: SECRET }, text] },
      HIDDEN,
    ],
    ['Bedrock', { content: [{ reasoningContent: { redactedContent: SECRET } }, text] }, HIDDEN],
    [
      'OpenRouter',
      { reasoning_details: [{ type: 'reasoning.encrypted', data: SECRET }], content: 'So 4.' },
      HIDDEN,
    ],
    [
      'Inspect',
      { content: [{ type: 'reasoning', reasoning: SECRET, redacted: true, summary: null }, text] },
      HIDDEN,
    ],
  ])('of %s that is encrypted is not shown, but noted', (_, message, note) => {
    const trace = reply(message);
    expect(segmentsOf(trace)).toEqual([['answer', 'So 4.']]);
    expect(trace.text).toBe('So 4.');
    expect(trace.notes).toEqual([note]);
  });

  test('that is encrypted has its summary in its place', () => {
    const summary = [{ type: 'summary_text', text: 'Hm.' }];
    const response = {
      output: [
        { type: 'reasoning', summary, encrypted_content: SECRET },
        { type: 'message', content: [{ type: 'output_text', text: 'So 4.' }] },
      ],
    };
    const redacted = { type: 'reasoning', reasoning: SECRET, redacted: true, summary: 'Hm.' };
    for (const trace of [only(response), reply({ content: [redacted, text] })]) {
      expect(segmentsOf(trace)).toEqual(thought);
      expect(trace.notes).toEqual([SUMMARY]);
    }
    const nothing = only({
      output: [{ type: 'reasoning', summary: [], encrypted_content: SECRET }],
    });
    expect([nothing.text, nothing.notes]).toEqual(['', [HIDDEN]]);
  });

  test('in a field of its own leaves markers in the answer as text', () => {
    for (const content of ['Use <think>x</think>. Then 4.', '<think> opens it.']) {
      expect(segmentsOf(reply({ reasoning: 'Hm.', content }))).toEqual([
        ['thinking', 'Hm.'],
        ['answer', content],
      ]);
    }
  });

  test('of Gemini and of Bedrock responses is read', () => {
    const parts = [{ text: 'Hm.', thought: true }, { text: 'So 4.' }];
    expect(segmentsOf(only({ candidates: [{ content: { parts } }] }))).toEqual(thought);
    const content = [{ reasoningContent: { reasoningText: { text: 'Hm.' } } }, { text: 'So 4.' }];
    const response = only({
      output: { message: { role: 'assistant', content } },
      stopReason: 'end',
    });
    expect([response.format, segmentsOf(response)]).toEqual(['Amazon Bedrock Converse', thought]);
  });
});

describe('a call of a tool', () => {
  const call = ['tool', 'add({"a":2})'];

  test.each<[string, object]>([
    [
      'OpenAI',
      { content: null, tool_calls: [{ function: { name: 'add', arguments: '{"a":2}' } }] },
    ],
    ['Inspect', { content: '', tool_calls: [{ function: 'add', arguments: { a: 2 } }] }],
    ['Anthropic', { content: [{ type: 'tool_use', name: 'add', input: { a: 2 } }] }],
    ['Bedrock', { content: [{ toolUse: { name: 'add', input: { a: 2 } } }] }],
    ['Gemini', { content: [{ functionCall: { name: 'add', args: { a: 2 } } }] }],
  ])('of %s is listed', (_, message) => {
    expect(segmentsOf(reply(message))).toEqual([call]);
  });

  test('of the Responses API is listed', () => {
    const item = { type: 'function_call', name: 'add', arguments: '{"a":2}' };
    expect(segmentsOf(only({ output: [item] }))).toEqual([call]);
  });

  test('with arguments that are nested too deep is listed without them', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const message = `{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":${deep}}}]}`;
    const [trace] = readTraces(`{"choices":[{"message":${message}}]}`).traces;
    expect(segmentsOf(trace!)).toEqual([['tool', 'f(…)']]);
  });

  test('and its answer are parts of the turn, with all reasoning', () => {
    const messages = [
      { role: 'user', content: '2+2?' },
      {
        role: 'assistant',
        reasoning: 'I add.',
        content: '',
        tool_calls: [{ function: { name: 'add', arguments: '{"a":2}' } }],
      },
      { role: 'tool', content: '4' },
      { role: 'assistant', reasoning: 'Hm.', content: 'So 4.' },
    ];
    const turn = [['thinking', 'I add.'], call, ['tool', '4'], ...thought];
    const chat = only({ messages });
    expect([chat.question, segmentsOf(chat)]).toEqual(['2+2?', turn]);
    const logprobs = {
      content: ['Hm.', '</think>', 'So', ' 4.'].map(token => ({ token, logprob: -1 })),
    };
    const sample = { id: 's', epoch: 1, messages, output: { choices: [{ logprobs }] } };
    const inspect = only(sample);
    expect(segmentsOf(inspect)).toEqual(turn);
    // They are of the last message.
    expect(inspect.refused).toEqual([]);
    expect(inspect.logprobs[0]!.tokens.map(({ bytes }) => new TextDecoder().decode(bytes))).toEqual(
      ['Hm.', 'So', ' 4.'],
    );
    const cut = only({ ...sample, messages: messages.slice(0, 2), output: { choices: [] } });
    expect(segmentsOf(cut)).toEqual(turn.slice(0, 2));
  });
});

const field = join(shared, 'field');
describe.skipIf(!existsSync(field))('real problems', () => {
  const file = (name: string) => readTraces(readFileSync(join(field, name), 'utf8')).traces[0]!;

  test.each([
    ['redacted-inspect.json', '**Adding** I add two and two.', '4'],
    ['mistral-think-chunks.json', 'Two and two make four.', 'The answer is 4.'],
    [
      'think-mentioned.json',
      'They ask about tags.',
      'Wrap the reasoning in `<think>` and close it. Then write the answer.',
    ],
    [
      'close-mentioned.txt',
      'The template ends a thought at `</think>` itself, so I must quote it.',
      'It ends at the closing tag.',
    ],
    ['nested-think.txt', '<think>\nadd\n</think>\nmore thinking', 'The answer is 4.'],
  ])('%s', (name, thinking, answer) => {
    expect(segmentsOf(file(name))).toEqual([
      ['thinking', thinking],
      ['answer', answer],
    ]);
  });
});
