// Trace files of any length: rows of every format, streams, and what is made to be slow to read.

/** `text`: what the model wrote; `count`: how many items the row's lists have. */
export type RowOf = (text: string, count: number) => object;
export type FileOf = (length: number) => string;

const times = <T>(count: number, item: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => item(i));
const user = { role: 'user', content: 'Q' };
const said = (content: string) => ({ role: 'assistant', content });
/** Entries as servers list them, which spell the text if `count` is 1. */
const entries = (text: string, count: number) =>
  times(count, i => ({
    token: i === 0 ? text : ' b',
    logprob: -1,
    top_logprobs: [
      { token: ' b', logprob: -1 },
      { token: ' c', logprob: -2 },
    ],
  }));
const spelled = (text: string, count: number) => text + ' b'.repeat(count - 1);
const chat = (text: string, count: number) => ({
  choices: [{ message: said(spelled(text, count)), logprobs: { content: entries(text, count) } }],
});
const inspect = (text: string, count: number) => ({
  id: 1,
  epoch: 1,
  output: { choices: [] },
  attachments: { a: text },
  messages: [user, ...times(count, () => said('attachment://a'))],
});

/** By the name of the format. */
export const formatRows: Record<string, RowOf> = {
  'Inspect log': (text, count) => ({
    eval: {},
    samples: times(count, i => inspect(i === 0 ? text : 'a', 1)),
  }),
  'Inspect sample': (text, count) => ({
    ...inspect(text, 1),
    messages: [user, ...times(count, i => said(i === 0 ? 'attachment://a' : 'b'))],
  }),
  'lm-evaluation-harness samples': (text, count) => ({
    doc_id: 1,
    resps: times(count, i => [i === 0 ? text : 'b']),
  }),
  'OpenAI batch': (text, count) => ({
    custom_id: 'a',
    response: { body: chat(text, count) },
  }),
  'Anthropic batch': (text, count) => ({
    custom_id: 'a',
    result: {
      message: {
        type: 'message',
        content: times(count, i => ({ type: 'text', text: i === 0 ? text : 'b' })),
      },
    },
  }),
  'request and response': (text, count) => ({
    request: { messages: [user] },
    response: chat(text, count),
  }),
  'PTS pivotal tokens': text => ({ query: 'Q', pivot_context: text, pivot_token: 'a' }),
  'BIG-Bench-Mistake': (text, count) => ({
    mistake_index: 0,
    steps: times(count, i => (i === 0 ? text : 'b')),
  }),
  ProcessBench: (text, count) => ({
    label: 0,
    problem: 'Q',
    steps: times(count, i => (i === 0 ? text : 'b')),
  }),
  'GSM8K model solutions': (text, count) => ({
    question: 'Q',
    ground_truth: '#### 1',
    ...Object.fromEntries(times(count, i => [`m${i}`, { solution: i === 0 ? text : 'b' }])),
  }),
  'logprobs-visualiser': (text, count) => ({
    question: 'Q (Answer: 1)',
    logprobs: times(count, i => ({ [i === 0 ? text : ' b']: -1, ' c': -2 })),
  }),
  GSM8K: text => ({ question: 'Q', answer: `${text}\n#### 1` }),
  OpenR1: (text, count) => ({
    problem: 'Q',
    generations: times(count, i => (i === 0 ? text : 'b')),
  }),
  OpenThoughts: (text, count) => ({
    conversations: times(count, i => ({ from: 'assistant', value: i === 0 ? text : 'b' })),
  }),
  s1K: (text, count) => ({
    question: 'Q',
    thinking_trajectories: times(count, i => (i === 0 ? text : 'b')),
  }),
  Ollama: text => ({ model: 'a', done: true, message: said(text) }),
  'OpenAI Responses': (text, count) => ({
    output: [
      {
        type: 'message',
        content: [
          { type: 'output_text', text: spelled(text, count), logprobs: entries(text, count) },
        ],
      },
    ],
  }),
  'OpenAI chat completion': chat,
  'OpenAI completion': (text, count) => ({
    choices: [
      {
        text: spelled(text, count),
        logprobs: {
          tokens: [text, ...times(count - 1, () => ' b')],
          token_logprobs: times(count, () => -1),
          top_logprobs: times(count, () => ({ ' b': -1 })),
        },
      },
    ],
  }),
  Gemini: (text, count) => ({
    candidates: [
      {
        content: { parts: [{ text: spelled(text, count) }] },
        logprobsResult: {
          chosenCandidates: times(count, i => ({
            token: i === 0 ? text : ' b',
            logProbability: -1,
          })),
        },
      },
    ],
  }),
  'Amazon Bedrock Converse': (text, count) => ({
    output: { message: { content: times(count, i => ({ text: i === 0 ? text : 'b' })) } },
  }),
  'llama.cpp completion': (text, count) => ({
    content: spelled(text, count),
    completion_probabilities: entries(text, count),
  }),
  'chat messages': (text, count) => ({
    messages: [user, ...times(count, i => said(i === 0 ? text : 'b'))],
  }),
  'Anthropic message': (text, count) => ({
    type: 'message',
    content: times(count, i => ({ type: 'thinking', thinking: i === 0 ? text : 'b' })),
  }),
  'chat message': text => said(text),
  'rollouts of a question': (text, count) => ({
    question: 'Q',
    rollouts: times(count, i => (i === 0 ? text : 'b')),
  }),
  'list of rows': (text, count) => ({ rows: times(count, i => said(i === 0 ? text : 'b')) }),
};

const filled =
  (piece: string, begin = '', end = ''): FileOf =>
  length =>
    begin + piece.repeat(Math.ceil(length / piece.length)) + end;
const event = (data: object) => `data: ${JSON.stringify(data)}\n\n`;
const line = (data: object) => `${JSON.stringify(data)}\n`;
const delta = (of: object) => ({ id: 'a', object: 'chat.completion.chunk', choices: [of] });

/** Answers in pieces, and recordings. */
export const streamFiles: Record<string, FileOf> = {
  'chunks of chat completions': filled(
    event(delta({ index: 0, delta: { content: 'b', reasoning: 'c' } })),
  ),
  'chunks of chat completions with blocks': filled(
    event(
      delta({ index: 0, delta: { reasoning_details: [{ type: 'reasoning.text', text: 'b' }] } }),
    ),
  ),
  'chunks of many choices': length =>
    times(Math.ceil(length / 80), i => event(delta({ index: i, delta: { content: 'b' } }))).join(
      '',
    ),
  'chunks of many answers': length =>
    times(Math.ceil(length / 80), i =>
      event({ ...delta({ index: 0, delta: { content: 'b' } }), id: `a${i}` }),
    ).join(''),
  'chunks of completions': filled(
    event({ id: 'a', choices: [{ index: 0, text: 'b', finish_reason: null }] }),
  ),
  'events of Responses': filled(
    event({ type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: 'b' }),
  ),
  'events of Anthropic': filled(
    event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'b' } }),
    event({ type: 'message_start', message: {} }),
  ),
  'lines of Ollama': filled(
    line({ model: 'a', message: { role: 'assistant', content: 'b' }, done: false }),
  ),
  'lines of llama.cpp': filled(line({ content: 'b', stop: false })),
  'lines of Gemini': filled(
    line({ responseId: 'a', candidates: [{ index: 0, content: { parts: [{ text: 'b' }] } }] }),
  ),
  'a recording of many answers': filled(
    `- response:\n    body:\n      string: '{"choices":[{"message":{"content":"b"}}]}'\n`,
    'interactions:\n',
  ),
  'a recording without bodies': filled('- response:\n    a: b\n', 'interactions:\n'),
  'a recording of blanks': filled(' ', 'interactions:\n', 'x'),
  'a recording of folded lines': filled(
    'a\n\n',
    `interactions:\n- response:\n    body:\n      string: '`,
  ),
  'a recording of a block': filled(
    '        a\n\n',
    `interactions:\n- response:\n    body:\n      string: |\n`,
  ),
};

const half = (length: number) => 'a'.repeat(Math.ceil(length / 2));
const fill = (length: number, piece: string) => piece.repeat(Math.ceil(length / piece.length));

/** Rows whose lists refer to one long text, nest, or come near to a format again and again. */
export const hostileRows: Record<string, FileOf> = {
  'attachments that are referred to often': length =>
    JSON.stringify({
      ...inspect(half(length), Math.ceil(length / 120)),
    }),
  'attachments that refer to attachments': length =>
    JSON.stringify({
      ...inspect('a', 1),
      attachments: Object.fromEntries(
        times(Math.ceil(length / 50), i => [i ? `a${i}` : 'a', `attachment://a${i + 1}`]),
      ),
    }),
  'a prompt with many choices': length => {
    const known = [null, { 1: { decoded_token: 'a', logprob: -1, rank: 1 } }];
    const choices = times(Math.ceil(length / 200), () => ({ text: '', prompt_logprobs: known }));
    return JSON.stringify({ prompt: half(length), choices });
  },
  'answers in brackets': length =>
    JSON.stringify({ question: fill(length, '(Answer: '), logprobs: [{ a: -1 }] }),
  'blanks after an answer in brackets': length =>
    JSON.stringify({ question: `(Answer: ${fill(length, ') ')}b`, logprobs: [{ a: -1 }] }),
  'hashes and blanks': length =>
    JSON.stringify({ question: 'Q', answer: `${fill(length, '####   \n')}####` }),
  'escaped bytes': length =>
    JSON.stringify({
      choices: [{ text: 'a', logprobs: { tokens: [fill(length, '\\xf0')], token_logprobs: [-1] } }],
    }),
  'tokens without bytes': length =>
    JSON.stringify({
      choices: [{ message: said('a'), logprobs: { content: fillEntries(length, '') } }],
    }),
  'tokens of blanks': length =>
    JSON.stringify({
      choices: [{ message: said(' a'), logprobs: { content: fillEntries(length, ' ') } }],
    }),
  'tokens of markers': length =>
    JSON.stringify({
      choices: [{ message: said('a'), logprobs: { content: fillEntries(length, '<|a|>') } }],
    }),
  'calls of tools': length =>
    JSON.stringify({
      messages: [
        user,
        {
          ...said('a'),
          tool_calls: times(Math.ceil(length / 60), () => ({ function: { name: 'f' } })),
        },
      ],
    }),
  'lists in lists': length => `{"messages":${'['.repeat(length / 2)}${']'.repeat(length / 2)}}`,
  'rows in rows': length => {
    const depth = Math.ceil(length / 12);
    return `${'{"rows":[{"row":'.repeat(depth)}{}${'}]}'.repeat(depth)}`;
  },
  'objects that are cut': length => fill(length, '{"a":'),
  'objects in messages that are cut': length => `{"messages":[${fill(length, '{"a":')}`,
  'rows that are broken': length => fill(length, '{"a":\n'),
  'many fields': length => `{${times(Math.ceil(length / 14), i => `"a${i}":1`).join(',')}}`,
  'long names': length => JSON.stringify({ [half(length)]: 1 }),
  numbers: length => `[${fill(length, '1e999,')}1]`,
  'literals of Python': length => `[${fill(length, 'NaN,')}1]`,
  escapes: length => `{"messages":[{"role":"assistant","content":"${fill(length, '\\u00e9')}"}]}`,
  emoji: length => JSON.stringify(said(fill(length, '🙂'))),
};

function fillEntries(length: number, token: string): object[] {
  return times(Math.ceil(length / 50), () => ({ token, logprob: -1, top_logprobs: [] }));
}

/** Pieces that are repeated. */
export const hostileTexts: readonly string[] = [
  '<think>',
  '</think>',
  '<think>\n',
  '<think>a</think>',
  '<answer>',
  '`<think>',
  '```\n<think>\n',
  '[THINK]',
  '◁think▷',
  '<|channel|>',
  '<|channel|>analysis<|message|>',
  '<|start|>assistant',
  'Step 1\n',
  '1. ',
  '# ',
  '\n',
  '\n\n',
  '\n \n',
  ' ',
  '\t',
  '. ',
  '.) ',
  '."',
  '!"',
  '**',
  '\\boxed{',
  '\\boxed{1}',
  '\\boxed ',
  '\\boxed{1} and ',
  '{',
  '}',
  '#',
  '####',
  '#### ',
  '#### a\n',
  'A: ',
  'the answer is ',
  'answer: ',
  'answer:correct ',
  '**Answer:**\n',
  '## Answer\n',
  'final answer ',
  'a',
  'A',
  '1',
  '🙂',
  'é',
  '\ud800',
  '\udc00',
  '"',
  "'",
  '\\',
  '\u2028',
  '\r',
  '\r\n',
  '\ufeff',
  '\0',
];

/** Pieces of files of other kinds: JSON, events, recordings, programs. */
export const hostileFiles: readonly string[] = [
  '{"a":',
  '{',
  '[',
  '[[',
  '[{',
  "{'a':",
  '[1,',
  '"',
  'data: ',
  'data:\n',
  'data:\n\n',
  'data: {"a":\n\n',
  'data: {"a":1}\n',
  ':\n',
  'event:\n',
  'id:1\n',
  'interactions:\n',
  '- response:\n',
  'a: b\n',
  'import a\n',
  ';',
  '</a>\n',
  '"</think>',
];
