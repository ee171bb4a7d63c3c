// Every format, with real files if there are some, and with examples from its documentation.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formats } from '../../../../src/core/traces/formats/formats';
import { readTraces } from '../../../../src/core/traces/readTraces';
import type { Trace } from '../../../../src/core/traces/trace';
import { encodeUtf8 } from '../../../../src/core/text/utf8';
import { hasShared, shared } from '../../../support/shared';
import { root } from '../../../support/paths';

const read = (...rows: unknown[]) => readTraces(rows.map(row => JSON.stringify(row)).join('\n'));
const only = (...rows: unknown[]) => {
  const { traces, problems } = read(...rows);
  expect(problems).toEqual([]);
  expect(traces.length).toBe(1);
  return traces[0]!;
};
const textOf = (trace: Trace, { start, end }: { start: number; end: number }) =>
  new TextDecoder().decode(encodeUtf8(trace.text).subarray(start, end));
const segmentsOf = (trace: Trace) =>
  trace.segments.map(segment => [segment.kind, textOf(trace, segment).trim()]);
const stepsOf = (trace: Trace) => trace.steps.map(step => textOf(trace, step).trim());

test('docs/traces.md marks each format as checked or documented', () => {
  const readme = readFileSync(join(root, 'docs/traces.md'), 'utf8');
  for (const { name, seen } of formats) {
    const row = `| ${name} | ${seen === 'in a real file' ? `seen ${seen}` : seen} |`;
    expect(readme).toContain(row);
  }
});

describe('a text', () => {
  test.each([
    ['<think>Hm.</think>So 4.', 'Hm.', 'So 4.'],
    ['Hm. Ja.</think>\n\nSo 4.', 'Hm. Ja.', 'So 4.'],
    ['<thinking>\nHm.\n</thinking>\nSo 4.', 'Hm.', 'So 4.'],
    ['[THINK]Hm.[/THINK]So 4.', 'Hm.', 'So 4.'],
    ['<seed:think>Hm.</seed:think>So 4.', 'Hm.', 'So 4.'],
    ['<reasoning>Hm.</reasoning><answer>So 4.</answer>', 'Hm.', 'So 4.'],
    [
      '<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>So 4.<|return|>',
      'Hm.',
      'So 4.',
    ],
    [
      '<|begin_of_thought|>Hm.<|end_of_thought|><|begin_of_solution|>So 4.<|end_of_solution|>',
      'Hm.',
      'So 4.',
    ],
  ])('%j is thinking and an answer', (text, thinking, answer) => {
    const { format, traces } = readTraces(text);
    expect(format).toBe('text');
    expect(segmentsOf(traces[0]!)).toEqual([
      ['thinking', thinking],
      ['answer', answer],
    ]);
    expect(traces[0]!.text).toBe(text);
  });

  test('without markers is an answer; unfinished thinking is thinking', () => {
    expect(segmentsOf(readTraces('Just 4.', 'text').traces[0]!)).toEqual([['answer', 'Just 4.']]);
    expect(segmentsOf(readTraces('<think>Hm. 𝄞 é').traces[0]!)).toEqual([['thinking', 'Hm. 𝄞 é']]);
  });

  test('has steps: numbered, paragraphs, lines, or sentences', () => {
    const steps = (text: string) => stepsOf(readTraces(text, 'text').traces[0]!);
    expect(steps('Well.\nStep 1: a\nb\nStep 2: c')).toEqual(['Well.', 'Step 1: a\nb', 'Step 2: c']);
    expect(steps('1. a\n\nb\n2. c')).toEqual(['1. a\n\nb', '2. c']);
    expect(steps('a\nb\n\nc')).toEqual(['a\nb', 'c']);
    expect(steps('a\nb\n')).toEqual(['a', 'b']);
    const paragraphs = Array.from({ length: 9 }, (_, i) => `Thought ${i}.`);
    expect(steps(['1. a', '2. b', ...paragraphs].join('\n\n')).length).toBe(11);
    expect(steps('One is 1. Two is 2.5 more. 3!')).toEqual(['One is 1.', 'Two is 2.5 more.', '3!']);
    expect(steps('<think>a\nb</think>c')).toEqual(['a', 'b', 'c']);
  });

  test('that is empty is reported', () => {
    expect(readTraces(' \n')).toMatchObject({ traces: [], problems: ['The file is empty.'] });
  });
});

describe('a row of JSON', () => {
  test('of chat messages has the reasoning beside the content, under any of its names', () => {
    for (const key of ['reasoning_content', 'reasoning', 'thinking']) {
      const trace = only({
        messages: [
          { role: 'user', content: '2+2?' },
          { role: 'assistant', content: '4', [key]: 'Two and two.' },
        ],
      });
      expect(trace.question).toBe('2+2?');
      expect(segmentsOf(trace)).toEqual([
        ['thinking', 'Two and two.'],
        ['answer', '4'],
      ]);
    }
    const { traces } = read({
      messages: [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: '<think>b</think>c' },
        { role: 'user', content: [{ type: 'text', text: 'd' }] },
        { role: 'assistant', content: 'e' },
      ],
    });
    expect(traces.map(({ id, question }) => [id, question])).toEqual([
      ['answer 1', 'a'],
      ['answer 2', 'd'],
    ]);
  });

  test('of the Responses API, of Anthropic and of Gemini has its blocks', () => {
    const parts = [
      ['thinking', 'Hm.'],
      ['answer', 'So 4.'],
    ];
    const response = {
      output: [
        { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }] },
        { type: 'message', content: [{ type: 'output_text', text: 'So 4.', logprobs: [] }] },
      ],
    };
    expect(segmentsOf(only(response))).toEqual(parts);
    const message = {
      role: 'assistant',
      type: 'message',
      content: [
        { type: 'thinking', thinking: 'Hm.', signature: 'x' },
        { type: 'redacted_thinking', data: 'x' },
        { type: 'text', text: 'So 4.' },
      ],
    };
    expect(segmentsOf(only(message))).toEqual(parts);
    const gemini = {
      candidates: [{ content: { parts: [{ thought: true, text: 'Hm.' }, { text: 'So 4.' }] } }],
    };
    expect(segmentsOf(only(gemini))).toEqual(parts);
  });

  test('of published datasets has questions, answers and verdicts', () => {
    const r1 = read({
      problem: 'p',
      answer: '4',
      correctness_math_verify: [true, false],
      generations: ['<think>a</think>4', '<think>b</think>5'],
    });
    expect(r1.traces.map(({ isRight, target }) => [isRight, target])).toEqual([
      [true, '4'],
      [false, '4'],
    ]);
    const thoughts = only({
      system: '',
      conversations: [
        { from: 'user', value: 'p' },
        {
          from: 'assistant',
          value: '<|begin_of_thought|>a<|end_of_thought|><|begin_of_solution|>b<|end_of_solution|>',
        },
      ],
    });
    expect(segmentsOf(thoughts).map(([kind]) => kind)).toEqual(['thinking', 'answer']);
    const s1 = only({
      question: 'q',
      solution: '4',
      deepseek_thinking_trajectory: 'a',
      deepseek_attempt: 'b',
    });
    expect(segmentsOf(s1)).toEqual([
      ['thinking', 'a'],
      ['answer', 'b'],
    ]);
    const mistake = only({
      input: 'q',
      steps: ['a b', 'c'],
      answer: '5',
      target: '4',
      mistake_index: 1,
    });
    expect(mistake).toMatchObject({ isRight: false, firstWrongStep: 1, text: 'a b\nc' });
    expect(stepsOf(mistake)).toEqual(['a b', 'c']);
    expect(
      only({
        problem: 'q',
        steps: ['a', 'b'],
        label: -1,
      }).firstWrongStep,
    ).toBe(undefined);
    const pivot = only({
      query: 'q',
      pivot_context: 'a b',
      pivot_token: ' c',
      prob_before: 0.6,
      prob_after: 0.1,
    });
    expect(pivot.steps.at(-1)!.label).toBe('p(success) 60 % → 10 %');
  });

  test('of harnesses has samples, scores and texts stored separately', () => {
    const lm = only({
      doc_id: 3,
      target: '4',
      resps: [['so 5']],
      filter: 'strict-match',
      exact_match: 0,
      arguments: { gen_args_0: { arg_0: 'q' } },
      metrics: ['exact_match'],
    });
    expect(lm).toMatchObject({
      id: 'document 3, strict-match',
      question: 'q',
      isRight: false,
    });
    const filters = ['strict-match', 'flexible-extract'].map((filter, exact_match) => ({
      doc_id: 3,
      target: '4',
      resps: [['so 4']],
      filter,
      exact_match,
      metrics: ['exact_match'],
    }));
    expect(only(...filters)).toMatchObject({ isRight: false, text: 'so 4' });
    const inspect = only({
      id: 's',
      epoch: 1,
      target: ' 4',
      output: { choices: [] },
      messages: [
        { role: 'user', content: 'attachment://ab' },
        {
          role: 'assistant',
          content: [
            { type: 'reasoning', reasoning: 'Hm.' },
            { type: 'text', text: '4' },
          ],
        },
      ],
      attachments: { ab: 'A long question.' },
      scores: { match: { value: 'C', answer: '4' } },
    });
    expect(inspect).toMatchObject({ question: 'A long question.', isRight: true, answer: '4' });
  });

  test('after a byte order mark is read', () => {
    const row = JSON.stringify({ question: 'q', answer: 'So\n#### 4' });
    for (const text of [row, `${row}\n${row}`]) {
      const { format, traces } = readTraces(`\ufeff${text}`);
      expect(format).toBe('GSM8K');
      expect(traces[0]!.row.utf16Start).toBe(1);
    }
  });

  test('that is broken or unknown is reported, and the others are read', () => {
    const good = JSON.stringify({ question: 'q', answer: 'So\n#### 4' });
    const { traces, problems } = readTraces(`${good}\n{"a": \n{"b": 1, "c": 2}\n${good}`);
    expect(traces.map(({ id }) => id)).toEqual(['line 1', 'line 4']);
    expect(problems).toEqual([
      expect.stringMatching(/^line 2 is truncated: /),
      'line 3 has no supported format: its fields are "b", "c".',
    ]);
    const none = readTraces('{"b": 1}');
    expect(none.traces).toEqual([]);
    expect(none.problems).toEqual(['Its JSON has no supported format: its fields are "b".']);
  });
});

describe.skipIf(!hasShared)('real files', () => {
  const file = (name: string) => readTraces(readFileSync(join(shared, 'reasoning', name), 'utf8'));

  test('of GSM8K have all solutions', () => {
    const { format, traces, problems } = file('gsm8k-model-solutions.jsonl');
    expect([format, traces.length, problems]).toEqual(['GSM8K model solutions', 5276, []]);
    expect(traces.filter(({ isRight }) => isRight).length).toBe(2001);
    expect(traces[0]).toMatchObject({ id: 'line 1, 6b_finetuning', target: '18' });
    const gold = file('gsm8k-test.jsonl');
    expect([gold.format, gold.traces.length]).toEqual(['GSM8K', 1319]);
    expect(gold.traces[0]).toMatchObject({ target: '18' });
    expect(stepsOf(gold.traces[0]!).length).toBe(3);
  });

  test('with log-probabilities are aligned with their bytes', () => {
    for (const [name, count] of [
      ['gsm8k_logprobs.json', 10],
      ['openai-chat-logprobs.json', 1],
    ] as const) {
      const { traces, problems } = file(name);
      expect([traces.length, problems]).toEqual([count, []]);
      for (const trace of traces) {
        expect(trace.refused).toEqual([]);
        const [series] = trace.logprobs;
        const spelled = series!.tokens.map(token => textOf(trace, token)).join('');
        expect(spelled).toBe(trace.text);
        if (count > 1) expect(trace.text).toMatch(/^Step 1: [^]*\nStep 2: /);
        for (const { logprob } of series!.tokens) expect(logprob).toBeLessThanOrEqual(0);
      }
    }
  });

  test('of Inspect and a recorded stream have their answers', () => {
    const log = file('inspect/2025-05-12T20-28-13-04-00_popularity.json');
    expect(log.traces.length).toBe(3);
    expect(log.traces[0]).toMatchObject({ text: 'Yes', isRight: true, target: ' Yes' });
    const stream = file('llm-cassette-basic_streaming.yaml');
    expect(stream.format).toBe('OpenAI Responses');
    expect(stream.traces[0]!.text).toBe('pong');
  });
});
