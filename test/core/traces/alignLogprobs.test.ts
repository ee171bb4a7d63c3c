// Log-probabilities that match their text, and cases from servers' issue trackers that do not.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { promptLogprobs } from '../../../src/core/traces/formats/logprobs';
import { TraceSourceMap } from '../../../src/core/traces/traceSourceMap';
import { JsonSourceMap } from '../../../src/core/traces/jsonSourceMap';
import { TraceText } from '../../../src/core/traces/traceText';
import { readTraces } from '../../../src/core/traces/readTraces';
import type { Trace } from '../../../src/core/traces/trace';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import { shared } from '../../support/paths';
import { seedOr } from '../../support/seed';
import { pick, randomOf } from '../../support/toys';

const entries = (...tokens: (string | [string, number[] | null])[]) =>
  tokens.map((token, i) => {
    const [text, bytes] = typeof token === 'string' ? [token, [...encodeUtf8(token)]] : token;
    return { token: text, bytes, logprob: -1 - i, top_logprobs: [] };
  });
function chat(message: object, content: object[]): Trace {
  const row = { choices: [{ message: { role: 'assistant', ...message }, logprobs: { content } }] };
  return readTraces(JSON.stringify(row)).traces[0]!;
}
const spelled = (trace: Trace) =>
  trace.logprobs[0]?.tokens.map(({ start, end }) =>
    new TextDecoder().decode(encodeUtf8(trace.text).subarray(start, end)),
  );

describe('log-probabilities', () => {
  test('that cover thinking, its markers and the answer are aligned with both, if the message separates them', () => {
    const trace = chat(
      { reasoning_content: 'Hm é.', content: 'So 4.' },
      entries('<think>', '\n', 'Hm', ' é.', '\n', '</think>', '\n\n', 'So', ' 4.', '<|im_end|>'),
    );
    expect(trace.refused).toEqual([]);
    expect(spelled(trace)).toEqual(['Hm', ' é.', 'So', ' 4.']);
    expect(trace.logprobs[0]!.tokens[0]!.logprob).toBe(-3);
  });

  test('of the answer alone are aligned with it', () => {
    const trace = chat({ reasoning_content: 'Hm.', content: 'So 4.' }, entries('So', ' 4.'));
    expect(spelled(trace)).toEqual(['So', ' 4.']);
  });

  test('of the whole raw text are aligned with all of it, even if the text was trimmed', () => {
    const raw = chat(
      { content: '<think>Hm.</think>So 4.' },
      entries('<think>', 'Hm.', '</think>', 'So', ' 4.'),
    );
    expect(spelled(raw)).toEqual(['<think>', 'Hm.', '</think>', 'So', ' 4.']);
    const trimmed = chat({ content: 'So 4.' }, entries('\n', ' So', ' 4.', '\n'));
    // A token of which the text has only a part is left out, and named.
    expect(spelled(trimmed)).toEqual([' 4.']);
    expect(trimmed.refused).toEqual([
      'OpenAI chat: tokens that are only partly in the text: “·So”',
    ]);
  });

  test('with characters split over tokens, or escaped, are aligned with their bytes', () => {
    const split = chat(
      { content: 'a𝄞' },
      entries('a', ['\\xf0\\x9d', null], ['bytes:\\x84\\x9e', null]),
    );
    expect(split.logprobs[0]!.tokens.map(({ start, end }) => [start, end])).toEqual([
      [0, 1],
      [1, 3],
      [3, 5],
    ]);
  });

  test("around gpt-oss' headers are aligned, and the headers named", () => {
    const header = ['<|channel|>', 'analysis', '<|message|>'];
    const end = ['<|end|>', '<|start|>', 'assistant', '<|channel|>', 'final', '<|message|>'];
    const trace = chat(
      { reasoning: 'Add.', content: '4' },
      entries(...header, 'Add.', ...end, '4', '<|return|>'),
    );
    expect(spelled(trace)).toEqual(['Add.', '4']);
    expect(trace.refused).toEqual([
      'OpenAI chat: tokens that are not in the text: “<|channel|>analysis<|message|>”, “<|end|><|start|>assistant<|channel|>final<|messa…”',
    ]);
  });

  const started = ['<|start|>', 'assistant'];
  const functions = [' to=', 'functions.add', '<|channel|>', 'commentary', '<|message|>'];
  test.each([
    [['<tool_call>', '{"name": "add"}', '</tool_call>', '<|im_end|>']],
    [['[TOOL_CALLS]', 'add', '[ARGS]', '{}']],
    [['<|python_tag|>', '{"name": "add"}', '<|eom_id|>']],
    [['<|tool_calls_section_begin|>', '<|tool_call_begin|>', 'functions.add:0']],
    [['<｜tool▁calls▁begin｜>', '<｜tool▁call▁begin｜>', 'function']],
    // gpt-oss: to whom the message is, before or in its channel; the first message has no start.
    [[...started, ...functions]],
    [['<|end|>', ...started, ...functions]],
    [['<|channel|>', 'commentary', ' to=', 'functions.add', '<|message|>', '{}', '<|call|>']],
    [[...started, '<|channel|>', 'commentary', ' to=', 'functions.add', '<|message|>']],
    [['<|end|>', '<|channel|>', 'commentary', ' to=', 'functions.add', '<|message|>', '{}']],
  ])('of the call of a tool are left out and named: %j', call => {
    const tool_calls = [{ function: { name: 'add', arguments: '{}' } }];
    const trace = chat({ content: 'I add.', tool_calls }, entries('I', ' add.', '\n', ...call));
    expect(spelled(trace)).toEqual(['I', ' add.']);
    expect(trace.refused).toEqual([
      expect.stringMatching(/^OpenAI chat: tokens that are not in the text: “↵[<[]/),
    ]);
  });

  test('of what only begins like the call of a tool are none of this text', () => {
    for (const more of [['<tool>', 'x'], ['[TOOL]', 'x'], ['<|channel|>', ' to=', 'x'], ['add']])
      expect(chat({ content: 'I add.' }, entries('I', ' add.', '\n', ...more)).logprobs).toEqual(
        [],
      );
  });

  test('of a token on both sides of a border are left out', () => {
    const trace = chat({ reasoning: 'Hm.', content: 'So 4.' }, entries('Hm', '.\nSo', ' 4.'));
    expect(spelled(trace)).toEqual(['Hm', ' 4.']);
    expect(trace.refused[0]).toMatch(/only partly in the text: “.↵So”/);
  });

  test('are placed byte by byte, however the tokens are cut', () => {
    const random = randomOf(seedOr(12));
    for (let i = 0; i < 300; i++) {
      const letters = ['a', 'é', '𝄞', ' ', '\n', '<', '4'];
      const some = () => `x${Array.from({ length: 8 }, () => pick(random, letters)).join('')}.`;
      const [thinking, answer] = [some(), some()];
      const marks = pick(random, ['<think>|</think>', '|\n</think>\n\n', '|', '[THINK]|[/THINK]']);
      const [open, close] = marks.split('|');
      const all = encodeUtf8(`${open}${thinking}${close}${answer}<|im_end|>`);
      const tokens: [string, number[]][] = [];
      for (let at = 0; at < all.length;) {
        const end = Math.min(all.length, at + 1 + Math.floor(4 * random()));
        tokens.push(['?', [...all.subarray(at, end)]]);
        at = end;
      }
      const trace = chat({ reasoning_content: thinking, content: answer }, entries(...tokens));
      const [series] = trace.logprobs;
      const text = encodeUtf8(trace.text);
      let at = 0;
      for (const { start, end, bytes } of series!.tokens) {
        expect(start).toBeGreaterThanOrEqual(at);
        expect([...text.subarray(start, end)]).toEqual([...bytes]);
        at = end;
      }
      // A token at each of four borders may be cut by it.
      const placed = series!.tokens.reduce((sum, { start, end }) => sum + end - start, 0);
      const own = encodeUtf8(thinking).length + encodeUtf8(answer).length;
      expect(placed).toBeGreaterThanOrEqual(own - 4 * 3);
      expect(placed).toBeLessThanOrEqual(own);
    }
  });

  test('of another text are refused with the first byte that differs', () => {
    const trace = chat({ content: 'So 4 apples.' }, entries('So', ' 5', ' apples', '.'));
    expect(trace.logprobs).toEqual([]);
    expect(trace.refused).toEqual([
      'OpenAI chat: the tokens do not match the text: at byte 3, the text has ' +
        '“4·apples.” and the tokens have “5·apples.”',
    ]);
  });

  test('of groups of tokens that share an entry are refused', () => {
    const trace = chat({ content: 'one two three' }, entries('one', ' three'));
    expect(trace.refused[0]).toMatch(/at byte 5, the text/);
    const short = chat({ content: 'one two' }, entries('one'));
    expect(short.refused[0]).toMatch(/at byte 3, the text.*nothing more/);
  });

  test('with escapes are read as what the text has', () => {
    const of = (content: string, ...tokens: string[]) =>
      chat({ content }, entries(...tokens.map((token): [string, null] => [token, null])));
    const bytes = (trace: Trace) => trace.logprobs[0]!.tokens.map(token => [...token.bytes]);
    const literal = of('Write \\xe9 for é.', 'Write', ' \\xe9', ' for ', '\\xc3', '\\xa9', '.');
    expect(spelled(literal)!.slice(0, 3)).toEqual(['Write', ' \\xe9', ' for ']);
    expect(bytes(literal).slice(3, 5)).toEqual([[0xc3], [0xa9]]);
    // The blank is the token's own, or belongs to the name.
    expect(bytes(of('a é', 'a', 'bytes: \\xc3', 'bytes:\\xa9'))).toEqual([
      [0x61],
      [0x20, 0xc3],
      [0xa9],
    ]);
    expect(bytes(of('aé', 'a', 'bytes: \\xc3', 'bytes: \\xa9'))).toEqual([[0x61], [0xc3], [0xa9]]);
    expect(spelled(of('It is bytes: \\xc3', 'It is ', 'bytes: \\xc3'))).toEqual([
      'It is ',
      'bytes: \\xc3',
    ]);
    // The same token among the alternatives is read in the same way.
    const top_logprobs = [{ token: '\\xe9', bytes: null, logprob: -0.1 }];
    const own = chat({ content: '\\xe9' }, [{ ...top_logprobs[0], top_logprobs }]);
    expect(own.logprobs[0]!.tokens[0]!.top).toEqual([
      { bytes: encodeUtf8('\\xe9'), logprob: -0.1 },
    ]);
  });

  test('that servers leave out are not numbers', () => {
    const content = [
      { token: 'a', bytes: null, logprob: -9999, top_logprobs: [] },
      {
        token: 'b',
        bytes: null,
        logprob: -0.5,
        top_logprobs: [{ token: 'b', bytes: [98], logprob: -0.5 }],
      },
    ];
    const { tokens } = chat({ content: 'ab' }, content).logprobs[0]!;
    expect(tokens.map(({ logprob }) => logprob)).toEqual([NaN, -0.5]);
    expect(tokens[1]!.top[0]!.logprob).toBe(-0.5);
  });

  test('above 0 are not logarithms, and alternatives without a number are left out', () => {
    const listed = (logprob: number) => ({ token: 'b', bytes: null, logprob });
    const { tokens } = chat({ content: 'ab' }, [
      // A probability instead of a logarithm, as one server gives for first tokens.
      { token: 'a', bytes: null, logprob: 0.87, top_logprobs: [] },
      { ...listed(-0.5), top_logprobs: [listed(-9999), listed(-0.5)] },
    ]).logprobs[0]!;
    expect(tokens.map(({ logprob }) => logprob)).toEqual([NaN, -0.5]);
    expect(tokens[1]!.top.map(({ logprob }) => logprob)).toEqual([-0.5]);
  });

  test("of an object keyed by text are sorted by number, not in the order of JavaScript's keys", () => {
    const row = `{"question": "q", "logprobs": [{" b": -0.1, "7": -3, " \\\\xc3": -4}, {"18": -0.2, "x": -2}]}`;
    const { text, logprobs } = readTraces(row).traces[0]!;
    expect(text).toBe(' b18');
    expect(logprobs[0]!.tokens[0]!.top.map(({ bytes }) => [...bytes])).toEqual([
      [0x20, 0x62],
      [0x37],
      [0x20, 0xc3],
    ]);
  });

  test("of vLLM's prompts are identified by ids, or by ranks if one was requested", () => {
    const entry = (decoded_token: string, rank: number) => ({
      logprob: -rank,
      rank,
      decoded_token,
    });
    const places = [null, { '5': entry('a', 2), '9': entry('ab', 1) }, { '3': entry('b', 1) }];
    const spelledBy = (lists: unknown, ids?: number[]) =>
      promptLogprobs(lists, undefined, ids)[0]?.tokens.map(({ bytes, logprob }) => [
        new TextDecoder().decode(bytes),
        logprob,
      ]);
    const written = [
      ['a', -2],
      ['b', -1],
    ];
    expect(spelledBy(places)).toEqual(written);
    expect(spelledBy(places, [1, 5, 3])).toEqual(written);
    const body = { choices: [{ text: 'c', prompt_logprobs: places }] };
    expect(readTraces(JSON.stringify(body)).traces[0]).toMatchObject({ text: 'ab', refused: [] });
    // Two everywhere: perhaps two were requested, and then the actual token is unknown.
    expect(spelledBy(places.slice(0, 2))).toBe(undefined);
    const unknown = { choices: [{ text: 'c', prompt_logprobs: places.slice(0, 2) }] };
    expect(readTraces(JSON.stringify(unknown)).traces[0]!.refused[0]).toMatch(
      /^vLLM prompt_logprobs: they do not say which tokens .* return_token_ids in the request\.$/,
    );
  });

  test('after sampling are distinguished from raw ones', () => {
    const row = {
      content: 'ab',
      completion_probabilities: [
        { token: 'a', bytes: [97], prob: 0.5, top_probs: [{ token: 'a', bytes: [97], prob: 0.5 }] },
        { token: 'b', bytes: [98], prob: 1, top_probs: [] },
      ],
    };
    const [series] = readTraces(JSON.stringify(row)).traces[0]!.logprobs;
    expect(series!.space).toBe('sampled');
    expect(series!.tokens.map(({ logprob }) => logprob)).toEqual([Math.log(0.5), 0]);
    const old = {
      content: 'ab',
      completion_probabilities: [
        {
          content: 'a',
          probs: [
            { tok_str: 'c', prob: 0.6 },
            { tok_str: 'a', prob: 0.25 },
          ],
        },
        { content: 'b', probs: [] },
      ],
    };
    const tokens = readTraces(JSON.stringify(old)).traces[0]!.logprobs[0]!.tokens;
    expect(tokens.map(({ logprob }) => logprob)).toEqual([Math.log(0.25), NaN]);
  });

  test('of the other shapes are read', () => {
    const completion = {
      prompt: 'q',
      choices: [
        {
          text: ' a b',
          logprobs: {
            tokens: [' a', ' b'],
            token_logprobs: [null, -1.2],
            top_logprobs: [null, { ' b': -1.2, ' c': -0.5 }],
          },
        },
      ],
    };
    const [series] = readTraces(JSON.stringify(completion)).traces[0]!.logprobs;
    expect(series!.tokens.map(({ logprob }) => logprob)).toEqual([NaN, -1.2]);
    expect(series!.tokens[1]!.top.map(({ logprob }) => logprob)).toEqual([-0.5, -1.2]);
    const vllm = {
      prompt: 'xab',
      choices: [
        {
          text: 'c',
          prompt_logprobs: [
            null,
            {
              '1': { logprob: -0.2, decoded_token: 'a' },
              '2': { logprob: -3, decoded_token: 'ab' },
            },
            {
              '9': { logprob: -4.1, decoded_token: 'b' },
              '7': { logprob: -0.1, decoded_token: 'c' },
            },
          ],
        },
      ],
    };
    const { tokens } = readTraces(JSON.stringify(vllm)).traces[0]!.logprobs[0]!;
    expect(tokens.map(({ start, logprob }) => [start, logprob])).toEqual([
      [0, NaN],
      [1, -0.2],
      [2, -4.1],
    ]);
    const gemini = {
      candidates: [
        {
          content: { parts: [{ text: 'ab' }] },
          logprobsResult: {
            chosenCandidates: [
              { token: 'a', logProbability: -0.3 },
              { token: 'b', logProbability: -0.4 },
            ],
            topCandidates: [
              { candidates: [{ token: 'a', logProbability: -0.3 }] },
              { candidates: [] },
            ],
          },
        },
      ],
    };
    expect(
      readTraces(JSON.stringify(gemini)).traces[0]!.logprobs[0]!.tokens.map(t => t.logprob),
    ).toEqual([-0.3, -0.4]);
  });
});

test('every byte of a trace is located in its file, through the escapes', () => {
  const random = randomOf(seedOr(6));
  for (let i = 0; i < 200; i++) {
    const letters = ['a', 'é', '日', '𝄞', '\n', '\t', '"', '\\', '\u0001', ' '];
    const text = `x${Array.from({ length: 15 }, () => pick(random, letters)).join('')}x`;
    const content = JSON.stringify(text);
    // Some writers escape everything that is not ASCII.
    const literal =
      i % 2
        ? content
        : content.replace(
            /[^\x00-\x7f]/g,
            c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
          );
    const row = `{"messages": [{"role": "user", "content": "q"},  {"content": ${literal}, "role": "assistant"}]}`;
    const file = `{"b": 1}${i % 3 ? '\n' : '\r\n'}${row}\n`;
    const { traces } = readTraces(file);
    const trace = traces[0]!;
    const [place] = new JsonSourceMap(file).partsOf(trace);
    const bytes = encodeUtf8(text);
    expect(place!.utf16.length).toBe(bytes.length + 1);
    for (let at = 0; at < bytes.length; at++) {
      if ((bytes[at]! & 0xc0) === 0x80) {
        expect(place!.utf16[at]).toBe(place!.utf16[at - 1]);
        continue;
      }
      let end = at + 1;
      while (end < bytes.length && (bytes[end]! & 0xc0) === 0x80) end++;
      const spelledThere = file.slice(place!.utf16[at], place!.utf16[end]);
      expect(JSON.parse(`"${spelledThere}"`)).toBe(
        new TextDecoder().decode(bytes.subarray(at, end)),
      );
    }
    const placed = new TraceSourceMap(new TraceText(trace), [place!]);
    const { start } = placed.text;
    expect(placed.rangesInFile({ utf16Start: 0, utf16End: start })).toEqual([]);
    for (let at = start; at < placed.text.text.length;) {
      const utf16End = at + (placed.text.text.codePointAt(at)! > 0xffff ? 2 : 1);
      const range = { utf16Start: at, utf16End };
      const [there] = placed.rangesInFile(range);
      expect(JSON.parse(`"${file.slice(there!.utf16Start, there!.utf16End)}"`)).toBe(
        placed.text.text.slice(at, utf16End),
      );
      expect(placed.rangesInText(there!)).toEqual([range]);
      expect(placed.utf16At(there!.utf16Start)).toBe(at);
      at = utf16End;
    }
    expect(placed.utf16At(place!.utf16[0]! - 1)).toBeUndefined();
    // Text that has changed since is not found, even if it has the same length.
    const changed = file.replace('"x', '"y');
    expect(new JsonSourceMap(changed).partsOf(trace)).toEqual([]);
  }
});

const field = join(shared, 'field');
test.skipIf(!existsSync(field))(
  'numbers of real answers are placed, or what is left out is named',
  () => {
    const of = (name: string) => {
      const [trace] = readTraces(readFileSync(join(field, name), 'utf8')).traces;
      return [spelled(trace!), trace!.refused];
    };
    expect(of('lead-blank-logprobs.json')).toEqual([
      [' there', '.'],
      ['OpenAI chat: tokens that are only partly in the text: “·Hello”'],
    ]);
    expect(of('harmony-logprobs.json')).toEqual([
      ['Add.', '4'],
      [expect.stringMatching(/not in the text: “<\|channel\|>analysis<\|message\|>”/)],
    ]);
    expect(of('right-reasoning-logprobs.json')).toEqual([
      ['Two plus', ' two.\n', 'It is four.', 'The answer', ' is 4.'],
      [],
    ]);
    expect(of('right-fffd.json')).toEqual([
      undefined,
      [expect.stringMatching(/at byte 0, the text/)],
    ]);
  },
);
