// The bytes of a document, for which many places share requests, against a cursor that goes byte by byte.
import { expect, test } from 'vitest';
import { ByteCursor } from '../../../src/core/exactBytes/byteCursor';
import { ByteRules } from '../../../src/core/exactBytes/byteRules';
import { byteStringOf } from '../../../src/core/exactBytes/byteString';
import { noTrunk } from '../../../src/core/exactBytes/trunk';
import { emptyByteScores, scoreRange } from '../../../src/core/exactBytes/documentBytes';
import { PlaceTrees } from '../../../src/core/exactBytes/placeTrees';
import { sumRow, type RowSums } from '../../../src/core/exactBytes/rowSums';
import { TokenPairs } from '../../../src/core/exactBytes/tokenPairs';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import { Oracle } from '../../support/byteOracle';
import { sampleOf, seedOr, seedsOr } from '../../support/seed';
import {
  ALPHABETS,
  modelOf,
  SPACED,
  TOY_CYCLE,
  randomModel,
  randomOf,
  randomText,
  randomToy,
  withAdded,
  type Toy,
} from '../../support/toys';
import { wholeText } from '../../support/wholeText';

/** With added tokens where texts may spell them. */
function toyOf(seed: number): Toy {
  const toy = randomToy(seed, 14);
  const isSpaced = !(new ByteRules(toy.tokenizer).joins instanceof TokenPairs);
  return isSpaced ? withAdded(seed) : toy;
}

test('surprisals and leaks are those of a cursor, from any place on', async () => {
  const random = randomOf(seedOr(3));
  let compared = 0;
  for (let seed = 0; seed < 56; seed += 2) {
    const toy = toyOf(seed);
    const rules = new ByteRules(toy.tokenizer);
    const model = randomModel(toy, seed);
    const bytes = encodeUtf8(randomText(toy, random, 12));
    const window = { start: 0, ownStart: 0, end: bytes.length, ids: new Uint32Array(), before: 0 };
    const scores = emptyByteScores(rules, bytes, [window]);
    const middle = Math.floor(random() * bytes.length);
    const counts: number[] = [];
    const known = () => scores.surprisals.reduce((sum, nats) => sum + (nats >= 0 ? 1 : 0), 0);
    await scoreRange(rules, model, scores, { window, from: middle, to: bytes.length }, count => {
      counts.push(count);
      // What was said so far is there.
      expect(counts.reduce((sum, each) => sum + each, 0)).toBe(known());
    });
    expect(counts.reduce((sum, each) => sum + each, 0)).toBe(bytes.length - middle);
    expect(scores.surprisals.findIndex(nats => !Number.isNaN(nats))).toBe(
      middle < bytes.length ? middle : -1,
    );
    await scoreRange(rules, model, scores, { window, from: 0, to: middle });
    const cursor = await ByteCursor.openAt(rules, model, new Uint8Array());
    for (const [i, byte] of bytes.entries()) {
      const { logMass } = cursor;
      const leak = Math.exp(cursor.next().leak);
      await cursor.advance(byte);
      const what = `toy ${seed}, byte ${i}`;
      expect(Math.abs(scores.surprisals[i]! - (logMass - cursor.logMass)), what).toBeLessThan(
        1e-12,
      );
      // Before the first byte the end of an empty text is no leak, and belongs to no byte.
      if (i > 0 || rules.opening === '')
        expect(Math.abs(scores.leaks[i]! - leak), what).toBeLessThan(1e-12);
      compared++;
    }
  }
  expect(compared).toBeGreaterThan(250);
});

/** Of each alphabet one that nothing splits, and of the patterns some. */
const NAMED = [
  ...ALPHABETS.map((_, i) => ALPHABETS.length * SPACED + i),
  ...Array.from({ length: sampleOf(10, TOY_CYCLE) }, (_, i) => 9 * i),
];

test('texts that spell added tokens have what enumeration gives, with a given first token, too', async () => {
  let compared = 0;
  let spelled = 0;
  for (const seed of seedsOr(NAMED, TOY_CYCLE)) {
    const toy = withAdded(seed);
    const { tokenizer } = toy;
    const rules = new ByteRules(tokenizer);
    const model = randomModel(toy, seed);
    // As a model without a token that starts a text, it has no row after nothing.
    const rowless = modelOf([toy.end], context => {
      if (context.length === 0) throw new Error('asked for a first token');
      return model.row(context);
    });
    const oracle = new Oracle(toy, model.row);
    const isName = (id: number) => rules.boundaries.isAdded!(byteStringOf(tokenizer.bytesOf(id)));
    const random = randomOf(seed + 1000);
    // Half of them go on as a name would, of which the beginnings are tokens, too.
    const name = Buffer.from(tokenizer.bytesOf(toy.support.find(isName)!)).toString();
    const text = randomText(toy, random, 1) + (random() < 0.5 ? name : randomText(toy, random, 3));
    const bytes = encodeUtf8(text);
    const { ids, byteEnds } = tokenizer.encode(text);
    const given = { token: ids[0]!, end: byteEnds[0]! };
    const near = (found: number, expected: number, what: string) => {
      const all = `toy ${seed}, ${JSON.stringify(text)} ${what}`;
      expect(Math.abs(found - expected), all).toBeLessThan(1e-10);
      compared++;
    };
    const own = await wholeText(rules, model, bytes);
    const after = await wholeText(rules, rowless, bytes, given);
    for (let at = 0; at < bytes.length; at++) {
      const [x, longer] = [bytes.subarray(0, at), bytes.subarray(0, at + 1)];
      const mass = oracle.mass(x, 'e2');
      near(own.surprisals[at]!, Math.log(mass / oracle.mass(longer, 'e2')), `at ${at}`);
      near(own.leaks[at]!, oracle.leak(x) / mass, `at ${at}, leak`);
      if (at < given.end) continue;
      const rest = oracle.massGiven(x, given.token);
      const nats = Math.log(rest / oracle.massGiven(longer, given.token));
      near(after.surprisals[at]!, nats, `at ${at}, given`);
      const leak = oracle.leakGiven(x, given.token);
      near(after.leaks[at]!, leak / rest, `at ${at}, given, leak`);
    }
    if (ids.some(isName)) spelled++;
  }
  expect(compared).toBeGreaterThan(150);
  expect(spelled).toBeGreaterThan(8);
});

test('a request has each node once, those of the settled tokens first', () => {
  for (let seed = 0; seed < 28; seed += 3) {
    const toy = toyOf(seed);
    const rules = new ByteRules(toy.tokenizer);
    const text = rules.opening + byteStringOf(encodeUtf8(randomText(toy, randomOf(seed), 40)));
    for (let from = rules.opening.length, before = noTrunk; from < text.length;) {
      const { end, trunk, base, nodes } = new PlaceTrees(rules, [toy.end], text, from, before, 20);
      expect(end - from).toBeGreaterThan(1);
      expect(new Set(nodes.map(({ parent, token }) => `${parent} ${token}`)).size).toBe(
        nodes.length,
      );
      nodes.forEach(({ parent }, node) => expect(parent).toBeLessThan(node));
      const settled = trunk.tokens.slice(base.length);
      expect(nodes.slice(1, 1 + settled.length)).toEqual(
        settled.map((token, parent) => ({ parent, token })),
      );
      [from, before] = [end - 1, trunk];
      if (end > text.length) break;
    }
  }
});

test('sums over a row are those of its probabilities', () => {
  const random = randomOf(seedOr(4));
  for (let round = 0; round < 200; round++) {
    const width = 1 + Math.floor(random() * 100);
    const row = Float32Array.from({ length: width }, () =>
      random() < 0.1 ? -Infinity : -200 * random() ** 4,
    );
    const order = Uint32Array.from(row.keys()).sort(() => random() - 0.5);
    const set = Uint32Array.from({ length: Math.ceil(random() * 5) }, () => random() * 2 ** 32);
    const isIn = (token: number) => ((set[token >> 5] ?? 0) >>> (token & 31)) & 1;
    const [start, end] = [random(), random()]
      .map(share => Math.floor(share * width))
      .sort((a, b) => a - b) as [number, number];
    const tokens = [Math.floor(random() * width)];
    const sums: RowSums = {
      node: 0,
      tokens,
      ranges: [{ start, end, among: Uint32Array.from({ ...set, length: 4 }) }],
      others: set,
    };
    const answers = new Float64Array(3);
    sumRow(row, order, sums, answers);
    const sumOf = (ids: Iterable<number>) =>
      [...ids].reduce((sum, id) => sum + Math.exp(row[id]!), 0);
    expect(answers[0]).toBe(row[tokens[0]!]);
    const inRange = sumOf([...order.subarray(start, end)].filter(isIn));
    // Where a probability is no number any more its logarithm still is.
    if (inRange > 1e-300 || answers[1] === -Infinity)
      expect(Math.exp(answers[1]!)).toBeCloseTo(inRange, 12);
    expect(Math.exp(answers[2]!)).toBeCloseTo(sumOf([...row.keys()].filter(id => !isIn(id))), 12);
  }
});
