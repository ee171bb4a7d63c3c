// What the editor is answered about a file: its traces, or that a text is one only if the user says so.
import { expect, test } from 'vitest';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import type { EngineState } from '../../../src/engine/engineState';
import { traceRequests } from '../../../src/engine/traces/traceRequests';

const { signal } = new AbortController();
const ask = (text: string, as?: 'text') =>
  traceRequests({} as EngineState).readTraces(
    { name: 'a.md', bytes: encodeUtf8(text), ...(as && { as }) },
    signal,
  );

test('a plain text is refused, and read where the user says that it is a trace', () => {
  const text = 'Once upon a time.';
  expect(ask(text)).toEqual({
    refused: expect.stringMatching(
      /^a\.md contains no reasoning trace\. It is a text without signs of reasoning/,
    ) as string,
  });
  expect(ask(text, 'text')).toMatchObject({ format: 'text', traces: [{ text }] });
  expect(ask('So the answer is 4.')).toMatchObject({ traces: [{}], problems: [] });
  expect(() => ask('{"a": 1')).toThrow(/is truncated/);
});
