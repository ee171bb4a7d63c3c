// The cursor's text grows and shrinks; properties of its probabilities for any model.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CoverTree } from '../../../src/core/exactBytes/coverTree';
import { ByteCursor } from '../../../src/core/exactBytes/byteCursor';
import { wholeText } from '../../support/wholeText';
import type { NextByte } from '../../../src/core/exactBytes/nextByte';
import { ByteRules } from '../../../src/core/exactBytes/byteRules';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import { Oracle } from '../../support/byteOracle';
import { seedOr, seedsOr } from '../../support/seed';
import { tokenizerOf } from '../../support/shared';
import {
  modelOf,
  pick,
  randomModel,
  randomOf,
  randomText,
  randomToy,
  TOY_CYCLE,
  type TestModel,
} from '../../support/toys';
import { models } from '../../support/paths';

const coder = tokenizerOf(join(models, 'coder'));
const coderRules = new ByteRules(coder);
const coderEnd = coder.idOf('<|endoftext|>')!;
const coderModel = modelOf([coderEnd], context => {
  const random = randomOf(context.reduce((hash, token) => Math.imul(hash ^ token, 0x01000193), 7));
  return Float64Array.from({ length: coder.vocabSize }, () => 14 * random());
});
const CODE = "def f(x):\n    return x's  \n\n\tif 12 == é日:\n        pass  # I'll 😀\n";

/** Compares all numbers of the two; those of bytes only if they have a probability. */
function expectSame(found: NextByte, expected: NextByte, tolerance = 1e-9): void {
  const parts = ({ logprobs, end, leak }: NextByte) => [...logprobs, end, leak].map(Math.exp);
  parts(found).forEach((p, i) => expect(Math.abs(p - parts(expected)[i]!)).toBeLessThan(tolerance));
}

function shapeOf({ trunk, nodes, heads }: CoverTree) {
  const plain = nodes.map(({ parent, token, prefix }) => [parent, token, prefix.tokens.join()]);
  return { trunk, nodes: plain, heads };
}

function sumOf({ logprobs, end, leak, untested }: NextByte): number {
  return [...logprobs, end, leak, untested].reduce((sum, part) => sum + Math.exp(part), 0);
}

function negativeLogprob(model: TestModel, tokens: readonly number[]): number {
  return tokens.reduce((sum, token, i) => sum - model.row(tokens.slice(0, i))[token]!, 0);
}

describe('advance and back', () => {
  test('give the same as opening anew, for random edits', async () => {
    const random = randomOf(seedOr(3));
    for (const seed of seedsOr(Array(14).keys(), TOY_CYCLE)) {
      const toy = randomToy(seed, 14);
      const rules = new ByteRules(toy.tokenizer);
      const model = randomModel(toy, seed);
      const cursor = await ByteCursor.openAt(rules, model, new Uint8Array());
      const typed: number[] = [];
      const coming: number[] = [];
      for (let step = 0; step < 24; step++) {
        if (random() < 0.35 && typed.length > 0) {
          await cursor.back();
          coming.unshift(typed.pop()!);
        } else {
          // The rest of an incomplete character must come first.
          if (!coming.length || (coming[0]! & 0xc0) !== 0x80) coming.splice(0);
          if (!coming.length) coming.push(...encodeUtf8(randomText(toy, random, 1)));
          typed.push(coming.shift()!);
          await cursor.advance(typed.at(-1)!);
        }
        const fresh = await ByteCursor.openAt(rules, model, Uint8Array.from(typed));
        expect(cursor.length).toBe(typed.length);
        expect(shapeOf(cursor.tree)).toEqual(shapeOf(fresh.tree));
        expectSame(cursor.next(), fresh.next());
      }
    }
  });

  test('back past the kept states opens anew', async () => {
    const bytes = encodeUtf8(CODE);
    const cursor = await ByteCursor.openAt(coderRules, coderModel, bytes.subarray(0, 10));
    for (const byte of bytes.subarray(10, 50)) await cursor.advance(byte);
    const { evaluated } = cursor;
    for (let i = 0; i < 31; i++) await cursor.back();
    expect(cursor.evaluated).toBe(evaluated);
    await cursor.back();
    expect(cursor.evaluated).toBeGreaterThan(evaluated);
    for (let i = 0; i < 13; i++) await cursor.back();
    expect(cursor.length).toBe(5);
    const fresh = await ByteCursor.openAt(coderRules, coderModel, bytes.subarray(0, 5));
    expectSame(cursor.next(), fresh.next());
    for (let i = 0; i < 6; i++) await cursor.back();
    expect(cursor.length).toBe(0);
  });

  test('a byte costs little more than one row, and going back costs none', async () => {
    const bytes = encodeUtf8(CODE);
    const cursor = await ByteCursor.openAt(coderRules, coderModel, new Uint8Array());
    for (const byte of bytes) await cursor.advance(byte);
    const { evaluated } = cursor;
    expect(evaluated).toBeLessThan(1.5 * bytes.length);
    for (let i = 0; i < 20; i++) await cursor.back();
    expect(cursor.evaluated).toBe(evaluated);
  });

  test('a byte that no text has there is refused, and nothing moves', async () => {
    const cursor = await ByteCursor.openAt(coderRules, coderModel, encodeUtf8('a'));
    await cursor.advance(0xe6);
    await expect(cursor.advance(0x41)).rejects.toThrow(/not UTF-8 at byte 1/);
    expect(cursor.length).toBe(2);
    await cursor.advance(0x97);
    expect(cursor.length).toBe(3);
  });
});

describe('every byte of a text', () => {
  test('P(b|x) is Π(xb) / Π(x), and the parts add up to 1', async () => {
    const bytes = encodeUtf8(CODE);
    const cursor = await ByteCursor.openAt(coderRules, coderModel, new Uint8Array());
    for (const byte of bytes) {
      const next = cursor.next();
      expect(Math.abs(sumOf(next) - 1)).toBeLessThan(1e-12);
      expect(Math.abs(next.logMass - cursor.logMass)).toBeLessThan(1e-10);
      await cursor.advance(byte);
      expect(Math.abs(next.logprobs[byte]! - (cursor.logMass - next.logMass))).toBeLessThan(1e-9);
    }
  });

  test('the surprisals and the end add up to the negative log-probability of the tokens and the end', async () => {
    for (const text of [CODE, '', ' ', "it's", '    \n', CODE.repeat(2)]) {
      const bytes = encodeUtf8(text);
      const { surprisals, leaving: end, leaks } = await wholeText(coderRules, coderModel, bytes);
      const expected = negativeLogprob(coderModel, [...coder.encode(text).ids, coderEnd]);
      const sum = surprisals.reduce((a, b) => a + b, end);
      expect(Math.abs(sum / expected - 1)).toBeLessThan(1e-12);
      expect(surprisals.length).toBe(bytes.length);
      expect(surprisals.every(surprisal => surprisal > 0)).toBe(true);
      expect(leaks.every(leak => leak >= 0 && leak < 1)).toBe(true);
    }
  });

  test('of two paths that spell a text only its own tokens can end it', async () => {
    // Three spaces are one token at the end of a text, and two before a word.
    const text = 'x:\n   ';
    const cursor = await ByteCursor.openAt(coderRules, coderModel, encodeUtf8(text));
    const { heads, trunk } = cursor.tree;
    expect(heads.filter(({ rest }) => rest === '')).toHaveLength(2);
    const all = [...coder.encode(text).ids, coderEnd];
    const own = negativeLogprob(coderModel, trunk) - negativeLogprob(coderModel, all);
    expect(cursor.next().end).toBeCloseTo(own - cursor.logMass, 9);
  });

  test('text that ends inside a character is not a whole text', async () => {
    const broken = encodeUtf8('日').subarray(0, 2);
    await expect(wholeText(coderRules, coderModel, broken)).rejects.toThrow(/ends inside/);
    // An error late in the text is reported before the model is asked.
    const rows = () => Promise.reject(new Error('was asked'));
    const late = Uint8Array.of(0x61, 0x62, 0xff, 0x63, 0x64);
    await expect(wholeText(coderRules, { ...coderModel, rows }, late)).rejects.toThrow(/byte 2/);
  });

  test('a model that is sure of a text is sure of its bytes', async () => {
    const tokens = [...coder.encode(CODE).ids, coderEnd];
    const sure = modelOf([coderEnd], context => {
      const row = new Float64Array(coder.vocabSize).fill(-Infinity);
      row[tokens[context.length]!] = 0;
      return row;
    });
    const cursor = await ByteCursor.openAt(coderRules, sure, new Uint8Array());
    for (const byte of encodeUtf8(CODE)) {
      const next = cursor.next();
      expect(next.logprobs[byte]).toBe(0);
      expect(sumOf(next)).toBe(1);
      expect(next.leak).toBe(-Infinity);
      await cursor.advance(byte);
    }
    expect(cursor.next().end).toBe(0);
    await expect(
      ByteCursor.openAt(coderRules, sure, encodeUtf8('no')).then(c => c.next()),
    ).rejects.toThrow(/a probability of 0/);
  });
});

describe('models and tokenizers', () => {
  test('a uniform model gives a first byte the share of the tokens that can begin a text with it', async () => {
    const toy = randomToy(4, 12);
    const size = toy.tokenizer.vocabSize;
    const uniform = modelOf([toy.end], () => new Float64Array(size));
    const oracle = new Oracle(toy, uniform.row);
    const next = (
      await ByteCursor.openAt(new ByteRules(toy.tokenizer), uniform, new Uint8Array())
    ).next();
    const counts = new Array<number>(256).fill(0);
    for (let id = 0; id < size; id++) {
      if (!toy.tokenizer.isSpecial(id) && oracle.isCanonical([id]))
        counts[toy.tokenizer.bytesOf(id)[0]!]!++;
    }
    counts.forEach((count, byte) =>
      expect(Math.exp(next.logprobs[byte]!)).toBeCloseTo(count / size, 12),
    );
    expect(Math.exp(next.end)).toBeCloseTo(1 / size, 12);
    // Bytes that begin no character are part of the leak.
    expect(counts[0xff]).toBe(0);
  });

  test('other ids for the same tokens, and tokens that the vocabulary lacks, change nothing', async () => {
    for (const seed of seedsOr(Array(14).keys(), TOY_CYCLE)) {
      const toy = randomToy(seed);
      const other = randomToy(seed, 9, true);
      const model = randomModel(toy, seed);
      const size = toy.tokenizer.vocabSize;
      const label = (id: number) => size - 1 - id;
      const relabelled = modelOf([other.end], context => {
        const row = model.row(context.map(label));
        // A model may have more rows than the tokenizer has tokens.
        return Float64Array.from({ length: size + 5 }, (_, id) =>
          id < size ? row[label(id)]! : -Infinity,
        );
      });
      const x = encodeUtf8(randomText(toy, randomOf(seed), 3));
      const expected = await ByteCursor.openAt(new ByteRules(toy.tokenizer), model, x);
      const found = await ByteCursor.openAt(new ByteRules(other.tokenizer), relabelled, x);
      expectSame(found.next(), expected.next(), 1e-12);
      expectSame(found.nextRenormalised(), expected.nextRenormalised(), 1e-12);
    }
  });

  test('what is left untested bounds what is missing', async () => {
    const expectBounded = (cursor: ByteCursor, share: number) => {
      const exact = cursor.next();
      const lazy = cursor.next(share);
      const untested = Math.exp(lazy.untested);
      expect(untested).toBeLessThan(share + 1e-12);
      expect(Math.abs(sumOf(lazy) - 1)).toBeLessThan(1e-12);
      // No byte gets it: some of it is of tokens that the tokenizer does not produce there.
      lazy.logprobs.forEach((logprob, byte) => {
        const missing = Math.exp(exact.logprobs[byte]!) - Math.exp(logprob);
        if (!(missing > -1e-12 && missing < untested + 1e-12))
          expect([byte, missing]).toEqual([byte, `0 to ${untested}`]);
      });
      return untested;
    };
    const bytes = encodeUtf8(CODE);
    for (const cut of [3, 12, 20, 24, 40]) {
      const cursor = await ByteCursor.openAt(coderRules, coderModel, bytes.subarray(0, cut));
      expect(expectBounded(cursor, 1e-2)).toBeGreaterThan(0);
    }
    for (const seed of seedsOr(Array(28).keys(), TOY_CYCLE)) {
      const toy = randomToy(seed, 14);
      const x = encodeUtf8(randomText(toy, randomOf(seed), 4));
      const rules = new ByteRules(toy.tokenizer);
      expectBounded(await ByteCursor.openAt(rules, randomModel(toy, seed), x), 0.9);
    }
  });

  test('renormalised, nothing leaks and the rest adds up to 1', async () => {
    const bytes = encodeUtf8(CODE);
    for (const cut of [0, 12, 20, 47]) {
      const cursor = await ByteCursor.openAt(coderRules, coderModel, bytes.subarray(0, cut));
      const next = cursor.nextRenormalised();
      expect(next.leak).toBe(-Infinity);
      expect(Math.abs(sumOf(next) - 1)).toBeLessThan(1e-12);
      expect(Math.exp(cursor.next().leak)).toBeGreaterThan(0);
    }
  });

  test('at a certain boundary, exact equals naive except for the leak', async () => {
    // No token extends from a full stop and a newline into the following text.
    const x = encodeUtf8('1.\n');
    const cursor = await ByteCursor.openAt(coderRules, coderModel, x);
    const { heads, trunk } = cursor.tree;
    const random = randomOf(seedOr(1));
    expect(heads.some(({ rest }) => rest === '')).toBe(true);
    const single = await ByteCursor.openAt(coderRules, coderModel, encodeUtf8('x1'));
    expect(single.tree.heads).toHaveLength(1);
    const next = single.next();
    const row = coderModel.row([...single.tree.trunk]);
    const byte = pick(random, [0x20, 0x28, 0x61]);
    const naive = coderRules.tokens.startingWith(String.fromCharCode(byte));
    let sum = 0;
    for (let place = naive.start; place < naive.end; place++) {
      sum += Math.exp(row[coderRules.tokens.ids[place]!]!);
    }
    expect(Math.abs(Math.exp(next.logprobs[byte]!) - sum)).toBeLessThan(1e-12);
    expect(trunk.length).toBeGreaterThan(0);
  });
});
