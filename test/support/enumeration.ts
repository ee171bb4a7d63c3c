import { expect } from 'vitest';
import { ByteCursor } from '../../src/core/exactBytes/byteCursor';
import { ByteRules } from '../../src/core/exactBytes/byteRules';
import { encodeUtf8 } from '../../src/core/text/utf8';
import { Oracle } from './byteOracle';
import { seedsOr } from './seed';
import { pick, randomModel, randomOf, randomText, randomToy, TOY_CYCLE } from './toys';

export interface Comparison {
  compared: number;
  /** The largest difference of two probabilities. */
  furthest: number;
  /** The most nodes of a cover tree. */
  nodes: number;
}

/** Compares the cover tree with enumeration, for random tokenizers, models and texts of up to 6 bytes. */
export async function compareWithEnumeration(
  seeds: Iterable<number>,
  prefixes: number,
  lacking: readonly number[] = [],
  namesOf: (seed: number) => readonly string[] = () => [],
): Promise<Comparison> {
  const result = { compared: 0, furthest: 0, nodes: 0 };
  const near = (found: number, expected: number, what: () => string) => {
    const difference = Math.abs(found - expected);
    result.compared++;
    result.furthest = Math.max(result.furthest, difference);
    if (!(difference <= 1e-12)) expect.fail(`${what()}: ${found} for ${expected}`);
  };
  for (const seed of seedsOr(seeds, TOY_CYCLE)) {
    const toy = randomToy(seed, 9, false, false, lacking, namesOf(seed));
    const model = randomModel(toy, seed);
    const rules = new ByteRules(toy.tokenizer);
    const oracle = new Oracle(toy, model.row);
    const random = randomOf(seed + 1000);
    for (let prefix = 0; prefix < prefixes; prefix++) {
      const whole = encodeUtf8(randomText(toy, random, 1 + Math.floor(random() * 5)));
      const x = whole.subarray(0, Math.floor(random() * Math.min(7, whole.length + 1)));
      const what = (of: string) => () => `toy ${seed} at ${JSON.stringify([...x])}, ${of}`;
      const cursor = await ByteCursor.openAt(rules, model, x);
      const { trunk, nodes } = cursor.tree;
      result.nodes = Math.max(result.nodes, nodes.length);
      let before = 1;
      trunk.forEach((token, i) => (before *= Math.exp(model.row(trunk.slice(0, i))[token]!)));
      for (const mode of ['e2', 'e3'] as const) {
        const next = mode === 'e2' ? cursor.next() : cursor.nextRenormalised();
        const mass = oracle.mass(x, mode);
        for (const [byte, joint] of oracle.massOfNext(x, mode).entries())
          near(Math.exp(next.logprobs[byte]!), joint / mass, what(`${mode}, byte ${byte}`));
        near(Math.exp(next.end), oracle.end(x, mode) / mass, what(`${mode}, end`));
        near(Math.exp(next.leak), mode === 'e2' ? oracle.leak(x) / mass : 0, what(`${mode}, leak`));
        if (mode === 'e2') near(before * Math.exp(next.logMass), mass, what('mass'));
        // In e3 the rest is the mass of paths that no token of the toy's support can follow.
        const parts = [...next.logprobs, next.end, next.leak].map(Math.exp);
        const sum = parts.reduce((a, b) => a + b);
        near(mode === 'e2' ? sum : Math.max(sum, 1), 1, what(`${mode}, sum`));
        expect(next.untested).toBe(-Infinity);
      }
      const byte = pick(random, encodeUtf8(pick(random, toy.alphabet)) as unknown as number[]);
      const all = await cursor.nextInAllTokenisations();
      const mass = before * Math.exp(all.logMass);
      expect(mass).toBeGreaterThanOrEqual(oracle.mass(x, 'e2') * (1 - 1e-12));
      expect(mass).toBeLessThanOrEqual(oracle.mass(x, 'e1') * (1 + 1e-12));
      const longer = Uint8Array.of(...x, byte);
      const joint = mass * Math.exp(all.logprobs[byte]!);
      expect(joint).toBeLessThanOrEqual(oracle.mass(longer, 'e1') * (1 + 1e-12));
      // Within one pretoken, all tokenizations are summed.
      if (x.length < 2) near(joint, oracle.mass(longer, 'e1'), what('e1'));
    }
  }
  return result;
}
