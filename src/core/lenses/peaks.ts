// Which tokens stand out by a lens.
import { CHANNEL_STEPS } from '../sae/featureValues';
import type { Lens } from './lens';
import { stepOf, strengthOf } from './scale';

const channelOf = (step: number) => Math.floor(step / CHANNEL_STEPS);

/** The least strength of a step that counts as a peak. */
const PEAK_STRENGTH = 4 / 7;

/** Of a lens whose peaks are a share of the tokens. */
const PEAK_SHARE = 0.05;

/** The least size of such a peak; NaN values are left out. */
export function peakSize(values: readonly number[]): number {
  const sizes = values.filter(value => value !== 0 && !Number.isNaN(value)).map(Math.abs);
  sizes.sort((a, b) => b - a);
  return sizes[Math.floor(PEAK_SHARE * sizes.length)] ?? Infinity;
}

/** The nearest of `count` values that is a peak, from the one at `start` on (1) or back (-1). */
export function nearestPeak(
  lens: Lens,
  valueAt: (index: number) => number,
  count: number,
  start: number,
  direction: 1 | -1,
): number | undefined {
  const at = (index: number) => (index < 0 || index >= count ? NaN : valueAt(index));
  const all = lens.peaksByShare
    ? Array.from({ length: count }, (_, index) => at(index))
    : undefined;
  const least = all && peakSize(all);
  for (let index = start; index >= 0 && index < count; index += direction)
    if (isPeak(lens, at(index - 1), at(index), at(index + 1), least)) return index;
  return undefined;
}

/**
 * Whether the middle of three neighbouring values stands out: above what came before, not below what
 * comes after, and of a strong colour, or no smaller than `least`. On an alternating scale every token does, on a
 * diverging one values count by their size.
 */
export function isPeak(
  lens: Lens,
  before: number,
  value: number,
  after: number,
  least?: number,
): boolean {
  if (lens.scale.kind === 'alternate') return true;
  if (lens.scale.kind === 'channels')
    return (
      !Number.isNaN(value) &&
      channelOf(stepOf(lens.scale, value)) !== channelOf(stepOf(lens.scale, before))
    );
  const size = lens.scale.kind === 'diverging' ? Math.abs : (value: number) => value;
  const isLarge =
    least === undefined
      ? strengthOf(lens.scale, stepOf(lens.scale, value)) >= PEAK_STRENGTH
      : size(value) >= least;
  if (!isLarge) return false;
  return !(size(before) >= size(value)) && !(size(after) > size(value));
}
