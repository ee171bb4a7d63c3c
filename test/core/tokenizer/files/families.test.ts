// Families of tokenizers compared with Rust `tokenizers` on 20,000 fuzzed strings: where each pre_tokenizer splits, and
// the ids of small tokenizers trained with it (training/golden/families.py).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { byteCharacters } from '../../../../src/core/tokenizer/bpe/byteLevel';
import { loadTokenizer } from '../../../../src/core/tokenizer/files/loadTokenizer';
import type { Scan } from '../../../../src/core/tokenizer/patterns/scan';
import { pipelineOf } from '../../../../src/core/tokenizer/files/pipeline';
import { encodeUtf8, utf8Length } from '../../../../src/core/text/utf8';
import { fuzzStrings } from '../../../golden/fuzz';
import { differentBatches } from '../../../support/digests';
import { sampleOf, someOf } from '../../../support/seed';
import { expectSpans } from '../../../support/spans';
import { golden } from '../../../support/paths';

interface Family {
  pre_tokenizer: unknown;
  cuts: string[];
  ids?: string[];
}

const read = (path: string) => JSON.parse(readFileSync(join(golden, path), 'utf8'));
const { seed, count } = read('tokens.json') as { seed: number; count: number };
const { families, normalizers, spaced } = read('families.json') as {
  families: Record<string, Family>;
  normalizers: Record<string, { steps: unknown[]; ids: string[] }>;
  spaced: Record<string, string[]>;
};
const strings = [...fuzzStrings(seed, count)];

const trained = (name: string) =>
  loadTokenizer({ 'tokenizer.json': read(`families/${name}.json`) });

/** Calls back with the end of each pretoken of text[from, to), in UTF-16. */
function cut(
  [scan, ...rest]: readonly Scan[],
  text: string,
  from: number,
  to: number,
  onEnd: (end: number) => void,
): void {
  if (!scan) return onEnd(to);
  for (let at = from; at < to;) {
    const end = scan(text, at, to);
    cut(rest, text, at, end, onEnd);
    at = end;
  }
}

const RUNS = ['a', 'A', ' ', '\n', ' \n', '1', '.', "'", '\u0301', '中', '!a', 'aB', '🙂'];

describe.each(Object.entries(families))('%s', (name, family) => {
  test('splits where Rust tokenizers does', () => {
    const scans = pipelineOf({ pre_tokenizer: family.pre_tokenizer }).scans;
    const byteEnds = (text: string) => {
      const ends: number[] = [];
      let at = 0;
      const onEnd = (end: number) => {
        ends.push((ends.at(-1) ?? 0) + utf8Length(text, at, end));
        at = end;
      };
      if (text !== '') cut(scans, text, 0, text.length, onEnd);
      return Uint32Array.from(ends);
    };
    expect(differentBatches(strings, family.cuts, byteEnds)).toEqual([]);
  });

  if (family.ids) {
    test('has the ids of Rust tokenizers', () => {
      const tokenizer = trained(name);
      const idsOf = (text: string) => tokenizer.encode(text).ids;
      expect(differentBatches(strings, family.ids!, idsOf)).toEqual([]);
    });
  }

  test('takes linear time on long runs', () => {
    const scans = pipelineOf({ pre_tokenizer: family.pre_tokenizer }).scans;
    for (const unit of someOf(RUNS, 2, name.length)) {
      // Quadratic time would take minutes.
      const text = unit.repeat(200_000);
      let last = 0;
      cut(scans, text, 0, text.length, end => (last = end));
      expect(last, unit).toBe(text.length);
    }
  });
});

describe.each(Object.entries(spaced))('%s', (name, digests) => {
  const tokenizer = trained(name);

  test('has the ids of Rust tokenizers', () => {
    expect(differentBatches(strings, digests, text => tokenizer.encode(text).ids)).toEqual([]);
  });

  test('has spans that are adjacent, cover the text, and have the tokens’ own bytes or a mark that they differ', () => {
    for (const text of strings.slice(0, sampleOf(200, 1_000))) expectSpans(tokenizer, text);
  });

  test('takes linear time on long runs', () => {
    for (const unit of someOf(
      ['a', ' ', 'the ', '\n', '中', '🙂', '\u2581', '</'],
      2,
      name.length,
    )) {
      const text = unit.repeat(200_000);
      expect(tokenizer.encode(text).byteEnds.at(-1)).toBe(encodeUtf8(text).length);
    }
  });
});

describe.each(Object.entries(normalizers))('the normalizer %s', (name, { steps, ids }) => {
  const plain = { special: false, normalized: false };
  const tokenizer = loadTokenizer({
    'tokenizer.json': {
      normalizer: { type: 'Sequence', normalizers: steps },
      pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: false },
      added_tokens: [
        { ...plain, id: 256, content: '</' },
        { ...plain, id: 257, content: '[[', normalized: true },
      ],
      model: {
        type: 'BPE',
        vocab: Object.fromEntries(
          [...byteCharacters].sort().map((character, id) => [character, id]),
        ),
        merges: [],
      },
    },
  });

  test('gives the same text as Rust tokenizers', () => {
    expect(differentBatches(strings, ids, text => tokenizer.encode(text).ids)).toEqual([]);
  });

  test('has spans that are adjacent, cover the text, and have the tokens’ own bytes or a mark that they differ', () => {
    for (const text of strings.slice(0, sampleOf(200, 500))) expectSpans(tokenizer, text);
  });

  test('takes linear time on long runs', () => {
    for (const unit of someOf(
      ['a', 'A', ' ', 'é', 'e\u0301', '\u0301', '각', 'ﬁ', '[['],
      2,
      name.length,
    )) {
      const text = `a${unit.repeat(100_000)}a`;
      expect(tokenizer.encode(text).byteEnds.at(-1)).toBe(encodeUtf8(text).length);
    }
  });
});
