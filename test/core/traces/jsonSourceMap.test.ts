// Traces of real files are located in them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TraceSourceMap } from '../../../src/core/traces/traceSourceMap';
import { JsonSourceMap } from '../../../src/core/traces/jsonSourceMap';
import { readTraces } from '../../../src/core/traces/readTraces';
import { TraceText } from '../../../src/core/traces/traceText';
import { hasShared, shared } from '../../support/shared';

const MOST = 300;
/** Without gsm8k_logprobs.json: its texts consist of object keys and are not in the file literally. */
const FILES = [
  'gsm8k-model-solutions.jsonl',
  'gsm8k-test.jsonl',
  'openai-chat-logprobs.json',
  'inspect/2025-05-12T20-28-13-04-00_popularity.json',
].map(name => `reasoning/${name}`);

describe.skipIf(!hasShared).each(FILES)('%s', name => {
  test('contains every part of its traces at the mapped position', () => {
    const file = readFileSync(join(shared, name), 'utf8');
    const { traces } = readTraces(file);
    const places = new JsonSourceMap(file);
    expect(traces.length).toBeGreaterThan(0);
    for (const trace of traces.slice(0, MOST)) {
      const parts = places.partsOf(trace);
      expect(parts).toHaveLength(trace.parts.length);
      expect(parts.length).toBeGreaterThan(0);
      const placed = new TraceSourceMap(new TraceText(trace), parts);
      const { text, start } = placed.text;
      const whole = placed.rangesInFile({ utf16Start: start, utf16End: text.length });
      const there = whole.map(({ utf16Start, utf16End }) => file.slice(utf16Start, utf16End));
      const spelled = there.map(literal => JSON.parse(`"${literal}"`) as string);
      expect(spelled.join('\n\n').length).toBeGreaterThan(0);
      for (const piece of spelled) expect(text).toContain(piece);
    }
  });
});

test('places are those of values beside numbers that are not finite, and of the last of equal keys', () => {
  const message = String.raw`{"role": "assistant", "content": "no", "content": "So\n4"}`;
  const file = String.raw`{"a": [NaN, -Infinity], "messages": [${message}]}`;
  const [trace] = readTraces(file).traces;
  expect(trace!.text).toBe('So\n4');
  const [part] = new JsonSourceMap(file).partsOf(trace!);
  const at = file.indexOf('So');
  expect([...part!.utf16]).toEqual([at, at + 1, at + 2, at + 4, at + 5]);
  expect(new JsonSourceMap(`${file.slice(0, -1)}x`).partsOf(trace!)).toEqual([]);
});
