// Chunks and their metrics: by hand, by properties, and by their definition on sets of tokens.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  chunksBySeparators,
  chunksByTokens,
  TokenPlaces,
  type TokenRange,
} from '../../../../src/core/tokenizerReport/measures/chunkers';
import {
  chunkMetrics,
  meanMetrics,
  touchingChunks,
  type ChunkMetrics,
} from '../../../../src/core/tokenizerReport/measures/chunks';
import { cutAt, randomCuts } from '../../../support/cutEncoding';
import { seedOr } from '../../../support/seed';
import { hasShared, shared, tokenizerOf } from '../../../support/shared';
import { models } from '../../../support/paths';
import { processorSeconds } from '../../../support/processorSeconds';
import { pick, randomOf } from '../../../support/toys';

const range = (first: number, end: number): TokenRange => ({ first, end });
const tokensOf = ({ first, end }: TokenRange) =>
  Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i);

/** By the definition: lists and sets of tokens. */
function byDefinition(
  chunks: readonly TokenRange[],
  references: readonly TokenRange[],
  retrieved?: readonly number[],
): ChunkMetrics {
  const expected = new Set(references.flatMap(tokensOf));
  const touching = chunks.filter(chunk => tokensOf(chunk).some(token => expected.has(token)));
  const ratios = (taken: readonly TokenRange[]) => {
    const given = taken.flatMap(tokensOf);
    const both = new Set(given.filter(token => expected.has(token))).size;
    const ratio = (whole: number) => (whole === 0 ? null : both / whole);
    return [ratio(expected.size), ratio(given.length), ratio(expected.size + given.length - both)];
  };
  const [recall, precision, iou] = ratios(retrieved ? retrieved.map(i => chunks[i]!) : touching);
  return {
    recall: recall!,
    precision: precision!,
    iou: iou!,
    precisionOmega: ratios(touching)[1]!,
  };
}

describe('metrics', () => {
  test('tokens that several chunks have are retrieved several times, and shared once', () => {
    const chunks = [range(0, 10), range(5, 15), range(15, 25)];
    expect(touchingChunks(chunks, [range(8, 12)])).toEqual([0, 1]);
    expect(chunkMetrics(chunks, [range(8, 12)])).toEqual({
      recall: 1,
      precision: 4 / 20,
      iou: 4 / 20,
      precisionOmega: 4 / 20,
    });
    expect(chunkMetrics(chunks, [range(8, 12), range(9, 10)], [0, 2])).toEqual({
      recall: 2 / 4,
      precision: 2 / 20,
      iou: 2 / 22,
      precisionOmega: 4 / 20,
    });
  });

  test('of nothing are null', () => {
    const none = { recall: null, precision: null, iou: null, precisionOmega: null };
    expect(chunkMetrics([range(0, 3)], [])).toEqual(none);
    expect(chunkMetrics([range(0, 3)], [range(1, 2)], [])).toEqual({
      recall: 0,
      precision: null,
      iou: 0,
      precisionOmega: 1 / 3,
    });
    expect(meanMetrics([])).toEqual(none);
    const one = { recall: 1, precision: null, iou: 0, precisionOmega: 0.5 };
    expect(meanMetrics([one, { ...one, precision: 0.25, iou: 1 }])).toEqual({
      recall: 1,
      precision: 0.25,
      iou: 0.5,
      precisionOmega: 0.5,
    });
  });

  test('random ranges: as by the definition', () => {
    const random = randomOf(seedOr(38));
    const below = (limit: number) => Math.floor(random() * limit);
    const some = (count: number) =>
      Array.from({ length: below(count) }, () => {
        const first = below(30);
        return range(first, first + below(8));
      });
    for (let round = 0; round < 500; round++) {
      const [chunks, references] = [some(7), some(5)];
      const retrieved = chunks.flatMap((_, i) => (random() < 0.5 ? [i] : []));
      expect(chunkMetrics(chunks, references)).toEqual(byDefinition(chunks, references));
      const found = chunkMetrics(chunks, references, retrieved);
      expect(found).toEqual(byDefinition(chunks, references, retrieved));
    }
  });
});

describe('chunks', () => {
  test('of tokens begin one step after another', () => {
    expect(chunksByTokens(10, { size: 4, overlap: 1 })).toEqual([
      range(0, 4),
      range(3, 7),
      range(6, 10),
    ]);
    expect(chunksByTokens(5, { size: 4, overlap: 0 })).toEqual([range(0, 4), range(4, 5)]);
    expect(chunksByTokens(3, { size: 5, overlap: 4 })).toEqual([range(0, 3)]);
    expect(chunksByTokens(0, { size: 5, overlap: 0 })).toEqual([]);
    for (const wrong of [
      { size: 0, overlap: 0 },
      { size: 4, overlap: 4 },
      { size: 4, overlap: -1 },
    ]) {
      expect(() => chunksByTokens(3, wrong)).toThrow(RangeError);
    }
  });

  /** A token for each character of ASCII. */
  const placesOf = (text: string) =>
    new TokenPlaces(
      text,
      cutAt(
        text,
        Array.from(text, (_, i) => i + 1),
      ),
    );
  const split = (text: string, size: number, overlap: number) => {
    const places = placesOf(text);
    return chunksBySeparators(places, { size, overlap }).map(chunk =>
      text.slice(places.startOf(chunk.first), places.startOf(chunk.end)),
    );
  };

  test('at separators keep paragraphs, then lines, sentences and words together', () => {
    expect(split('aa bb.\n\ncc', 20, 0)).toEqual(['aa bb.\n\ncc']);
    expect(split('aa bb.\n\ncc', 9, 0)).toEqual(['aa bb.\n\n', 'cc']);
    expect(split('aa bb. cc dd\n\nee', 8, 0)).toEqual(['aa bb. ', 'cc dd\n\n', 'ee']);
    expect(split('abcdefgh', 3, 0)).toEqual(['abc', 'def', 'gh']);
    expect(split('', 3, 0)).toEqual([]);
  });

  test('a separator that a part lacks is not searched in the rest of the text', () => {
    const line = `${'.'.repeat(600)}\n`;
    const text = line.repeat(6000);
    const ends = Uint32Array.from({ length: text.length }, (_, i) => i + 1);
    const places = new TokenPlaces(text, {
      ids: ends,
      byteStarts: ends.map(end => end - 1),
      byteEnds: ends,
      normalized: undefined,
      missing: undefined,
    });
    const seconds = processorSeconds(() => chunksBySeparators(places, { size: 500, overlap: 0 }));
    expect(seconds).toBeLessThan(5);
  });

  test('at separators share whole parts', () => {
    expect(split('aa bb cc dd ', 6, 3)).toEqual(['aa bb ', 'bb cc ', 'cc dd ']);
    expect(split('aa bb cc dd ', 6, 2)).toEqual(['aa bb ', 'cc dd ']);
    // Where the next part leaves no room, nothing is shared.
    expect(split('aa bb cccc dd ', 6, 3)).toEqual(['aa bb ', 'cccc ', 'dd ']);
  });

  test('random texts: all tokens, in order, no more than the size, no more shared than may be', () => {
    const random = randomOf(seedOr(7));
    for (let round = 0; round < 200; round++) {
      const text = Array.from({ length: 40 }, () =>
        pick(random, ['a', 'é', '𐌰', ' ', '\n', '. ', '\n\n']),
      ).join('');
      const places = new TokenPlaces(text, randomCuts(text, random));
      const size = 1 + Math.floor(random() * 12);
      const overlap = Math.floor(random() * size);
      const chunks = chunksBySeparators(places, { size, overlap });
      expect(chunks[0]!.first).toBe(0);
      expect(chunks.at(-1)!.end).toBe(places.count);
      for (const [i, { first, end }] of chunks.entries()) {
        expect(end - first).toBeLessThanOrEqual(size);
        const next = chunks[i + 1];
        if (!next) continue;
        expect(next.first).toBeGreaterThan(first);
        expect(next.end).toBeGreaterThan(end);
        expect(end - next.first).toBeGreaterThanOrEqual(0);
        expect(end - next.first).toBeLessThanOrEqual(overlap);
      }
    }
  });
});

test.skipIf(!hasShared)('questions on a speech: as by the definition, for all settings', () => {
  const folder = join(shared, 'papers/chunks');
  const text = readFileSync(join(folder, 'state_of_the_union.md'), 'utf8');
  const questions = readFileSync(join(folder, 'state_of_the_union.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as { references: { start: number; end: number }[] });
  // The offsets are in code points.
  const places = new TokenPlaces(text, tokenizerOf(join(models, 'coder')).encode(text));
  const units = [0];
  for (const character of text) units.push(units.at(-1)! + character.length);
  const ranges = questions.map(({ references }) =>
    references.map(({ start, end }) => places.rangeOf(units[start]!, units[end]!)),
  );
  expect(ranges.flat().every(({ first, end }) => first < end)).toBe(true);
  expect(questions).toHaveLength(76);
  for (const [size, overlap] of [
    [100, 0],
    [100, 50],
    [400, 100],
  ] as const) {
    const [byTokens, bySeparators] = [
      chunksByTokens(places.count, { size, overlap }),
      chunksBySeparators(places, { size, overlap }),
    ].map(chunks => {
      const found = ranges.map(references => chunkMetrics(chunks, references));
      expect(found).toEqual(ranges.map(references => byDefinition(chunks, references)));
      return meanMetrics(found);
    });
    expect([byTokens!.recall, bySeparators!.recall]).toEqual([1, 1]);
    // Passages are sentences, and so are parts.
    expect(bySeparators!.precisionOmega).toBeGreaterThan(byTokens!.precisionOmega!);
  }
});
