// A row of the self-test: a measured difference and its tolerance.
import type { SelfTestRow } from '../../../protocol/models';

export function selfTestRow(
  name: string,
  unit: string,
  tolerance: number,
  value: number,
): SelfTestRow {
  return { name, value, tolerance, unit, passed: value <= tolerance };
}

/** The largest |a - b|, 0 for equal infinities; infinite if one of the differences is not a number. */
export function maxAbsDifference(a: Float32Array, b: Float32Array): number {
  let largest = 0;
  for (let i = 0; i < b.length; i++) {
    // A model may exclude tokens with -inf.
    const difference = a[i] === b[i] ? 0 : Math.abs(a[i]! - b[i]!);
    largest = difference >= 0 ? Math.max(largest, difference) : Infinity;
  }
  return largest;
}
