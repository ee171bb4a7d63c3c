// A small file of each format and container of traces, to be mutated.
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { encodeUtf8 } from '../../../src/core/text/utf8';

const token = (text: string, logprob: number) => ({
  token: text,
  logprob,
  bytes: [...encodeUtf8(text)],
  top_logprobs: [
    { token: text, logprob, bytes: null },
    { token: ' five', logprob: logprob - 1, bytes: null },
  ],
});
const tokens = [token('So', -0.1), token(' 4', -0.5), token('.', -2)];
const message = {
  role: 'assistant',
  content: 'So 4.',
  reasoning_content: 'Two and two.\n\nStep 2: add.',
};
const completion = {
  object: 'chat.completion',
  model: 'm',
  choices: [{ index: 0, message, logprobs: { content: tokens }, finish_reason: 'stop' }],
};
const inspectSample = {
  id: 's',
  epoch: 1,
  target: ['4'],
  input: '2+2?',
  output: { choices: [{ message, logprobs: { content: tokens } }] },
  messages: [
    { role: 'user', content: 'attachment://ab' },
    {
      role: 'assistant',
      content: [
        { type: 'reasoning', reasoning: 'Hm.', summary: 'sum', redacted: false },
        { type: 'text', text: '\\boxed{4}' },
      ],
      tool_calls: [{ id: 't', function: 'f', arguments: { a: 1 } }],
    },
  ],
  attachments: { ab: 'A long question.' },
  scores: { match: { value: 'C', answer: '4' }, judge: { value: 1, explanation: 'so' } },
};

/** By what each is of; one value, or the rows of a file. */
const rows: Record<string, readonly object[]> = {
  'chat completion': [completion],
  'chat messages': [{ messages: [{ role: 'user', content: '2+2?' }, message] }],
  completion: [
    {
      object: 'text_completion',
      prompt: 'q',
      choices: [
        {
          text: 'So 4.',
          logprobs: {
            tokens: ['So', ' 4', '.'],
            token_logprobs: [-0.1, -0.5, null],
            top_logprobs: [{ So: -0.1 }, { ' 4': -0.5 }, null],
            text_offset: [0, 2, 4],
          },
        },
      ],
    },
  ],
  responses: [
    {
      object: 'response',
      output: [
        { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }] },
        { type: 'function_call', name: 'f', arguments: '{}' },
        { type: 'message', content: [{ type: 'output_text', text: 'So 4.', logprobs: tokens }] },
      ],
    },
  ],
  anthropic: [
    {
      role: 'assistant',
      type: 'message',
      content: [
        { type: 'thinking', thinking: 'Hm.', signature: 'x' },
        { type: 'redacted_thinking', data: 'x' },
        { type: 'tool_use', name: 'f', input: { a: 1 } },
        { type: 'text', text: 'So $\\frac{8}{2}$.' },
      ],
    },
  ],
  gemini: [
    {
      candidates: [
        {
          content: { parts: [{ thought: true, text: 'Hm.' }, { text: 'So 4.' }] },
          logprobsResult: {
            chosenCandidates: [{ token: 'So 4.', logProbability: -0.1 }],
            topCandidates: [{ candidates: [{ token: 'So', logProbability: -0.1 }] }],
          },
        },
      ],
    },
  ],
  bedrock: [
    {
      output: {
        message: {
          role: 'assistant',
          content: [{ reasoningContent: { reasoningText: { text: 'Hm.' } } }, { text: '4' }],
        },
      },
      stopReason: 'end_turn',
    },
  ],
  'llama.cpp': [
    {
      content: 'So 4.',
      prompt: 'q',
      completion_probabilities: [
        { content: 'So 4.', probs: [{ tok_str: 'So 4.', prob: 0.5 }] },
        { id: 3, token: '!', bytes: [33], logprob: -0.2, top_logprobs: [] },
      ],
    },
  ],
  ollama: [
    { model: 'm', message: { role: 'assistant', content: '4', thinking: 'Hm.' }, done: true },
  ],
  openR1: [
    {
      problem: 'p',
      answer: '4',
      correctness_math_verify: [true, false],
      generations: ['<think>a</think>4', '<think>b</think>5'],
    },
  ],
  openThoughts: [
    {
      system: '',
      conversations: [
        { from: 'user', value: 'p' },
        {
          from: 'assistant',
          value: '<|begin_of_thought|>a<|end_of_thought|><|begin_of_solution|>b<|end_of_solution|>',
        },
      ],
    },
  ],
  s1K: [
    { question: 'q', solution: '4', deepseek_thinking_trajectory: 'a', deepseek_attempt: '**4**' },
  ],
  mistake: [{ input: 'q', steps: ['a b', 'c'], answer: '5', target: '4', mistake_index: 1 }],
  processBench: [
    { id: 'x', problem: 'q', steps: ['a', 'b'], label: 1, final_answer_correct: false },
  ],
  pivotal: [
    { query: 'q', pivot_context: 'a b', pivot_token: ' c', prob_before: 0.6, prob_after: 0.1 },
  ],
  lmEval: [
    {
      doc_id: 3,
      target: '4',
      resps: [['so 5']],
      filtered_resps: ['5'],
      filter: 'strict-match',
      exact_match: 0,
      arguments: { gen_args_0: { arg_0: 'q' } },
      metrics: ['exact_match'],
    },
  ],
  inspect: [inspectSample],
  inspectLog: [{ version: 2, status: 'success', eval: { task: 't' }, samples: [inspectSample] }],
  gsm8k: [
    { question: 'q', answer: 'So 2+2=<<2+2=4>>4.\n#### 4' },
    { question: 'r', answer: 'Half is \\( \\frac12 \\)\n#### 1,000' },
  ],
  solutions: [
    {
      question: 'q',
      ground_truth: '#### 82',
      reasoner_sampled: { is_correct: false, solution: 'Nils has 82.\n#### 112' },
    },
  ],
  openAiBatch: [
    {
      id: 'b',
      custom_id: 'a',
      response: { status_code: 200, body: completion },
      error: null,
    },
    { custom_id: 'd', response: null, error: { code: 'batch_expired', message: 'it expired' } },
  ],
  anthropicBatch: [
    {
      custom_id: 'a',
      result: {
        type: 'succeeded',
        message: { role: 'assistant', type: 'message', content: [{ type: 'text', text: '4' }] },
      },
    },
  ],
  exchange: [{ request: { messages: [{ role: 'user', content: 'q' }] }, response: completion }],
  rollouts: [{ prompt: 'q', completions: ['<think>a</think>4', 'so \\boxed{x^2+1}'] }],
  list: [{ rows: [completion, { question: 'q', answer: '#### 4' }] }],
  chunks: ['Tw', 'o ', '4'].map((content, i) => ({
    id: 'c',
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta: { content, reasoning: 'a' }, logprobs: { content: [tokens[i]] } }],
  })),
  anthropicChunks: [
    { type: 'message_start', message: { id: 'm', role: 'assistant', content: [] } },
    { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Hm.' } },
    { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: '4' } },
    { type: 'message_stop' },
  ],
  responsesChunks: [
    { type: 'response.created', response: { id: 'r', output: [] } },
    { type: 'response.reasoning_summary_text.delta', item_id: 'i', output_index: 0, delta: 'Hm.' },
    { type: 'response.output_text.delta', item_id: 'j', output_index: 1, delta: '4' },
    { type: 'response.completed', response: { id: 'r', output: [] } },
  ],
};

const texts: Record<string, string> = {
  'think.txt': 'Q\n<think>\nStep 1: two.\n\nStep 2: and two.\n</think>\n\nSo \\boxed{4}.',
  'channels.txt':
    '<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>So 4.<|return|>',
  'answer.md':
    '<reasoning>1. a\n\n2. b</reasoning><answer>$$x = \\frac{1}{2}$$</answer>\n\n**Answer:** 0.5\n',
  'recording.yaml': `interactions:\n- request:\n    body: '{"messages":[]}'\n  response:\n    body:\n      string: '${JSON.stringify(completion).replaceAll("'", "''")}'\n    status:\n      code: 200\nversion: 1\n`,
  'block.yaml': `interactions:\n- response:\n    body:\n      string: |-\n        data: ${JSON.stringify({ choices: [{ delta: { content: '4' } }] })}\n\n        data: [DONE]\nversion: 1\n`,
};

const asLines = (values: readonly object[]) => values.map(each => JSON.stringify(each)).join('\n');

/** File name and content. */
export const traceSeeds: readonly (readonly [name: string, content: Buffer])[] = [
  ...Object.entries(rows).flatMap(([name, values]): [string, Buffer][] => [
    [`${name}.jsonl`, Buffer.from(asLines(values))],
    [`${name}.json`, Buffer.from(JSON.stringify(values.length > 1 ? values : values[0]))],
    [`${name}.txt`, Buffer.from(values.map(each => `data: ${JSON.stringify(each)}\n\n`).join(''))],
  ]),
  ...Object.entries(texts).map(([name, text]): [string, Buffer] => [name, Buffer.from(text)]),
];

export const archiveSeeds: readonly (readonly [name: string, content: Buffer])[] = [
  [
    'log.eval',
    Buffer.from(
      zipSync({
        'header.json': encodeUtf8(JSON.stringify({ status: 'success', eval: {} })),
        'samples/1_epoch_1.json': encodeUtf8(JSON.stringify(inspectSample)),
        'samples/2_epoch_1.json': encodeUtf8(JSON.stringify({ ...inspectSample, id: 2 })),
      }),
    ),
  ],
  [
    'log.zip',
    Buffer.from(zipSync({ 'samples/1.json': encodeUtf8(JSON.stringify(inspectSample)) })),
  ],
  ['rows.jsonl.gz', gzipSync(asLines(rows.gsm8k!))],
];
