// Server-sent events as the WHATWG text has them, and as people save them.
import { describe, expect, test } from 'vitest';
import { readTraces } from '../../../../src/core/traces/readTraces';

const chunk = (content: string) => JSON.stringify({ choices: [{ index: 0, delta: { content } }] });
const textsOf = (text: string) => {
  const { traces, problems } = readTraces(text);
  expect(problems).toEqual([]);
  return traces.map(trace => trace.text);
};

describe('events', () => {
  const blocks = [`data: ${chunk('a')}`, `data: ${chunk('b')}`, 'data: [DONE]'];
  test.each<[string, string]>([
    ['with blank lines', `${blocks.join('\n\n')}\n\n`],
    ['with CRLF', `${blocks.join('\r\n\r\n')}\r\n\r\n`],
    ['with CR alone', `${blocks.join('\r\r')}\r\r`],
    ['after a byte order mark', `\ufeff${blocks.join('\n\n')}\n\n`],
    ['without a blank after the colon', `${blocks.join('\n\n').replaceAll('data: ', 'data:')}\n\n`],
    [
      'with comments, names, ids and retries',
      `: OPENROUTER PROCESSING\n\nid: 1\nretry: 5\nevent: x\n${blocks.join('\n\n: ping\n\n')}\n\n`,
    ],
    ['with names before the data', `event: x\n${blocks.join('\n\nevent: y\n')}\n\n`],
    ['without blank lines between', blocks.join('\n')],
    ['without the last blank line', blocks.join('\n\n')],
    ['without an end', blocks.slice(0, 2).join('\n\n')],
  ])('%s are read', (_, text) => {
    expect(textsOf(text)).toEqual(['ab']);
  });

  test('may have their data on several lines', () => {
    const pretty = JSON.stringify(JSON.parse(chunk('a')), null, 1);
    expect(pretty.split('\n').length).toBeGreaterThan(5);
    const lines = pretty.split('\n').map(line => `data: ${line}`);
    expect(textsOf(`${lines.join('\n')}\n\ndata: ${chunk('b')}\n\n`)).toEqual(['ab']);
  });

  test('after [DONE] are another answer, with its place', () => {
    const text = `data: ${chunk('a')}\n\ndata: [DONE]\n\ndata: ${chunk('b')}\n\n`;
    const { traces } = readTraces(text);
    expect(traces.map(({ id, text }) => [id, text])).toEqual([
      ['line 1', 'a'],
      ['line 5', 'b'],
    ]);
    const { utf16Start, utf16End } = traces[1]!.row;
    expect(text.slice(utf16Start, utf16End)).toBe(`data: ${chunk('b')}`);
  });

  test('that are cut, or are something else, are named by their line', () => {
    const { traces, problems } = readTraces(
      `data: ${chunk('a')}\n\ndata: hello\n\nwhat: is this\n\ndata: {"choices": [{"del`,
    );
    expect(traces.map(({ text }) => text)).toEqual(['a']);
    expect(problems).toEqual([
      'line 3 is an event whose data is not JSON.',
      'line 5 is not a field of an event.',
      'line 7 is an event whose data is truncated.',
    ]);
  });

  test('that hold no answer are no trace', () => {
    for (const text of ['data: hello\n\n', 'event: ping\n\n', 'data: {"a": 1}\n\n']) {
      const { traces, problems, mayBeText } = readTraces(text);
      expect([traces, mayBeText]).toEqual([[], undefined]);
      expect(problems.length).toBe(1);
    }
  });
});
