// At which layer a token is settled.
import { describe, expect, test } from 'vitest';
import { EarlyExits, EXIT_THRESHOLDS, exitLayer } from '../../../src/core/layers/exitDepth';
import { seededRandom } from '../../../src/core/random';
import { seedOr } from '../../support/seed';

describe('the exit layer', () => {
  test.each([
    [[5, 5, 5, 5], 0],
    [[4, 5, 5, 5], 1],
    [[5, 4, 5, 5], 2],
    [[5, 5, 5, 4], 3],
    [[7], 0],
  ])('of first choices %j is %d', (choices, layer) => {
    expect(exitLayer(choices, 1)).toBe(layer);
    // Second choices do not matter.
    expect(
      exitLayer(
        choices.flatMap(id => [id, 5]),
        2,
      ),
    ).toBe(layer);
  });

  test('is the smallest layer that fits, and the last one is always the model itself', () => {
    const random = seededRandom(seedOr(1));
    for (let round = 0; round < 300; round++) {
      const choices = Array.from({ length: 1 + (round % 6) }, () => Math.floor(2 * random()));
      const fits = choices.map((_, l) => choices.slice(l).every(id => id === choices.at(-1)));
      expect(exitLayer(Uint32Array.from(choices), 1)).toBe(fits.indexOf(true));
    }
  });
});

describe('early exits', () => {
  const row = (choices: number[], probabilities: number[]) => ({
    topIds: choices.flatMap(id => [id, 99]),
    topLogprobs: Float32Array.from(probabilities.flatMap(p => [Math.log(p), -20])),
  });

  test('of three tokens by hand', () => {
    const exits = new EarlyExits(3, 2, [0.5, 0.9]);
    exits.add(row([1, 2, 2], [0.5, 0.95, 0.1])); // wrong at 0.5, right at 0.9
    exits.add(row([3, 3, 3], [0.1, 0.6, 0.99])); // right after two at 0.5, stays at 0.9
    exits.add(row([1, 2, 3], [0.2, 0.3, 0.4])); // stays
    expect(exits.tokens).toBe(3);
    expect([...exits.depths]).toEqual([1, 1, 1]);
    const [half, sure] = exits.result();
    expect(half).toEqual({
      threshold: 0.5,
      leaving: 2 / 3,
      right: 1 / 2,
      same: 2 / 3,
      meanLayers: 2,
    });
    expect(sure).toEqual({
      threshold: 0.9,
      leaving: 1 / 3,
      right: 1,
      same: 1,
      meanLayers: 8 / 3,
    });
  });

  test('a threshold that no probability reaches runs every layer, and 0 runs one', () => {
    const exits = new EarlyExits(3, 2, [0, 1.01]);
    exits.add(row([1, 2, 2], [0.5, 0.95, 1]));
    const [none, all] = exits.result();
    expect(none).toMatchObject({ leaving: 1, right: 0, same: 0, meanLayers: 1 });
    expect(all).toMatchObject({ leaving: 0, right: NaN, same: 1, meanLayers: 3 });
  });

  test('say nothing without tokens', () => {
    const [first] = new EarlyExits(3, 2).result();
    expect(first).toEqual({
      threshold: 0.5,
      leaving: NaN,
      right: NaN,
      same: NaN,
      meanLayers: NaN,
    });
  });

  test('of random tokens: the same as one token and one threshold at a time', () => {
    const random = seededRandom(seedOr(2));
    const layers = 5;
    const exits = new EarlyExits(layers, 1);
    const tokens = Array.from({ length: 400 }, () => ({
      topIds: Array.from({ length: layers }, () => Math.floor(3 * random())),
      topLogprobs: Array.from({ length: layers }, () => Math.log(random())),
    }));
    tokens.forEach(each => exits.add(each));
    const results = exits.result();
    expect(results.map(each => each.threshold)).toEqual(EXIT_THRESHOLDS);
    for (const { threshold, leaving, right, same, meanLayers } of results) {
      const found = tokens.map(({ topIds, topLogprobs }) => {
        const at = topLogprobs.findIndex(each => Math.exp(each) >= threshold);
        const layer = at < 0 ? layers - 1 : at;
        return { layer, same: topIds[layer] === topIds.at(-1) };
      });
      const left = found.filter(({ layer }) => layer < layers - 1);
      expect(leaving).toBeCloseTo(left.length / 400, 12);
      expect(right).toBeCloseTo(left.filter(each => each.same).length / left.length, 12);
      expect(same).toBeCloseTo(found.filter(each => each.same).length / 400, 12);
      expect(meanLayers).toBeCloseTo(
        found.reduce((sum, each) => sum + each.layer + 1, 0) / 400,
        12,
      );
    }
    // A higher threshold waits longer.
    const waits = results.map(each => each.meanLayers);
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
  });
});
