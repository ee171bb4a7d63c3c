// The token stream of an edited text, compared with encoding the text anew after every edit.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TokenStream } from '../../../../src/core/text/stream/tokenStream';
import { BpeTokenizer } from '../../../../src/core/tokenizer/bpe/bpe';
import { beforeWords, nextHardBoundary } from '../../../../src/core/tokenizer/hardBoundary';
import { loadTokenizer } from '../../../../src/core/tokenizer/files/loadTokenizer';
import { DEEPSEEK3_PATTERN } from '../../../../src/core/tokenizer/patterns/deepseek';
import { GPT2_PATTERN } from '../../../../src/core/tokenizer/patterns/gpt2';
import { O200K_PATTERN, TEKKEN_PATTERN } from '../../../../src/core/tokenizer/patterns/o200k';
import {
  LLAMA3_PATTERN,
  QWEN2_PATTERN,
  QWEN35_PATTERN,
} from '../../../../src/core/tokenizer/patterns/cl100k';
import type { Tokenizer } from '../../../../src/core/tokenizer/tokenizer';
import { fuzzStrings } from '../../../golden/fuzz';
import { checkEdits } from '../../../support/edits';
import { sampleOf, seedOr } from '../../../support/seed';
import { tokenizerOf } from '../../../support/shared';
import { golden, models, root } from '../../../support/paths';

/** Of each text, by each tokenizer, in segments of each length. */
const EDITS = sampleOf(300, 1000);
const file = JSON.parse(readFileSync(join(models, 'coder/tokenizer.json'), 'utf8'));

/** The built-in vocabulary after other steps. */
function tokenizerWith(steps: object): Tokenizer {
  return loadTokenizer({ 'tokenizer.json': { ...file, ...steps } });
}
const splitAt = (pattern: object, behavior = 'Isolated') => ({
  type: 'Split',
  pattern,
  behavior,
  invert: false,
});
/** Steps followed by ByteLevel. */
function cutInSteps(steps: object[], use_regex = false): Tokenizer {
  const bytes = { type: 'ByteLevel', add_prefix_space: false, use_regex };
  return tokenizerWith({ pre_tokenizer: { type: 'Sequence', pretokenizers: [...steps, bytes] } });
}
const cutBy = (pattern: string) => cutInSteps([splitAt({ Regex: pattern })]);
const ofFamily = (name: string) =>
  loadTokenizer({
    'tokenizer.json': JSON.parse(readFileSync(join(golden, `families/${name}.json`), 'utf8')),
  });
const behaviors = ['Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'];

const tokenizers = {
  "GPT-2's pattern": cutBy(GPT2_PATTERN),
  "Llama 3's pattern": cutBy(LLAMA3_PATTERN),
  "Qwen2's pattern": cutBy(QWEN2_PATTERN),
  "Qwen2's pattern and NFC": tokenizerWith({ normalizer: { type: 'NFC' } }),
  "Qwen3.5's pattern": cutBy(QWEN35_PATTERN),
  'cl100k of tiktoken': tokenizerOf(join(golden, 'ranks/cl100k_base')),
  "o200k's pattern": cutBy(O200K_PATTERN),
  "Tekken's pattern": cutBy(TEKKEN_PATTERN),
  "StarCoder's sequence": ofFamily('starcoder'),
  "DeepSeek V3's sequence": ofFamily('deepseek-v3'),
  "DeepSeek V3's third pattern": cutBy(DEEPSEEK3_PATTERN),
  "DeepSeek Coder's sequence": ofFamily('deepseek-coder'),
  "DeepSeek V2's sequence": ofFamily('deepseek-v2'),
  "digits together, and Llama 3's pattern": cutInSteps([
    { type: 'Digits', individual_digits: false },
    splitAt({ Regex: LLAMA3_PATTERN }),
  ]),
  ...Object.fromEntries(
    behaviors.flatMap(behavior => [
      [
        `punctuation (${behavior}), and GPT-2's pattern`,
        cutInSteps([{ type: 'Punctuation', behavior }], true),
      ],
      [
        `digits by threes (${behavior}), a space (${behavior}), and o200k's pattern`,
        cutInSteps([
          splitAt({ Regex: '\\p{N}{1,3}' }, behavior),
          splitAt({ String: ' ' }, behavior),
          splitAt({ Regex: O200K_PATTERN }),
        ]),
      ],
      [
        `letters after a space (${behavior}), and Tekken's pattern`,
        cutInSteps([splitAt({ Regex: ' ?\\p{L}+' }, behavior), splitAt({ Regex: TEKKEN_PATTERN })]),
      ],
    ]),
  ),
};

/** Steps without known hard boundaries. */
const uncut = {
  'letters after any white space': cutInSteps([splitAt({ Regex: '\\s?\\p{L}+' })], true),
  'a class with a line feed': cutInSteps([splitAt({ Regex: '[a-z\\n]+' })], true),
  'a string that contains a space': cutInSteps([splitAt({ String: 'a b' })], true),
  'punctuation alone': cutInSteps([{ type: 'Punctuation', behavior: 'Isolated' }]),
  'line feeds alone, but not first': cutInSteps([
    splitAt({ String: 'a b' }),
    splitAt({ Regex: '[\r\n]' }),
  ]),
  'SentencePiece with added tokens, and a space before each text': ofFamily('llama2'),
  'SentencePiece that takes whole texts': ofFamily('gemma'),
  'SentencePiece after NFC': ofFamily('metaspace-always'),
};

/** SentencePiece-style tokenizers. */
const merging = {
  'Llama 2': spaced('llama2', { added_tokens: [] }),
  Gemma: spaced('gemma', {}, { ignore_merges: false }),
  'Gemma without bytes as fallback': spaced(
    'gemma',
    {},
    {
      ignore_merges: false,
      byte_fallback: false,
    },
  ),
  'Metaspace before the first word': spaced('metaspace-first', { added_tokens: [] }),
  'Metaspace before every piece': spaced('metaspace-always', {
    added_tokens: [],
    normalizer: null,
  }),
  'llama2.c': tokenizerOf(join(golden, 'ranks/llama2c')),
};

/** A family's file, with some fields of the file and of its model replaced. */
function spaced(name: string, fields: object, model: object = {}): Tokenizer {
  const path = join(golden, `families/${name}.json`);
  const json = JSON.parse(readFileSync(path, 'utf8'));
  return loadTokenizer({
    'tokenizer.json': { ...json, ...fields, model: { ...json.model, ...model } },
  });
}

describe.each(Object.entries(merging))('%s', (_, tokenizer) => {
  const source = readFileSync(join(root, 'esbuild.mjs'), 'utf8').slice(0, 1500);

  test('has hard boundaries, more than one per word', () => {
    const { isHard } = tokenizer.boundaries!;
    const count = [...source].filter((_, i) => isHard(source, i)).length;
    expect(count).toBeGreaterThan(source.split(/\s+/).length);
  });

  test.each([1, 200])(`${EDITS} edits in segments of %i`, segmentLength => {
    const seed = seedOr(1);
    checkEdits(tokenizer, source, { edits: EDITS / 2, segmentLength, seed });
    checkEdits(tokenizer, '', { edits: EDITS / 2, segmentLength, seed: seed + 1 });
  });
});

describe.each(Object.entries(tokenizers))('%s', (_, tokenizer) => {
  test('has hard boundaries', () => {
    expect(tokenizer.boundaries).toBeDefined();
  });

  test('the parts of a text between hard boundaries have its tokens', () => {
    const boundaries = tokenizer.boundaries!;
    for (const text of fuzzStrings(seedOr(7), sampleOf(600, 2000))) {
      const whole = pretokensOf(tokenizer, text);
      for (
        let at = nextHardBoundary(boundaries, text, 1);
        at < text.length;
        at = nextHardBoundary(boundaries, text, at + 1)
      ) {
        const parts = [text.slice(0, at), text.slice(at)];
        const found = parts.flatMap(part => pretokensOf(tokenizer, part));
        // `expect` for each of them would take most of the time.
        const same = found.length === whole.length && found.every((one, i) => one === whole[i]);
        if (!same) expect(found).toEqual(whole);
      }
    }
  });

  test.each([1, 200])(`${EDITS} edits in segments of %i`, segmentLength => {
    const seed = seedOr(1);
    const source = readFileSync(join(root, 'esbuild.mjs'), 'utf8').slice(0, 1500);
    checkEdits(tokenizer, source, { edits: EDITS / 2, segmentLength, seed });
    checkEdits(tokenizer, '', { edits: EDITS / 2, segmentLength, seed: seed + 1 });
  });
});

/** Each with its tokens. */
function pretokensOf(tokenizer: Tokenizer, text: string): string[] {
  if (!(tokenizer instanceof BpeTokenizer)) throw new Error('of another kind');
  const { encoding, pretokens } = tokenizer.encodeByPretokens(text);
  return pretokens.map(({ text, first, end }) => `${text} ${encoding.ids.slice(first, end)}`);
}

test.each(Object.entries(uncut))('%s: boundaries are not known to hold', (_, tokenizer) => {
  expect(tokenizer.boundaries).toBeUndefined();
  checkEdits(tokenizer, 'xa b a b\nc', { edits: 100, segmentLength: 1, seed: 3 });
});

test('a range of tokens is read from the stream', () => {
  const tokenizer = tokenizers["Qwen2's pattern"];
  const stream = new TokenStream(tokenizer, 'const a = b + c;\nlet x = a.b.c;\n'.repeat(20), 16);
  const all = stream.tokens();
  for (const [first, end] of [
    [0, 0],
    [0, 1],
    [5, 90],
    [17, 18],
    [100, all.ids.length],
  ] as const) {
    const part = stream.tokens(first, end);
    expect(part.ids).toEqual(all.ids.slice(first, end));
    expect(part.byteStarts).toEqual(all.byteStarts.slice(first, end));
    expect(part.utf16Ends).toEqual(all.utf16Ends.slice(first, end));
  }
});

test('what a vocabulary cannot spell is missing, also where no token is left', () => {
  const { pre_tokenizer, model } = file;
  const vocab = { a: 0, b: 1 };
  const tokenizer = loadTokenizer({
    'tokenizer.json': {
      pre_tokenizer,
      model: { ...model, vocab, merges: [] },
      decoder: file.decoder,
    },
  });
  for (const [text, missing] of [
    ['ab', undefined],
    ['é', 0],
    ['abé', 2],
    ['éa', 0],
  ] as const)
    expect(new TokenStream(tokenizer, text).missing).toBe(missing);
});

test('a boundary is hard before a space after a visible character, and after a single line end', () => {
  const at = (text: string) =>
    [...text].flatMap((_, i) => (beforeWords.isHard(text, i) ? [i] : []));
  expect(at('a b  c')).toEqual([1, 3]);
  expect(at('a\nb\n\nc\n/d')).toEqual([2]);
  expect(at(' a')).toEqual([]);
});

test('with an added token that contains a space there are no boundaries', () => {
  const added = { id: 9000, content: 'a b', special: false, normalized: false };
  const json = { ...file, added_tokens: [...file.added_tokens, added] };
  const tokenizer = loadTokenizer({ 'tokenizer.json': json });
  expect(tokenizer.boundaries).toBeUndefined();
  checkEdits(tokenizer, 'xa b a b', { edits: 200, segmentLength: 1, seed: 3 });
});
