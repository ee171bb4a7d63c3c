// The report of a tokenizer alone says nothing of a model.
import { expect, test } from 'vitest';
import { reportMarkdown } from '../../../src/editor/models/modelReport';

const REPORT = {
  info: {
    name: 'qwen2',
    folder: '/qwen2',
    tokenizer: 'byte-level BPE',
    vocabSize: 151665,
    scores: false,
    scoresMissing: 'there is no model.onnx in /qwen2',
    contextTokens: 1024,
    warnings: [],
  },
  tokenizerNormalizer: 'NFC',
  start: null,
  modelContextTokens: 1024,
  backend: null,
  ownReport: null,
};

test('of a tokenizer alone', () => {
  expect(reportMarkdown(REPORT)).toBe(
    [
      '# qwen2\n',
      '- Folder: `/qwen2`',
      '- Tokenizer: byte-level BPE, 151665 tokens, normaliser NFC',
      '- Start of text: none',
      '- Weights: there is no model.onnx in /qwen2\n\n',
    ].join('\n'),
  );
});

test('of a model', () => {
  const facts: [string, string][] = [['Weights', 'a.onnx']];
  const backend = { facts, hooks: [], selfTest: [], warnings: [] };
  const markdown = reportMarkdown({ ...REPORT, backend });
  expect(markdown).toContain('- Start of text: none: the first token has no scores\n');
  expect(markdown).toContain('- Window: 1024 tokens; the model can hold 1024\n- Weights: a.onnx\n');
});

test('of a model with its warnings, its self-test and the report that came with it', () => {
  const row = { value: 0.00012345, tolerance: 0.001, unit: 'nats', passed: true };
  const selfTest = [
    { ...row, name: 'scores' },
    { ...row, name: 'trees', value: 2, passed: false },
  ];
  const parts = reportMarkdown({
    ...REPORT,
    info: { ...REPORT.info, warnings: ['It is odd.', 'It is slow.'] },
    start: { content: '<s>', id: 1 },
    backend: { facts: [], hooks: [], selfTest, warnings: [] },
    ownReport: '# Report',
  }).split('\n\n');
  const from = parts.findIndex(part => part.startsWith('**Warning.**'));
  expect(parts.slice(from)).toEqual([
    '**Warning.** It is odd.',
    '**Warning.** It is slow.',
    '## Self-test',
    [
      '| test | largest difference | allowed | unit | |',
      '|---|--:|--:|---|---|',
      '| scores | 1.2e-4 | 0.001 | nats | passed |',
      '| trees | 2.0e+0 | 0.001 | nats | FAILED |',
    ].join('\n'),
    '---',
    '# Report',
    '',
  ]);
  expect(parts[1]).toContain('(id 1)');
  expect(parts[1]).not.toContain('has no scores');
  expect(reportMarkdown(REPORT)).not.toMatch(/Self-test|---|Warning/);
});

test('of a tokenizer of which nobody knows why it has no weights', () => {
  const { scoresMissing: _, ...info } = REPORT.info;
  expect(reportMarkdown({ ...REPORT, info })).toContain('- Weights: none\n');
});
