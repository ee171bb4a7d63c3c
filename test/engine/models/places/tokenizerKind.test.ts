// Whether a tokenizer allows exact probabilities of bytes, told from its steps alone, is what the whole tokenizer says.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { InexactError } from '../../../../src/core/errors';
import { ByteRules } from '../../../../src/core/exactBytes/byteRules';
import { kindOfJson } from '../../../../src/engine/models/places/tokenizerKind';
import { root } from '../../../support/paths';
import { hasShared, shared, tokenizerOfFile } from '../../../support/shared';

const folders = [join(root, 'models'), ...(hasShared ? [join(shared, 'tokenizers')] : [])];
const files = folders.flatMap(folder =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('tokenizer.json'))
    .map(name => join(folder, name)),
);

test.each(files)('%s', path => {
  const { exactBytes, refused } = kindOfJson(readFileSync(path, 'utf8'));
  expect(refused).toBe('');
  expect(exactBytes).toBe(isExact(path));
});

test('a file that begins otherwise, or is cut off, is not known', () => {
  const unknown = { exactBytes: null, refused: '' };
  for (const head of ['', '{', '[]', '{"model": {"type": "BPE"', '{"model": 3, "vocab": {']) {
    expect(kindOfJson(head)).toEqual(unknown);
  }
  expect(kindOfJson('{"pre_tokenizer": {"type": "Odd"}, "model": {"vocab": {').refused).toMatch(
    /Odd/,
  );
});

function isExact(path: string): boolean {
  try {
    void new ByteRules(tokenizerOfFile(path));
    return true;
  } catch (error) {
    if (error instanceof InexactError) return false;
    throw error;
  }
}
