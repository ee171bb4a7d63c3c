// How much of a text a heat lens colours. Its scale follows the model where the model's own values were measured: a bound is
// what a share of the tokens of sample text stays below. Else the lens's own bounds are moved up.
import { needsModel, type Lens, type LensGroup } from './lens';
import type { HeatScale } from './scale';

export const densities = ['subtle', 'normal', 'full'] as const;
export type Density = (typeof densities)[number];

/** Of each density the shares of tokens below the bounds: one token in twenty has a colour, one in seven, one in two. */
const SHARES: Readonly<Record<Density, readonly number[]>> = {
  subtle: [0.95, 0.965, 0.976, 0.985, 0.991, 0.995, 0.998],
  normal: [0.86, 0.895, 0.925, 0.95, 0.97, 0.985, 0.995],
  full: [0.5, 0.62, 0.73, 0.82, 0.9, 0.95, 0.985],
};

/** The step of the lens's own bounds at which colours begin, where nothing was measured. */
const FIRST_STEP: Readonly<Record<Density, number>> = { subtle: 4, normal: 2, full: 0 };

/** Of fewer values the highest shares are chance. */
const LEAST_VALUES = 500;

/** Bounds of a heat scale, by density. */
export type MeasuredBounds = Readonly<Record<Density, readonly number[]>>;

/** Of other groups the bounds mean something themselves, or the values grow with the length of a text. */
const GROUPS: readonly LensGroup[] = ['text', 'bytes', 'features'];

/** Whether the lens's colours may follow the model: they are heat of tokens, and a model says what they are. */
export function followsModel(lens: Lens): lens is Lens & { scale: HeatScale } {
  return isScaled(lens) && lens.per === 'token' && needsModel(lens);
}

function isScaled({ scale, group }: Lens): boolean {
  return scale.kind === 'heat' && GROUPS.includes(group);
}

/**
 * `values`: of the lens, of the tokens of sample text; NaN where unknown. Undefined where too few are known. At most the
 * share above a bound reaches it, also where many values are equal.
 */
export function measuredBounds(
  scale: HeatScale,
  values: Iterable<number>,
): MeasuredBounds | undefined {
  const sorted = Float64Array.from([...values].filter(value => !Number.isNaN(value))).sort();
  if (sorted.length < LEAST_VALUES) return undefined;
  const boundAt = (share: number) => {
    const at = Math.ceil(share * sorted.length);
    if (sorted[at] !== sorted[at - 1]) return sorted[at]!;
    return sorted.find(value => value > sorted[at]!) ?? sorted.at(-1)! + 10 ** -scale.decimals;
  };
  const bounds = densities.map(density => [
    density,
    ascending(SHARES[density].map(boundAt), scale),
  ]);
  return Object.fromEntries(bounds) as Record<Density, readonly number[]>;
}

/** The lens with the bounds of a density; lenses of other groups and other kinds than heat are what they are. */
export function withDensity(lens: Lens, density: Density, measured?: MeasuredBounds): Lens {
  const { scale } = lens;
  if (scale.kind !== 'heat' || !isScaled(lens)) return lens;
  const share = Math.round(100 * (1 - SHARES[density][0]!));
  const parts = measured
    ? {
        bounds: measured[density],
        about: `Scaled to this model: about ${share} % of sample text is coloured`,
      }
    : { bounds: movedUp(scale, FIRST_STEP[density]) };
  return { ...lens, scale: { ...scale, ...parts } };
}

/** The lens with another scale of heat, where it has one and another is given. */
export function withHeat(
  lens: Lens,
  heat: Pick<HeatScale, 'bounds' | 'about'> | null | undefined,
): Lens {
  const { scale } = lens;
  return heat && scale.kind === 'heat' ? { ...lens, scale: { ...scale, ...heat } } : lens;
}

/** As many bounds, from that of a step on. */
function movedUp(scale: HeatScale, first: number): readonly number[] {
  const { bounds } = scale;
  if (first === 0) return bounds;
  const last = bounds.length - 1;
  const moved = bounds.map((_, i) => {
    const at = first + (i * (last - first)) / last;
    const [below, above] = [bounds[Math.floor(at)]!, bounds[Math.ceil(at)]!];
    return below + (at - Math.floor(at)) * (above - below);
  });
  return ascending(moved, scale);
}

/** Rounded as the legend shows them, each above the one before, and none above the highest value. */
function ascending(
  bounds: readonly number[],
  { decimals, most = Infinity }: Pick<HeatScale, 'decimals' | 'most'>,
): number[] {
  const unit = 10 ** -decimals;
  const rounded: number[] = [];
  bounds.forEach((bound, i) => {
    const least = (rounded.at(-1) ?? -Infinity) + unit;
    const highest = most - (bounds.length - 1 - i) * unit;
    rounded.push(Number(Math.min(Math.max(bound, least), highest).toFixed(decimals)));
  });
  return rounded;
}
