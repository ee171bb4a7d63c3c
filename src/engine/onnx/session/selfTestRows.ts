// What a self-test measured, and whether it is as it should be.
import type { GraphReport } from '../../../protocol/runtime';

export type SelfTestRow = GraphReport['selfTest'][number];

export function selfTestRow(
  name: string,
  unit: string,
  tolerance: number,
  value: number,
): SelfTestRow {
  return { name, value, tolerance, unit, passed: value <= tolerance };
}

/** The largest |a - b|; infinite where they are not numbers alike. */
export function maxAbsDifference(a: Float32Array, b: Float32Array): number {
  let largest = 0;
  for (let i = 0; i < b.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    largest = difference >= 0 ? Math.max(largest, difference) : Infinity;
  }
  return largest;
}
