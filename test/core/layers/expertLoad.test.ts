// Loads and losses of routers beside lists of tokens.
import { describe, expect, test } from 'vitest';
import { chosenExperts, ExpertLoad } from '../../../src/core/layers/expertLoad';
import { seededRandom } from '../../../src/core/random';
import { randomFloats } from '../../support/randomAttention';
import { seedOr } from '../../support/seed';

const range = (length: number) => Array.from({ length }, (_, i) => i);
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

interface Row {
  chosen: number[];
  probabilities: number[];
}

function rowsOf(logits: Float32Array, experts: number, topK: number): Row[] {
  return range(logits.length / experts).map(token => {
    const row = Array.from(logits.slice(token * experts, (token + 1) * experts));
    const powers = row.map(Math.exp);
    const order = range(experts).sort((a, b) => row[b]! - row[a]! || a - b);
    return { chosen: order.slice(0, topK), probabilities: powers.map(p => p / sum(powers)) };
  });
}

const sharesOf = (rows: Row[], experts: number) =>
  range(experts).map(
    expert =>
      rows.filter(({ chosen }) => chosen.includes(expert)).length /
      (rows.length * rows[0]!.chosen.length),
  );
const meansOf = (rows: Row[], experts: number) =>
  range(experts).map(expert => sum(rows.map(row => row.probabilities[expert]!)) / rows.length);
const lossOf = (rows: Row[], experts: number) => {
  const means = meansOf(rows, experts);
  return experts * sum(sharesOf(rows, experts).map((share, i) => share * means[i]!));
};

describe('random routers', () => {
  const [layers, experts] = [3, 6];

  test.each([1, 2, 6])('the best %d of six', topK => {
    const random = seededRandom(seedOr(81));
    const load = new ExpertLoad(layers, experts, topK);
    const parts = [new ExpertLoad(layers, experts, topK), new ExpertLoad(layers, experts, topK)];
    const batches = [7, 1, 0, 12].map(tokens =>
      range(layers).map(() => randomFloats(random, tokens * experts, 3)),
    );
    batches.forEach((batch, i) => {
      load.add(batch);
      parts[i % 2]!.add(batch);
    });
    const [whole, other] = parts as [ExpertLoad, ExpertLoad];
    whole.include(other);
    for (const each of [load, whole]) {
      expect([each.tokens, each.batches]).toEqual([20, 3]);
      for (const layer of range(layers)) {
        const rows = batches.map(batch => rowsOf(batch[layer]!, experts, topK));
        const all = rows.flat();
        const [shares, means] = [each.shares(layer), each.probabilities(layer)];
        sharesOf(all, experts).forEach((share, i) => expect(shares[i]).toBeCloseTo(share, 12));
        meansOf(all, experts).forEach((mean, i) => expect(means[i]).toBeCloseTo(mean, 7));
        expect(sum([...shares])).toBeCloseTo(1, 12);
        expect(sum([...means])).toBeCloseTo(1, 12);
        expect(each.balanceLoss()[layer]).toBeCloseTo(lossOf(all, experts), 7);
        const losses = rows.flatMap(some => (some.length > 0 ? [lossOf(some, experts)] : []));
        expect(each.microBalanceLoss()[layer]).toBeCloseTo(sum(losses) / 3, 7);
      }
    }
  });

  test('probabilities say the same as the logits that they are of', () => {
    const random = seededRandom(seedOr(82));
    const logits = randomFloats(random, 9 * experts, 2);
    const probabilities = Float32Array.from(
      rowsOf(logits, experts, 2).flatMap(row => row.probabilities),
    );
    const [a, b] = [new ExpertLoad(1, experts, 2), new ExpertLoad(1, experts, 2)];
    a.add([logits]);
    b.add([probabilities], 'probabilities');
    expect(b.shares(0)).toEqual(a.shares(0));
    expect(b.balanceLoss()[0]).toBeCloseTo(a.balanceLoss()[0]!, 6);
  });
});

describe('the balance loss', () => {
  test('is 1 where the router is uniform, whatever it chooses', () => {
    const load = new ExpertLoad(1, 8, 2);
    load.add([new Float32Array(5 * 8)]);
    expect(load.balanceLoss()[0]).toBeCloseTo(1, 12);
    expect([...load.shares(0)]).toEqual([0.5, 0.5, 0, 0, 0, 0, 0, 0]);
  });

  test('is 1 where each expert is taken as often, whatever its probability', () => {
    const load = new ExpertLoad(1, 4, 1);
    const rows = range(4).map(token => range(4).map(expert => (expert === token ? 1 + token : 0)));
    load.add([Float32Array.from(rows.flat())]);
    expect([...load.shares(0)]).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(load.balanceLoss()[0]).toBeCloseTo(1, 12);
  });

  test('is N / topK where the same experts take all', () => {
    const load = new ExpertLoad(1, 8, 2);
    load.add([Float32Array.from(range(3).flatMap(() => [0, 99, 0, 0, 0, 99, 0, 0]))]);
    expect(load.balanceLoss()[0]).toBeCloseTo(4, 12);
  });

  test('of a global batch forgives what micro-batches do not: experts that have a domain each', () => {
    const load = new ExpertLoad(1, 2, 1);
    load.add([Float32Array.of(20, 0, 20, 0)]);
    load.add([Float32Array.of(0, 20, 0, 20)]);
    expect(load.microBalanceLoss()[0]).toBeCloseTo(2, 6);
    expect(load.balanceLoss()[0]).toBeCloseTo(1, 6);
  });

  test('is not known without tokens', () => {
    const load = new ExpertLoad(1, 2, 1);
    expect([load.balanceLoss()[0], load.microBalanceLoss()[0], load.shares(0)[0]]).toEqual([
      NaN,
      NaN,
      NaN,
    ]);
  });

  test('of large logits does not overflow', () => {
    const load = new ExpertLoad(1, 2, 1);
    load.add([Float32Array.of(2000, 1000)]);
    expect([...load.probabilities(0)]).toEqual([1, 0]);
  });
});

test('chosen experts: the highest first, of equals the lower', () => {
  const random = seededRandom(seedOr(83));
  for (let round = 0; round < 300; round++) {
    const row = Array.from({ length: 10 }, () => Math.floor(4 * random()));
    const into = new Uint32Array(1 + (round % 8));
    chosenExperts(row, 2, 8, into);
    const expected = range(8).sort((a, b) => row[2 + b]! - row[2 + a]! || a - b);
    expect([...into]).toEqual(expected.slice(0, into.length));
  }
});
