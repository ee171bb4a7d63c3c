// From a value to one of a few steps of a palette, and the words of the legend.
import { CHANNEL_STEPS, CHANNELS } from '../sae/featureValues';

/** Steps of the heat palette; step 0 is left unpainted. */
export const HEAT_STEPS = 8;
/** Steps of the diverging palette; the middle one is left unpainted. */
export const DIVERGING_STEPS = 9;
const MIDDLE = (DIVERGING_STEPS - 1) / 2;

export type Scale =
  /** Neighbours take turns: the value's parity picks the shade. `names`: of the two, for the legend. */
  | { readonly kind: 'alternate'; readonly names: readonly [even: string, odd: string] }
  /**
   * The value is the step: CHANNEL_STEPS strengths of each channel. With names for the legend, which are as many as channels,
   * values take turns among these.
   */
  | { readonly kind: 'channels'; readonly names?: readonly string[] }
  /** Step n holds values in [bounds[n-1], bounds[n]); 7 bounds, ascending. Values are shown with `decimals` decimals. */
  | HeatScale
  /** Step MIDDLE + n holds values in [bounds[n-1], bounds[n]), step MIDDLE - n the same below zero; 4 bounds, ascending. */
  | {
      readonly kind: 'diverging';
      readonly bounds: readonly number[];
      readonly unit: string;
      readonly decimals: number;
    };

export interface HeatScale {
  readonly kind: 'heat';
  readonly bounds: readonly number[];
  readonly unit: string;
  readonly decimals: number;
  /** The highest value that there is. */
  readonly most?: number;
  /** Where the bounds come from, for the legend: a sentence without its period. */
  readonly about?: string;
}

/** The step of a value, or -1 where the value is unknown. */
export function stepOf(scale: Scale, value: number): number {
  if (Number.isNaN(value)) return -1;
  if (scale.kind === 'channels')
    return scale.names ? ((value % CHANNELS) + 1) * CHANNEL_STEPS - 1 : value;
  if (scale.kind === 'alternate') return value % 2;
  const size = scale.kind === 'diverging' ? Math.abs(value) : value;
  let step = 0;
  while (step < scale.bounds.length && size >= scale.bounds[step]!) step++;
  return scale.kind === 'heat' ? step : MIDDLE + (value < 0 ? -step : step);
}

/** How far a step is from what is left unpainted, as a share of the farthest. */
export function strengthOf(scale: Scale, step: number): number {
  if (scale.kind === 'alternate' || scale.kind === 'channels') return 1;
  return scale.kind === 'heat' ? step / (HEAT_STEPS - 1) : Math.abs(step - MIDDLE) / MIDDLE;
}

/** One line of the legend for each step, in words: "2 – 4 bits"; for each channel its name. */
export function legendOf(scale: Scale, channels: readonly string[] = []): string[] {
  if (scale.kind === 'channels') return [...(scale.names ?? channels)];
  if (scale.kind === 'alternate') return [...scale.names];
  const { bounds } = scale;
  const unit = scale.unit && ` ${scale.unit}`;
  const between = bounds.slice(1).map((to, i) => `${bounds[i]} – ${to}${unit}`);
  const least = `below ${bounds[0]}${unit}`;
  const most = `${bounds.at(-1)}${unit} and above`;
  if (scale.kind === 'heat') return [least, ...between, most];
  const above = [...between, most];
  return [
    ...above.map(words => `${words} less`).reverse(),
    `${least} of difference`,
    ...above.map(words => `${words} more`),
  ];
}
