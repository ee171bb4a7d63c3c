// Numbers that break what does not check them, and draws that the other files share.
import type { Random } from '../toys';

export const HUGE = [
  0,
  -1,
  1,
  255,
  65_536,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 40,
  2 ** 53,
  2 ** 62,
] as const;

/** A whole number of [0, below). */
export function drawBelow(random: Random, below: number): number {
  return Math.floor(random() * below);
}

export function drawChance(random: Random, chance: number): boolean {
  return random() < chance;
}

/** [start, end) inside a length; short more often than long. */
export function drawSpan(random: Random, length: number): [start: number, end: number] {
  const start = drawBelow(random, length + 1);
  const most = length - start;
  return [start, start + Math.floor(most * random() ** 3)];
}
