// Recordings in YAML: PyYAML's quoted scalars, folded and escaped, and block scalars.
import { expect, test } from 'vitest';
import { readTraces } from '../../../../src/core/traces/readTraces';
import { bodiesOf } from '../../../../src/core/traces/rows/cassettes';

const recording = (scalar: string) =>
  `interactions:\n- request:\n    body: '{"messages":[]}'\n    method: POST\n  response:\n    body:\n      string: ${scalar}\n    headers:\n      Content-Type:\n      - text/event-stream\n    status:\n      code: 200\nversion: 1\n`;

test.each<[string, string, string]>([
  [
    'single quotes',
    "'it''s {\"a\":\n        1}\n\n        b\n\n\n        c'",
    'it\'s {"a": 1}\nb\n\nc',
  ],
  [
    'double quotes',
    '"a \\"b\\"\\\\ \\u00e9\\x41\\n\\\n        \\  c\\\n        d\n        e"',
    'a "b"\\ éA\n  cd e',
  ],
  ['a block', '|-\n        data: 1\n\n          data: 2', 'data: 1\n\n  data: 2'],
])('a body in %s is what YAML has', (_, scalar, expected) => {
  expect([...bodiesOf(recording(scalar))].map(({ text }) => text)).toEqual([expected]);
});

test('streams and JSON in them are read, each answer by its number', () => {
  const stream = ['Tw', 'o ', "it's"].map(
    content => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}`,
  );
  const folded = stream.join('\n\n\n\n        ').replaceAll("'", "''");
  const whole = JSON.stringify({ choices: [{ message: { role: 'assistant', content: '4' } }] });
  const one = recording(`'${folded}'`);
  const two = recording(`'${whole}'`).replace('interactions:\n', '');
  const { traces, problems } = readTraces(one.replace('version: 1\n', '') + two);
  expect(problems).toEqual([]);
  expect(traces.map(({ id, text, parts }) => [id, text, parts])).toEqual([
    ['answer 1', "Two it's", []],
    ['answer 2', '4', []],
  ]);
  expect(readTraces(recording("'not found'")).problems).toEqual([
    'answer 1 is neither events nor JSON.',
  ]);
});
