// The token before a text, against what `transformers` 5 puts there (made by training/golden/starts.py), and where our
// own file or other tokenizer files decide.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { byteCharacters } from '../../../src/core/tokenizer/bpe/byteLevel';
import type { Json } from '../../../src/core/json';
import { Model } from '../../../src/engine/models/model';
import { readModelFolder } from '../../../src/engine/models/modelFolder';
import { fakeBackend } from '../../support/fakeBackend';

const TOKENS = ['<s>', '</s>', '[gMASK]'];
const folder = mkdtempSync(join(tmpdir(), 'tokenscope-start-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const golden = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../golden/starts.json'), 'utf8'),
) as { cases: { name: string; post_processor: Json | null; config: Json; before: number[] }[] };

const json = (name: string, value: unknown) =>
  writeFileSync(join(folder, name), JSON.stringify(value));

function write(postProcessor: unknown, config?: Json, own?: Json): void {
  const vocab = Object.fromEntries([...byteCharacters, ...TOKENS].map((token, id) => [token, id]));
  json('tokenizer.json', {
    added_tokens: TOKENS.map((content, i) => ({ id: 256 + i, content, special: true })),
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
    post_processor: postProcessor,
    model: { type: 'BPE', vocab, merges: [] },
  });
  if (config) json('tokenizer_config.json', config);
  if (own) json('tokenscope.json', own);
}
const startOf = () => readModelFolder(folder).start?.id;

beforeEach(() => {
  for (const name of ['tokenizer_config.json', 'tokenscope.json', 'config.json'])
    rmSync(join(folder, name), { force: true });
});

describe('what the tokenizer puts before a text', () => {
  test.each(golden.cases)('$name', ({ post_processor, config, before }) => {
    write(post_processor, config);
    const { start, warnings } = readModelFolder(folder);
    // A model is given one token: where there are several the user has to say which.
    expect(start?.id).toBe(before.length === 1 ? before[0] : undefined);
    expect(warnings.join()).toMatch(before.length > 1 ? /puts 2 tokens before a text/ : /^$/);
  });

  test('is bos_token where tokenizer_config.json says so and no post-processor does', () => {
    write({ type: 'ByteLevel' }, { bos_token: { content: '</s>' }, add_bos_token: true });
    expect(startOf()).toBe(257);
  });

  test('is not what config.json alone names', () => {
    json('config.json', { bos_token_id: 257 });
    write(null);
    expect(startOf()).toBeUndefined();
  });

  test('is the class token of a processor for encoders', () => {
    write({ type: 'RobertaProcessing', sep: ['</s>', 257], cls: ['<s>', 256] });
    expect(startOf()).toBe(256);
  });
});

describe('"start" of tokenscope.json', () => {
  const template = golden.cases.find(({ name }) => name === 'llama3')!.post_processor;

  test('wins, and null is none', () => {
    write(template, { bos_token: '<s>', add_bos_token: true }, { start: '</s>' });
    expect(startOf()).toBe(257);
    json('tokenscope.json', { start: null });
    expect(startOf()).toBeUndefined();
  });

  test('that names no token is refused', () => {
    write(template, {}, { start: '<bos>' });
    expect(startOf).toThrow(/tokenscope\.json: "start" is "<bos>", which is not a token/);
  });
});

test('without a token that starts a text only what comes after its first token is known', async () => {
  write(null, {}, {});
  const model = new Model(readModelFolder(folder), fakeBackend(259), 64);
  const { rows } = model.asTokenModel();
  const root = { parent: -1, token: -1 };
  expect(await rows([65], [root], [0])).toHaveLength(1);
  await expect(rows([], [root], [0])).rejects.toThrow(/no start-of-text token/);
  expect(() => model.checkStart()).toThrow(/Set "start"/);
});
