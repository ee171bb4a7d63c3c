// Dynamic merging: the published example, and random texts beside a recount after each merge.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeUtf8, encodeUtf8 } from '../../../../src/core/text/utf8';
import { loadTokenizer } from '../../../../src/core/tokenizer/files/loadTokenizer';
import {
  dynamicMerges,
  type DynamicTokens,
} from '../../../../src/core/tokenizerReport/measures/dynamicMerges';
import {
  hasPretokens,
  pretokenUnits,
  wordUnits,
  type TokenUnits,
} from '../../../../src/core/tokenizerReport/measures/tokenUnits';
import { models } from '../../../support/paths';
import { seedOr } from '../../../support/seed';
import { hasShared, shared, tokenizerOf } from '../../../support/shared';
import { pick, randomOf } from '../../../support/toys';
import { processorSeconds } from '../../../support/processorSeconds';

const textOf = (bytes: Uint8Array) => decodeUtf8(bytes)!;
const spelled = ({ ids, bytesOf }: DynamicTokens) =>
  ids.map(text => Array.from(text, id => textOf(bytesOf(id))));

/** The same by its definition: all pairs are counted anew before each merge. `units`: [text, unit, token]. */
function recounted(units: readonly string[][][], most: number) {
  let texts = units;
  const count = () => texts.flat(2).length;
  const lengths = [count()];
  const merges: { left: string; right: string; count: number }[] = [];
  while (merges.length < most) {
    const counts = new Map<string, { left: string; right: string; count: number }>();
    for (const unit of texts.flat()) {
      for (let i = 1; i < unit.length; i++) {
        const [left, right] = [unit[i - 1]!, unit[i]!];
        const known = counts.get(`${left}|${right}`) ?? { left, right, count: 0 };
        known.count++;
        counts.set(`${left}|${right}`, known);
      }
    }
    // A sort keeps the order of equals, which is that of their first places.
    const [best] = [...counts.values()].sort((a, b) => b.count - a.count);
    if (!best) break;
    merges.push(best);
    texts = texts.map(text => text.map(unit => mergedIn(unit, best.left, best.right)));
    lengths.push(count());
  }
  return { lengths, merges, texts: texts.map(text => text.flat()) };
}

function mergedIn(unit: readonly string[], left: string, right: string): string[] {
  const merged: string[] = [];
  for (let i = 0; i < unit.length; i++) {
    const isPair = unit[i] === left && unit[i + 1] === right;
    merged.push(isPair ? left + right : unit[i]!);
    if (isPair) i++;
  }
  return merged;
}

/** Texts of random tokens of `vocabulary` in units of up to 8. */
function randomUnits(random: () => number, vocabulary: readonly string[]): string[][][] {
  const upTo = (most: number) => 1 + Math.floor(random() * most);
  return Array.from({ length: upTo(3) }, () =>
    Array.from({ length: upTo(12) }, () =>
      Array.from({ length: upTo(8) }, () => pick(random, vocabulary)),
    ),
  );
}

function tokensOf(text: readonly string[][], vocabulary: readonly string[]): TokenUnits {
  const starts: number[] = [];
  let at = 0;
  for (const unit of text) {
    starts.push(at);
    at += unit.length;
  }
  return { ids: text.flat().map(token => vocabulary.indexOf(token)), starts };
}

test('equals a recount after each merge', () => {
  const random = randomOf(seedOr(1));
  for (let round = 0; round < 400; round++) {
    // Some tokens are what merging others makes.
    const vocabulary = pick(random, [
      ['a', 'b'],
      ['a', 'b', 'c', 'ab', 'bc', 'abc'],
      ['a', 'aa', 'aaa'],
      ['x', 'y', 'z', 'xy', 'é'],
    ]);
    const texts = randomUnits(random, vocabulary);
    const most = Math.floor(random() * 30);
    const expected = recounted(texts, most);
    const found = dynamicMerges(
      texts.map(text => tokensOf(text, vocabulary)),
      { vocabSize: vocabulary.length, bytesOf: id => encodeUtf8(vocabulary[id]!) },
      most,
    );
    expect(
      found.merges.map(({ left, right, count }) => ({
        left: textOf(left),
        right: textOf(right),
        count,
      })),
    ).toEqual(expected.merges);
    expect([...found.lengths]).toEqual(expected.lengths);
    expect(spelled(found)).toEqual(expected.texts);
  }
});

test('every unit becomes one token, the length never rises, and the whole units are counted', () => {
  const random = randomOf(seedOr(2));
  for (let round = 0; round < 100; round++) {
    const vocabulary = ['a', 'b', 'c', 'ab'];
    const texts = randomUnits(random, vocabulary);
    const found = dynamicMerges(
      texts.map(text => tokensOf(text, vocabulary)),
      { vocabSize: 4, bytesOf: id => encodeUtf8(vocabulary[id]!) },
      Infinity,
    );
    const units = texts.flat();
    expect(found.units).toBe(units.length);
    expect(found.lengths.at(-1)).toBe(units.length);
    expect(spelled(found)).toEqual(texts.map(text => text.map(unit => unit.join(''))));
    expect([...found.lengths].every((length, m, all) => m === 0 || length < all[m - 1]!)).toBe(
      true,
    );
    const several = new Map<string, number>();
    for (const unit of units) {
      if (unit.length === 1) continue;
      several.set(unit.join(''), (several.get(unit.join('')) ?? 0) + 1);
    }
    expect(new Map(found.whole.map(({ bytes, count }) => [textOf(bytes), count]))).toEqual(several);
  }
});

describe.skipIf(!hasShared)('the published example, with the tokenizer of Mistral', () => {
  const name = 'tokenizer.model.v1';
  const examples = [
    'Ribonucleoprotein particles regulate mRNA stability.',
    'mRNA stability is modulated by ribonucleoprotein factors.',
  ];

  test('36 tokens become 20 with 10 merges', () => {
    const bytes = new Uint8Array(readFileSync(join(shared, 'tokenizers/mistral', name)));
    const tokenizer = loadTokenizer({ sentencePiece: { name, bytes } });
    expect(hasPretokens(tokenizer)).toBe(false);
    const texts = examples.map(text => wordUnits(tokenizer, text));
    const found = dynamicMerges(texts, tokenizer, 10);
    // A start for each text, and padding for the shorter one.
    const [first, second] = texts.map(({ ids }) => ids.length);
    expect(2 * (1 + Math.max(first!, second!))).toBe(36);
    // A start and an end for each text.
    expect(found.lengths.at(-1)! + 4).toBe(20);
    expect(spelled(found)).toEqual([
      [' Ribonucleoprotein', ' particles', ' regulate', ' mRNA', ' stability', '.'],
      [
        ' mRNA',
        ' stability',
        ' is',
        ' mod',
        'ulated',
        ' by',
        ' rib',
        'onucleoprotein',
        ' factors',
        '.',
      ],
    ]);
    expect(found.merges.map(({ count }) => count)).toEqual([2, 2, 2, 2, 2, 2, 2, 1, 1, 1]);
    expect(found.whole.map(each => [textOf(each.bytes), each.count])).toEqual([
      [' mRNA', 2],
      [' Ribonucleoprotein', 1],
      [' regulate', 1],
    ]);
  });
});

describe('units', () => {
  const tokenizer = tokenizerOf(join(models, 'coder'));
  const unitsOf = ({ ids, starts }: TokenUnits) =>
    Array.from(starts, (start, unit) => {
      const part = Array.from(ids).slice(start, starts[unit + 1]);
      return Buffer.concat(part.map(id => tokenizer.bytesOf(id))).toString();
    });

  test('pretokens and added tokens', () => {
    expect(hasPretokens(tokenizer)).toBe(true);
    expect(unitsOf(pretokenUnits(tokenizer, '(parseFloats)\n  x12'))).toEqual([
      '(parseFloats',
      ')\n',
      ' ',
      ' x',
      '1',
      '2',
    ]);
  });

  test('words within pretokens', () => {
    // The token "(p" goes across the end of a word.
    expect(unitsOf(wordUnits(tokenizer, '(parse) naïvetés 12_zzq'))).toEqual([
      '(parse',
      ')',
      ' naïvetés',
      ' ',
      '1',
      '2',
      '_',
      'zzq',
    ]);
    expect(unitsOf(pretokenUnits(tokenizer, '_zzq'))).toEqual(['_zzq']);
  });

  test('no unit of an empty text', () => {
    expect(wordUnits(tokenizer, '')).toEqual({ ids: new Uint32Array(), starts: new Uint32Array() });
    expect(dynamicMerges([wordUnits(tokenizer, '')], tokenizer, 3).lengths).toEqual(
      Uint32Array.of(0),
    );
  });

  test('a megabyte with a thousand merges comes to its end', () => {
    const random = randomOf(seedOr(3));
    const words = Array.from({ length: 20_000 }, () =>
      Array.from({ length: 2 + Math.floor(random() * 9) }, () => pick(random, [...'etaoinshr'])),
    );
    let text = '';
    // Few words are frequent.
    while (text.length < 2 ** 20) {
      text += ` ${words[Math.floor(words.length ** random()) - 1]!.join('')}`;
    }
    const units = wordUnits(tokenizer, text);
    const shares: number[] = [];
    let merges: readonly object[] = [];
    // To scan all units for each merge takes minutes.
    const seconds = processorSeconds(() => {
      ({ merges } = dynamicMerges([units], tokenizer, 1000, share => shares.push(share)));
    });
    expect(seconds).toBeLessThan(5);
    expect(merges.length).toBe(1000);
    expect(shares[0]).toBeCloseTo(0.256);
  });
});
