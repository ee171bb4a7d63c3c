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

test('a response without a body has none, and that of the next request is not its own', () => {
  const empty = `- request:\n    body: 'asked'\n  response:\n    status:\n      code: 204\n`;
  const whole = recording("'answered'").replace('interactions:\n', '');
  const text = `interactions:\n${empty}${whole}`;
  expect([...bodiesOf(text)].map(own => own.text)).toEqual(['answered']);
  expect([...bodiesOf(`interactions:\n${empty}`)]).toEqual([]);
});

test('blanks at the ends of folded lines go, those before the closing quote stay', () => {
  const texts = (scalar: string) => [...bodiesOf(recording(scalar))].map(own => own.text);
  expect(texts("'a  \n        b  '")).toEqual(['a b  ']);
  expect(texts("'a  '")).toEqual(['a  ']);
  expect(texts("'  a\n          b'")).toEqual(['  a b']);
});

test('a body is where the recording has it', () => {
  for (const scalar of ["'it''s'", '"a \\" b"']) {
    const text = recording(scalar);
    const [body] = [...bodiesOf(text)];
    expect(text.slice(body!.start, body!.end)).toBe(scalar.slice(1, -1));
  }
  // A quote that nobody closes goes on to the end.
  const open = recording("'a").trimEnd();
  expect([...bodiesOf(open)][0]!.end).toBe(open.length);
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
