// The seeds of random tests, and how many cases they take.
import { onTestFailed } from 'vitest';
import { seededRandom } from '../../src/core/random';

/**
 * The seed of a random test: `SEED` of the environment, else the one given. Printed when the test fails, so call it
 * inside the test.
 */
export function seedOr(seed: number): number {
  const used = process.env.SEED ? Number(process.env.SEED) : seed;
  onTestFailed(() => console.log(`with SEED=${used}`));
  return used;
}

/**
 * The seeds of random things whose kind is their seed modulo `kinds`: those given, or with `SEED` others of the same kinds.
 * Printed like `seedOr`'s.
 */
export function seedsOr(seeds: Iterable<number>, kinds: number): number[] {
  const first = kinds * seedOr(0);
  return Array.from(seeds, seed => first + seed);
}

/** `few` in `npm test`, `all` in `npm run prove`, which runs the same tests in full (test/prove/samples.prove.ts). */
export const sampleOf = <T>(few: T, all: T): T => (process.env.TOKENSCOPE_PROVE ? all : few);

/**
 * `few` of them in `npm test`, as far apart as they can be, from one that the seed chooses; all in `npm run prove`. In their
 * order. Call it inside the test.
 */
export function someOf<T>(all: readonly T[], few: number, seed = 1): T[] {
  const count = sampleOf(Math.min(few, all.length), all.length);
  const first = Math.floor(seededRandom(seedOr(seed))() * all.length);
  const chosen = Array.from(
    { length: count },
    (_, i) => first + Math.floor((i * all.length) / count),
  );
  return chosen
    .map(at => at % all.length)
    .sort((a, b) => a - b)
    .map(at => all[at]!);
}
