// JSON of a model's folder that is made to break its readers.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { TokenizerError } from '../../../src/core/errors';
import { quote } from '../../../src/core/json';
import { tokenizerJsonOf } from '../../../src/core/tokenizer/files/vocabAndMerges';
import { readJson } from '../../../src/engine/models/readJson';

const folder = mkdtempSync(join(tmpdir(), 'tokenscope-json-'));
afterAll(() => rmSync(folder, { recursive: true }));
const nested = (depth: number) => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;

test.each([20_000, 1_000_000])('%d levels are refused in one line', depth => {
  writeFileSync(join(folder, 'config.json'), nested(depth));
  expect(() => readJson(folder, 'config.json')).toThrow(
    /config\.json is nested more than 500 levels deep, which is not supported\.$/,
  );
});

test('a hundred levels are read', () => {
  writeFileSync(join(folder, 'config.json'), nested(100));
  expect(readJson(folder, 'config.json')).toHaveProperty('a');
});

test('a value of any depth can be quoted', () => {
  let value: unknown = [];
  for (let i = 0; i < 100_000; i++) value = [value];
  expect(quote(value)).toBe('nested too deeply to be shown');
});

test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
  'a tokenizer class that is called %s is not known',
  tokenizer_class => {
    expect(() => tokenizerJsonOf({}, '', { tokenizer_class })).toThrow(TokenizerError);
  },
);
