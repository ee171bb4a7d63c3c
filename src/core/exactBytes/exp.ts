// The exponential function for sums over rows, where it takes most of the time: by a table, as Tang (1989, ACM TOMS 15)
// does, at about 3 times the speed of `Math.exp`.

const STEP_BITS = 11;
const STEPS = 1 << STEP_BITS;
const STEPS_PER_NAT = STEPS / Math.LN2;
const STEP = Math.LN2 / STEPS;
/** Below it there is nothing in double precision. */
const LEAST = -708;
const fractions = Float64Array.from({ length: STEPS }, (_, i) => 2 ** (i / STEPS));
/** [n]: 2^-n */
const powers = Float64Array.from({ length: 1024 }, (_, i) => 2 ** -i);

/** e^x for x ≤ 0, within 3e-13 of itself; 0 below -708. */
export function expOf(x: number): number {
  if (x < LEAST) return 0;
  const step = Math.floor(x * STEPS_PER_NAT);
  const rest = x - step * STEP;
  const series = 1 + rest * (1 + rest * (1 / 2 + rest / 6));
  return fractions[step & (STEPS - 1)]! * powers[-(step >> STEP_BITS) | 0]! * series;
}
