// Byte-level BPE trained as Rust `tokenizers` trains it (test/golden/bpe.json), and by its definition on random words.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { byteCharacters } from '../../../../../src/core/tokenizer/bpe/byteLevel';
import { loadTokenizer } from '../../../../../src/core/tokenizer/files/loadTokenizer';
import { toTokenizerJson } from '../../../../../src/core/tokenizerReport/measures/trainBpe/tokenizerJson';
import {
  trainBpe,
  trainOnWords,
} from '../../../../../src/core/tokenizerReport/measures/trainBpe/trainBpe';
import { WordCounts } from '../../../../../src/core/tokenizerReport/measures/trainBpe/wordCounts';
import { scanGpt2 } from '../../../../../src/core/tokenizer/patterns/gpt2';
import { fuzzStrings, mulberry32 } from '../../../../golden/fuzz';
import { golden } from '../../../../support/paths';
import { seedOr } from '../../../../support/seed';
import { pick, randomOf } from '../../../../support/toys';

interface Case {
  readonly texts: string;
  readonly vocab_size: number;
  readonly min_frequency?: number;
  readonly special_tokens?: readonly string[];
  readonly entries: number;
  readonly merges: number;
  readonly vocabDigest: string;
  readonly mergesDigest: string;
  readonly idsDigest: string;
}

const { sample, cases } = JSON.parse(readFileSync(join(golden, 'bpe.json'), 'utf8')) as {
  sample: { seed: number; count: number };
  cases: Case[];
};

/** The same as in training/golden/bpe.py. */
function textsOf(name: string): string[] {
  const files = ['python.py.txt', 'typescript.ts.txt', 'scripts.md.txt'];
  if (name === 'files') return files.map(file => readFileSync(join(golden, 'texts', file), 'utf8'));
  if (name === 'fuzz') return [...fuzzStrings(5, 2000)];
  const [alphabet, words] = name.split(' ') as [string, string];
  const below = mulberry32(alphabet.length);
  const drawn = Array.from({ length: Number(words) }, () => {
    const length = 1 + below(12);
    return Array.from({ length }, () => alphabet[below(alphabet.length)]).join('');
  });
  const count = Math.ceil(drawn.length / 50);
  return Array.from({ length: count }, (_, i) => drawn.slice(50 * i, 50 * i + 50).join(' '));
}

const digest = (lines: readonly string[]) =>
  createHash('sha256').update(lines.join('\n')).digest('hex');

describe.each(cases)('$texts, $vocab_size entries', expected => {
  const trained = trainBpe(textsOf(expected.texts), {
    vocabSize: expected.vocab_size,
    minFrequency: expected.min_frequency,
    specialTokens: expected.special_tokens,
  });
  const { tokens, merges } = trained;

  test('the entries and merges of Rust', () => {
    expect(tokens).toHaveLength(expected.entries);
    expect(digest(tokens)).toBe(expected.vocabDigest);
    const spelled = merges.map(([left, right]) => `${tokens[left]} ${tokens[right]}`);
    expect(spelled).toHaveLength(expected.merges);
    expect(digest(spelled)).toBe(expected.mergesDigest);
  });

  test('its tokenizer.json is loaded, with the ids of Rust', () => {
    const json: unknown = JSON.parse(JSON.stringify(toTokenizerJson(trained)));
    const tokenizer = loadTokenizer({ 'tokenizer.json': json });
    const hash = createHash('sha256');
    for (const text of fuzzStrings(sample.seed, sample.count)) {
      const { ids } = tokenizer.encode(text);
      hash.update(Uint32Array.of(ids.length, ...ids));
    }
    // A special token that is part of the text is matched by Rust and is text to us.
    if (expected.special_tokens) expect(tokenizer.isSpecial(0)).toBe(true);
    else expect(hash.digest('hex')).toBe(expected.idsDigest);
  });
});

test('random words are trained as a recount after each merge says', () => {
  const random = randomOf(seedOr(1));
  const sorted = [...byteCharacters].sort();
  for (let round = 0; round < 60; round++) {
    const letters = pick(random, [['a', 'b'], ['a', 'b', 'c'], ['a'], ['x', 'y', 'z', 'é']]);
    const words = new Map<string, number>();
    for (let i = 0; i < 12; i++) {
      const length = 1 + Math.floor(random() * 9);
      const word = Array.from({ length }, () => pick(random, letters)).join('');
      words.set(word, 1 + Math.floor(random() * 5));
    }
    const vocabSize = 256 + Math.floor(random() * 15);
    const minFrequency = Math.floor(random() * 4);
    const tokens = [...sorted];
    const merges: [number, number][] = [];
    let split = [...words].map(([word, count]) => ({
      count,
      ids: Array.from(Buffer.from(word), byte => sorted.indexOf(byteCharacters[byte]!)),
    }));
    while (tokens.length < vocabSize) {
      const counts = new Map<string, number>();
      for (const { ids, count } of split) {
        for (let i = 1; i < ids.length; i++) {
          const key = `${ids[i - 1]} ${ids[i]}`;
          counts.set(key, (counts.get(key) ?? 0) + count);
        }
      }
      const [best] = [...counts]
        .map(([key, count]) => ({ count, pair: key.split(' ').map(Number) as [number, number] }))
        .sort((a, b) => b.count - a.count || a.pair[0] - b.pair[0] || a.pair[1] - b.pair[1]);
      if (!best || best.count < minFrequency) break;
      const [left, right] = best.pair;
      const merged = tokens.push(tokens[left]! + tokens[right]!) - 1;
      merges.push(best.pair);
      split = split.map(({ ids, count }) => ({ count, ids: mergedIn(ids, left, right, merged) }));
    }
    const found = trainOnWords(words, { vocabSize, minFrequency });
    expect(found.tokens).toEqual(tokens);
    expect(found.merges).toEqual(merges);
  }
});

function mergedIn(ids: readonly number[], left: number, right: number, merged: number): number[] {
  const result: number[] = [];
  for (let i = 0; i < ids.length; i++) {
    const isPair = ids[i] === left && ids[i + 1] === right;
    result.push(isPair ? merged : ids[i]!);
    if (isPair) i++;
  }
  return result;
}

test('special tokens come first, and are special in the tokenizer.json', () => {
  const trained = trainBpe(['hello hello'], {
    vocabSize: 280,
    specialTokens: ['<s>', '</s>'],
  });
  const tokenizer = loadTokenizer({ 'tokenizer.json': toTokenizerJson(trained) });
  expect([tokenizer.idOf('<s>'), tokenizer.idOf('</s>')]).toEqual([0, 1]);
  expect(tokenizer.isSpecial(1)).toBe(true);
  expect(tokenizer.isSpecial(2)).toBe(false);
  expect(tokenizer.encode('hello hello').ids).toHaveLength(2);
});

test('words are counted by the pattern', () => {
  const words = new WordCounts([scanGpt2]);
  words.add("it's it's");
  words.add('it 12');
  expect([...words.counts]).toEqual([
    ['it', 2],
    ["'s", 2],
    [' it', 1],
    [' 12', 1],
  ]);
});

test('progress goes from 0 to 1', () => {
  const shares: number[] = [];
  trainBpe(textsOf('files'), { vocabSize: 1500 }, share => shares.push(share));
  expect(shares.slice(0, 3)).toEqual([0.1, 0.2, 0.3].map(share => expect.closeTo(share, 6)));
  expect(shares.every((share, i) => share <= 1 && (i === 0 || share >= shares[i - 1]!))).toBe(true);
  expect(shares.at(-1)).toBeGreaterThan(0.95);
});
