// Intervals and averages of samples.

/** A normal variable is within ± 1.96 standard deviations of its mean with probability 95 %. */
const Z_95 = 1.96;

const RESAMPLES = 2000;

/**
 * The 95 % score interval of a proportion (Wilson 1927, "Probable inference, the law of succession, and statistical
 * inference"), with p = successes / trials and z = 1.96:
 *
 *   (p + z² / 2n ± z √(p (1 - p) / n + z² / 4n²)) / (1 + z² / n)
 *
 * Clipped to [0, 1]; [0, 1] without trials.
 */
export function wilsonInterval(successes: number, trials: number): [low: number, high: number] {
  if (trials === 0) return [0, 1];
  const share = successes / trials;
  const weight = 1 + Z_95 ** 2 / trials;
  const middle = (share + Z_95 ** 2 / (2 * trials)) / weight;
  const half =
    (Z_95 / weight) * Math.sqrt((share * (1 - share)) / trials + Z_95 ** 2 / (4 * trials ** 2));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/** The mean of the two middle values for an even number of values; NaN without values. */
export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) return NaN;
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * The 95 % percentile bootstrap interval (Efron and Tibshirani 1993, chapter 13) of Σ values / Σ weights, from
 * resamples of the pairs. Both lists have the same length. `random` returns numbers in [0, 1).
 */
export function bootstrapInterval(
  values: readonly number[],
  weights: readonly number[],
  random: () => number,
): [low: number, high: number] {
  const n = values.length;
  const ratios = Array.from({ length: RESAMPLES }, () => {
    let value = 0;
    let weight = 0;
    for (let i = 0; i < n; i++) {
      const drawn = Math.floor(random() * n);
      value += values[drawn]!;
      weight += weights[drawn]!;
    }
    return value / weight;
  }).sort((a, b) => a - b);
  return [ratios[Math.floor(0.025 * RESAMPLES)]!, ratios[Math.floor(0.975 * RESAMPLES)]!];
}
