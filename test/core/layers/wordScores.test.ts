// Words of a toy language model: a table of next tokens for every prefix, small enough to enumerate what may follow.
import { describe, expect, test } from 'vitest';
import { continuesWord, wordsOf } from '../../../src/core/layers/tokenWords';
import { endMassOf, wholeWordHit, wordNats } from '../../../src/core/layers/wordScores';
import { seededRandom } from '../../../src/core/random';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import { cutAt } from '../../support/cutEncoding';
import { seedOr } from '../../support/seed';
import { pick, type Random } from '../../support/toys';

/** Leading spaces, tokens that only go on, tokens that may do either; the last one ends the text. */
const VOCABULARY = ['a', 'b', 'ab', ' a', ' b', '!', ' ', '<end>'];
const END = VOCABULARY.length - 1;
const CONTINUES = Uint8Array.from(VOCABULARY, (token, id) =>
  id !== END && continuesWord(encodeUtf8(token)) ? 1 : 0,
);
const IDS = VOCABULARY.map((_, id) => id);
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/** Probabilities of the next token by the prefix, made when they are asked for. */
class ToyModel {
  readonly #rows = new Map<string, number[]>();
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  next(prefix: readonly number[]): number[] {
    const key = prefix.join(' ');
    const known = this.#rows.get(key);
    if (known) return known;
    const scores = VOCABULARY.map(() => Math.exp(3 * this.#random()));
    const row = scores.map(score => score / sum(scores));
    this.#rows.set(key, row);
    return row;
  }

  probabilityOf(prefix: readonly number[], tokens: readonly number[]): number {
    let product = 1;
    tokens.forEach((id, i) => (product *= this.next([...prefix, ...tokens.slice(0, i)])[id]!));
    return product;
  }
}

const isWordOpen = (prefix: readonly number[]) => {
  const last = prefix.at(-1);
  return last !== undefined && /[ab]$/.test(VOCABULARY[last]!);
};
const ends = (prefix: readonly number[], next: number) => !isWordOpen(prefix) || !CONTINUES[next];

function sequences(length: number): number[][] {
  if (length === 0) return [[]];
  return sequences(length - 1).flatMap(before => IDS.map(id => [...before, id]));
}

/** A text of these tokens with what the model says of it. */
function score(model: ToyModel, tokens: readonly number[]) {
  const texts = tokens.map(id => VOCABULARY[id]!);
  const text = texts.join('');
  const cuts = texts.map((_, i) => texts.slice(0, i + 1).join('').length);
  const rows = Array.from({ length: tokens.length + 1 }, (_, t) => model.next(tokens.slice(0, t)));
  return {
    words: wordsOf(text, cutAt(text, cuts)),
    nats: tokens.map((id, t) => -Math.log(rows[t]![id]!)),
    endMass: rows.map(row => endMassOf(row.map(Math.log), CONTINUES)),
  };
}

const randomTokens = (random: Random, length: number) =>
  Array.from({ length }, () => pick(random, IDS.slice(0, END)));

test('the mass of an end is that of the tokens that do not go on', () => {
  const logprobs = [0.1, 0.2, 0.3, 0.4].map(Math.log);
  expect(Math.exp(endMassOf(logprobs, Uint8Array.of(1, 0, 1, 0)))).toBeCloseTo(0.6, 12);
  expect(endMassOf(logprobs, Uint8Array.of(1, 1, 1, 1))).toBe(-Infinity);
});

describe('words of a toy model', () => {
  test('have the probability that enumeration gives them', () => {
    const seed = seedOr(61);
    const random = seededRandom(seed);
    let checked = 0;
    for (let round = 0; round < 40; round++) {
      const model = new ToyModel(seed + round);
      const tokens = randomTokens(random, 8);
      const { words, nats, endMass } = score(model, tokens);
      const found = wordNats(words, nats, endMass);
      for (let unit = 0; unit < found.length; unit++) {
        const [first, end] = [words.starts[unit]!, words.starts[unit + 1]!];
        if (end - first > 3) continue;
        checked++;
        const prefix = tokens.slice(0, first);
        const own = tokens.slice(first, end);
        // All that the model may write next, where the word before has ended: the share that is this word, ended.
        let all = 0;
        let hits = 0;
        for (const next of sequences(end - first + 1)) {
          if (!ends(prefix, next[0]!)) continue;
          const probability = model.probabilityOf(prefix, next);
          all += probability;
          if (own.every((id, i) => id === next[i]) && ends([...prefix, ...own], next.at(-1)!))
            hits += probability;
        }
        expect(Math.exp(-found[unit]!)).toBeCloseTo(hits / all, 10);
      }
    }
    expect(checked).toBeGreaterThan(100);
  });

  test('are a distribution: all units that may come next, and those that have not ended yet', () => {
    const seed = seedOr(62);
    for (const before of [[], [3], [3, 5], [0, 2]]) {
      const model = new ToyModel(seed);
      let total = 0;
      for (const length of [1, 2, 3, 4]) {
        for (const own of sequences(length)) {
          if (!ends(before, own[0]!)) continue;
          // Later tokens have to go on with the word.
          if (own.some((id, i) => i > 0 && ends([...before, ...own.slice(0, i)], id))) continue;
          const tokens = [...before, ...own].filter(id => id !== END);
          const { words, nats, endMass } = score(model, [...before, ...own]);
          if (tokens.length < before.length + length) {
            // The end of the text, as the unit that it is.
            total +=
              model.next(before)[END]! / Math.exp(isWordOpen(before) ? endMass[before.length]! : 0);
            continue;
          }
          const unit = words.starts.indexOf(before.length);
          expect(words.starts[unit + 1]).toBe(tokens.length);
          const nat = wordNats(words, nats, endMass)[unit]!;
          // At the greatest length also what goes on after it.
          const after = isWordOpen(tokens) && length === 4 ? endMass[tokens.length]! : 0;
          total += Math.exp(-nat - after);
        }
      }
      expect(total).toBeCloseTo(1, 10);
    }
  });

  test('and the tokens between them have the nats of all tokens, and of the last end', () => {
    const seed = seedOr(63);
    const random = seededRandom(seed);
    for (let round = 0; round < 100; round++) {
      const tokens = randomTokens(random, 1 + (round % 30));
      const { words, nats, endMass } = score(new ToyModel(seed + round), tokens);
      const all = sum(nats) - (isWordOpen(tokens) ? endMass.at(-1)! : 0);
      expect(Math.abs(sum([...wordNats(words, nats, endMass)]) - all)).toBeLessThan(1e-6);
    }
  });
});

describe('by hand', () => {
  // 'ab' 'cd' '!' ' e'
  const words = wordsOf('abcd! e', cutAt('abcd! e', [2, 4, 5, 7]));
  const nats = [1, 2, 4, 8];
  const endMass = [-0.1, -0.2, -0.3, -0.4, -0.5];

  test('a word gives the mass of its end to what comes after it', () => {
    expect([...words.open]).toEqual([0, 1, 1, 0, 1]);
    expect([...wordNats(words, nats, endMass)]).toEqual([3.3, 3.7, 8.5]);
  });

  test('what is not known is asked for only where a word is in progress', () => {
    const known = [NaN, NaN, -0.3, NaN, -0.5];
    expect([...wordNats(words, nats, known)]).toEqual([3.3, 3.7, 8.5]);
    expect([...wordNats(words, nats, [...known.slice(0, 4), NaN])]).toEqual([3.3, 3.7, NaN]);
    expect([...wordNats(words, [NaN, 2, 4, 8], known)]).toEqual([NaN, 3.7, 8.5]);
  });

  test('a whole word is hit if each of its tokens is', () => {
    expect([...wholeWordHit(words, [1, 1, 0, 1])]).toEqual([1, 0, 1]);
    expect([...wholeWordHit(words, [0, 1, 1, 0])]).toEqual([0, 1, 0]);
    expect([...wholeWordHit(words, [1, 0, 1, 0])]).toEqual([0, 1, 0]);
  });
});
