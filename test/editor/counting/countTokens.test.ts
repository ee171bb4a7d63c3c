// Counts of a folder: every file once, by one tokenizer from the first to the last.
import { beforeEach, expect, test } from 'vitest';
import type { Uri as VscodeUri } from 'vscode';
import { Cancelled, UserError } from '../../../src/core/errors';
import { countFolder } from '../../../src/editor/counting/countTokens';
import type { EngineQueries } from '../../../src/editor/engine/engineQueries';
import { fake, Uri } from '../../support/vscode';

const bytes = (text: string) => new TextEncoder().encode(text);
let tokenizers: { model: string; second: string | undefined };
/** After each file. */
let meanwhile: (file: string) => void;

const queries = {
  tokenizers: async () => ({ ...tokenizers }),
  async countFile(found: Uint8Array) {
    const text = new TextDecoder().decode(found);
    meanwhile(text);
    if (text.includes('\0')) return null;
    const { length } = text;
    return { tokens: length, bytes: length, characters: length, words: 1 };
  },
} as unknown as EngineQueries;

beforeEach(() => {
  tokenizers = { model: 'coder (BPE)', second: undefined };
  meanwhile = () => {};
  fake.files.clear();
  fake.files.set('/src/a.ts', bytes('ab')).set('/src/lib/b.py', bytes('abcd'));
  fake.progress.length = 0;
});

const count = (path: string) => countFolder(queries, Uri.file(path) as unknown as VscodeUri);

test('lists the files with the most tokens first, by paths in the folder', async () => {
  fake.files.set('/src/c.bin', bytes('a\0b'));
  const found = await count('/src');
  expect(found).toEqual({
    folder: 'src',
    tokenizers,
    files: [
      {
        path: 'lib/b.py',
        language: expect.any(String),
        tokens: 4,
        bytes: 4,
        characters: 4,
        words: 1,
      },
      { path: 'a.ts', language: expect.any(String), tokens: 2, bytes: 2, characters: 2, words: 1 },
    ],
    skipped: [{ path: 'c.bin', reason: expect.any(String) }],
  });
  expect(fake.progress).toEqual([
    { message: 'opening the tokenizer' },
    ...[0, 33, 33].map((increment, i) => ({ message: `file ${i + 1} of 3`, increment })),
  ]);
});

test('a file alone is counted', async () => {
  fake.files.delete('/src/lib/b.py');
  expect((await count('/src/a.ts'))!.files.map(({ path }) => path)).toEqual(['a.ts']);
});

test('is none where another tokenizer was opened meanwhile', async () => {
  const message = 'Another tokenizer was opened during the count. Run the count again.';
  meanwhile = () => (tokenizers = { ...tokenizers, second: 'gpt2 (BPE)' });
  await expect(count('/src')).rejects.toThrow(new UserError(message));
  meanwhile = () => (tokenizers = { ...tokenizers, model: 'stories (BPE)' });
  await expect(count('/src')).rejects.toThrow(new UserError(message));
});

test('a file that cannot be read is left out with the reason, and a cancelled count is none', async () => {
  meanwhile = text => {
    if (text === 'ab') throw new Error('EACCES');
  };
  expect((await count('/src'))!.skipped).toEqual([{ path: 'a.ts', reason: 'EACCES' }]);
  meanwhile = () => {
    throw new Cancelled();
  };
  expect(await count('/src')).toBeUndefined();
  meanwhile = () => {
    throw new UserError('No model.');
  };
  await expect(count('/src')).rejects.toThrow(new UserError('No model.'));
});

test('says that there are no files', async () => {
  fake.files.clear();
  await expect(count('/src')).rejects.toThrow(
    new UserError('No files found in src. Check the setting files.exclude.'),
  );
});
