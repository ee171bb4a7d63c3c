// Labels line by line: what is none is left out by its number, and takes no other label with it.
import { expect, test } from 'vitest';
import type { Label } from '../../../src/core/sae/featureLabels';
import { labelLines, readLabels } from '../../../src/core/sae/readLabels';

function read(...lines: string[]) {
  const labels = new Map<number, Label>();
  const left = readLabels(lines.join('\n'), labels);
  return { left, found: [...labels].map(([feature, { description }]) => [feature, description]) };
}

const colon = '{"index": 4, "description": "a colon"}';

test.each([
  ['{"index": 5, "description": null}', 'has no "description"'],
  ['{"description": "x"}', 'has no "index"'],
  ['{"index": -1, "description": "x"}', 'has no "index"'],
  ['{"index": null, "description": "x"}', 'has no "index"'],
  ...['""', '1.5', '"1.5"', '"x"', '1e400', 'true', '[1]', '"-1"'].map(index => [
    `{"index": ${index}, "description": "x"}`,
    'has no "index"',
  ]),
  ['{"index": 1, "descr', 'is not JSON'],
  ['null', 'is not a JSON object'],
  ['[1, "x"]', 'is not a JSON object'],
  ['['.repeat(20_000), 'is not JSON'],
  ['['.repeat(2 ** 21), 'is too long for a label'],
])('%.40s is left out, and the other lines are labels', (line, what) => {
  expect(read(line, colon, '')).toEqual({
    left: `1 of 2 lines left out: line 1 ${what}.`,
    found: [[4, 'a colon']],
  });
});

test('a score that is no number does not count', () => {
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  const score = (value: string) => `[{"value": ${value}}]`;
  const scores = [score(deep), score('{"toString": 1}'), score('null')];
  const lines = scores.map(each => `{"index": 1, "description": "x", "scores": ${each}}`);
  expect(read(...lines)).toEqual({ left: '', found: [[1, 'x']] });
});

test('of many lines that are no labels the first are named', () => {
  const { left } = read(colon, ...Array.from({ length: 9 }, () => '{}'));
  expect(left).toBe(
    '9 of 10 lines left out: line 2 has no "index", line 3 has no "index", line 4 has no "index", ….',
  );
});

test("Neuronpedia's spelling, numbers that are not finite and odd scores are read", () => {
  expect(
    read(
      '{"index": "7", "description": " low ", "scores": [{"value": 0.2}]}',
      '{"index": "7", "description": "high", "scores": [{"value": 0.9}, null, 3], "precision": NaN}',
      '{"index": "7", "description": "none", "scores": 3}',
      '{"feature": 8, "description": "other"}',
    ),
  ).toEqual({
    left: '',
    found: [
      [7, 'high'],
      [8, 'other'],
    ],
  });
});

test('of three lines that are no labels all are named', () => {
  expect(read('{}', colon, '1', '{}').left).toBe(
    '3 of 4 lines left out: line 1 has no "index", line 3 is not a JSON object, line 4 has no "index".',
  );
});

test('a label has what its line says of it, and null for what that does not say', () => {
  const labels = new Map<number, Label>();
  const lines = [
    { index: 0, description: 'a', precision: 0.5, recall: 0, n: 12, predicate: 'first' },
    { index: 1, description: 'b', typeName: 'logits-v1', explanationModelName: 'x' },
    { index: 2, description: 'c', explanationModelName: 'x', precision: '0.5', predicate: 3 },
  ];
  readLabels(lines.map(line => JSON.stringify(line)).join('\n'), labels);
  const unknown = { precision: null, recall: null, count: null, predicate: null };
  expect([...labels.values()]).toEqual([
    {
      description: 'a',
      kind: 'explanation',
      precision: 0.5,
      recall: 0,
      count: 12,
      predicate: 'first',
    },
    { description: 'b', kind: 'logits-v1', ...unknown },
    { description: 'c', kind: 'x', ...unknown },
  ]);
});

test('of labels with one score, or none, the last is kept', () => {
  const line = (description: string, scores?: object[]) =>
    JSON.stringify({ index: 1, description, scores });
  expect(read(line('a'), line('b')).found).toEqual([[1, 'b']]);
  const half = [{ value: 0.5 }];
  expect(read(line('a', half), line('b', half), line('c')).found).toEqual([[1, 'b']]);
  expect(
    read(line('a', [{ value: '0.5' }, { value: 0.1 }]), line('b', [{ value: 0.4 }])).found,
  ).toEqual([[1, 'a']]);
});

test('a line with very many scores is read', () => {
  const scores = Array.from({ length: 80_000 }, (_, i) => ({ value: i % 10 }));
  const labels = new Map<number, Label>();
  expect(readLabels(JSON.stringify({ index: 0, description: 'a', scores }), labels)).toBe('');
  expect(labels.get(0)?.description).toBe('a');
});

const OWN = 'gpt2-small/8-res-jb';
const exported = (index: string, description: string, layer = '8-res-jb') => ({
  id: 'x',
  modelId: 'gpt2-small',
  layer,
  index,
  description,
  typeName: 'oai_token-act-pair',
  explanationModelName: 'gpt-4o-mini',
  embedding: [0.5, -1],
});

test.each([
  ['a list', (labels: object[]) => JSON.stringify(labels)],
  ['a list over several lines', (labels: object[]) => JSON.stringify(labels, null, 2)],
  [
    'an object',
    (labels: object[]) => JSON.stringify({ explanationsCount: 2, explanations: labels }),
  ],
  ['lines', (labels: object[]) => labels.map(each => JSON.stringify(each)).join('\r\n')],
])('an export of Neuronpedia as %s', (_, write) => {
  const labels = new Map<number, Label>();
  const text = `\ufeff${write([exported('7', 'dates'), exported('9', 'names ')])}`;
  expect(readLabels(text, labels)).toBe('');
  expect(
    [...labels].map(([feature, { description, kind }]) => [feature, description, kind]),
  ).toEqual([
    [7, 'dates', 'oai_token-act-pair'],
    [9, 'names', 'oai_token-act-pair'],
  ]);
});

test('a feature of its API has several explanations, of which the best is kept', () => {
  const explanations = [
    { description: 'low', scores: [{ value: 0.3 }] },
    { description: 'high', scores: [{ value: 0.7 }] },
  ];
  const feature = { modelId: 'gpt2-small', layer: '8-res-jb', index: '3', explanations };
  expect(read(JSON.stringify(feature)).found).toEqual([[3, 'high']]);
  expect(read(JSON.stringify(feature, null, 1)).found).toEqual([[3, 'high']]);
});

test('labels of another autoencoder, and of features that it does not have, are left out', () => {
  const labels = new Map<number, Label>();
  const rows = [exported('1', 'a'), exported('2', 'b', '7-res-jb'), exported('24576', 'c')];
  const limits = { source: OWN, features: 24576 };
  expect(
    readLabels(JSON.stringify([...rows, { index: 4, description: 'd' }]), labels, limits),
  ).toBe(
    '2 of 4 labels left out: label 2 is of gpt2-small/7-res-jb, label 3 is for feature 24576, and there are only 24576.',
  );
  expect([...labels.keys()]).toEqual([1, 4]);
});

test('what is written is read again', () => {
  const labels = new Map<number, Label>();
  const line = {
    index: 0,
    description: 'a',
    typeName: 'predicate-v1',
    precision: 0.5,
    recall: 0.1,
  };
  readLabels(JSON.stringify({ ...line, n: 12, predicate: 'first' }), labels);
  const again = new Map<number, Label>();
  expect(readLabels([...labelLines(labels)].join(''), again)).toBe('');
  expect(again).toEqual(labels);
});
