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
