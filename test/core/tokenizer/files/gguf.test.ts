// Tokenizers of GGUF files: the small ones whose ids Rust `tokenizers` and `sentencepiece` gave, written as such a file
// holds them. Against llama.cpp: test/prove/ggufFiles.prove.ts.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TokenizerError } from '../../../../src/core/errors';
import { tokenizerOfGguf, type GgufVocabulary } from '../../../../src/core/tokenizer/files/gguf';
import { ggufSplits } from '../../../../src/core/tokenizer/files/ggufSplits';
import { loadTokenizer } from '../../../../src/core/tokenizer/files/loadTokenizer';
import { readSentencePieceModel } from '../../../../src/core/tokenizer/files/sentencePieceProto';
import type { Tokenizer } from '../../../../src/core/tokenizer/tokenizer';
import { fuzzStrings } from '../../../golden/fuzz';
import { differentBatches } from '../../../support/digests';
import { golden } from '../../../support/paths';

const read = (path: string) => JSON.parse(readFileSync(join(golden, path), 'utf8'));
const { seed, count } = read('tokens.json') as { seed: number; count: number };
const { families } = read('families.json') as { families: Record<string, { ids?: string[] }> };
const { small } = read('pieces.json') as { small: Record<string, string[]> };
const strings = [...fuzzStrings(seed, count)];

const none: GgufVocabulary = {
  model: 'gpt2',
  pre: 'gpt-2',
  tokens: [],
  scores: undefined,
  types: undefined,
  merges: undefined,
  addSpacePrefix: undefined,
  removeExtraSpaces: undefined,
};

interface Bpe {
  model: { vocab: Record<string, number>; merges: (string | string[])[]; ignore_merges: boolean };
}

function ofFamily(name: string, pre: string): GgufVocabulary {
  const { model } = read(`families/${name}.json`) as Bpe;
  const tokens: string[] = [];
  for (const [token, id] of Object.entries(model.vocab)) tokens[id] = token;
  return { ...none, pre, tokens, merges: model.merges.map(each => [each].flat().join(' ')) };
}

const TYPES = ['', 'normal', 'unknown', 'control', 'user-defined', 'unused', 'byte'];

function ofPieces(name: string): GgufVocabulary {
  const file = readFileSync(join(golden, 'pieces', `${name}.model`));
  const { pieces, addDummyPrefix, removeExtraSpaces } = readSentencePieceModel(name, file);
  // As the converter of llama.cpp writes them.
  const spelled = (piece: string, type: string) =>
    type === 'user-defined' ? piece.replaceAll('\u2581', ' ') : piece;
  return {
    ...none,
    model: 'llama',
    pre: 'default',
    tokens: pieces.map(({ piece, type }) => spelled(piece, type)),
    scores: pieces.map(({ score }) => score),
    // No text has a piece with a space in it, which the file of the other kind could not tell from U+2581.
    types: pieces.map(({ piece, type }) => TYPES.indexOf(piece.includes(' ') ? 'unused' : type)),
    addSpacePrefix: addDummyPrefix,
    removeExtraSpaces,
  };
}

function expectIds(tokenizer: Tokenizer, digests: readonly string[]): void {
  expect(differentBatches(strings, digests, text => tokenizer.encode(text).ids)).toEqual([]);
}

describe('a byte-level tokenizer', () => {
  test.each([
    ['llama3', 'llama-bpe'],
    ['o200k', 'gpt-4o'],
    ['tekken', 'tekken'],
    ['starcoder', 'smollm'],
    ['deepseek-coder', 'deepseek-coder'],
    ['deepseek-v2', 'deepseek-llm'],
    ['deepseek-v3', 'deepseek-v3'],
  ])('has the ids of Rust tokenizers: %s as %s', (family, pre) => {
    expectIds(tokenizerOfGguf(ofFamily(family, pre)), families[family]!.ids!);
  });

  test('composes text where the models do that the name stands for', () => {
    const tokenizer = tokenizerOfGguf(ofFamily('qwen35', 'qwen35'));
    const json = read('families/qwen35.json') as Bpe;
    const whole = loadTokenizer({ 'tokenizer.json': { ...json, normalizer: { type: 'NFC' } } });
    for (const text of strings.slice(0, 500))
      expect(tokenizer.encode(text).ids).toEqual(whole.encode(text).ids);
  });

  test.each([
    ['qwen2', true],
    ['qwen35', true],
    ['command-r', true],
    ['mpt', true],
    ['olmo', true],
    ['gpt-2', false],
    ['llama-bpe', false],
  ])('composes text where the models do: %s %s', (pre, composes) => {
    const tokenizer = tokenizerOfGguf(ofFamily('llama3', pre));
    const [apart, composed] = ['e\u0301', '\u00e9'].map(text => [...tokenizer.encode(text).ids]);
    if (composes) expect(apart).toEqual(composed);
    else expect(apart).not.toEqual(composed);
  });

  test('matches user-defined tokens, and no others, in a text', () => {
    const plain = ofFamily('llama3', 'llama-bpe');
    const more = ['<|end|>', 'def', '[PAD7]', '<mine>'];
    const types = [...plain.tokens.map(() => 1), 3, 4, 5, 4];
    const tokens = [...plain.tokens, ...more.map(token => (token === 'def' ? 'def def' : token))];
    const tokenizer = tokenizerOfGguf({ ...plain, tokens, types });
    const own = plain.tokens.length;
    expect([...tokenizer.encode('def def<mine>').ids]).toEqual([own + 1, own + 3]);
    const asText = tokenizerOfGguf(plain).encode('<|end|>[PAD7]').ids;
    expect(tokenizer.encode('<|end|>[PAD7]').ids).toEqual(asText);
    expect([own, own + 1, own + 2].map(id => tokenizer.isSpecial(id))).toEqual([true, false, true]);
    expect(tokenizer.idOf('<|end|>')).toBe(own);
  });

  test('may have a token of any name', () => {
    const plain = ofFamily('llama3', 'gpt-2');
    const tokenizer = tokenizerOfGguf({
      ...plain,
      tokens: [...plain.tokens, '__proto__', '', '7'.repeat(9)],
    });
    expect(tokenizer.idOf('__proto__')).toBe(plain.tokens.length);
    expect(tokenizer.vocabSize).toBe(plain.tokens.length + 3);
  });
});

describe('a SentencePiece tokenizer', () => {
  test.each(['bpe-bytes', 'bpe-symbols'])('has the ids of sentencepiece: %s', name => {
    expectIds(tokenizerOfGguf(ofPieces(name)), small[name]!);
  });
});

describe('refuses, naming the key', () => {
  const plain = ofFamily('llama3', 'llama-bpe');
  test.each<[string, Partial<GgufVocabulary>, string]>([
    ['no tokens', { tokens: [] }, 'tokenizer.ggml.tokens is missing'],
    [
      'another kind',
      { model: 't5' },
      'tokenizer.ggml.model is "t5" (Unigram); only gpt2 and llama',
    ],
    ['no kind', { model: undefined }, 'tokenizer.ggml.model is missing; only'],
    [
      'an unknown split',
      { pre: 'poro-chat' },
      'tokenizer.ggml.pre is "poro-chat", which is not supported. Supported: gpt-2',
    ],
    [
      'no split',
      { pre: undefined },
      'tokenizer.ggml.pre is missing: the file does not say how its tokenizer splits',
    ],
    ['no merges', { merges: undefined }, 'tokenizer.ggml.merges is missing, not a list'],
    ['a merge of no tokens', { merges: ['q x'] }, 'tokenizer.ggml.merges: merge 0, "q x", needs'],
    ['fewer types than tokens', { types: [1] }, 'tokenizer.ggml.token_type has 1 values for'],
    ['a strange type', { types: plain.tokens.map(() => 9) }, 'token 0 has the unknown type 9'],
    [
      'a token twice',
      { tokens: [...plain.tokens, 'a'] },
      `tokens 64 and ${plain.tokens.length} are both "a"`,
    ],
    ['no scores', { model: 'llama' }, 'tokenizer.ggml.scores is missing'],
  ])('%s', (_, change, message) => {
    const make = () => tokenizerOfGguf({ ...plain, ...change });
    expect(make).toThrow(TokenizerError);
    expect(make).toThrow(message);
  });

  test('says what starts a text where the file does not', () => {
    expect(ggufSplits('llama-bpe').addsStart).toBe(true);
    expect(ggufSplits('qwen2').addsStart).toBe(false);
  });
});
