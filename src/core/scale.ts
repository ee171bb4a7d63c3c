// From a value to one of a few steps of a palette, and the words of the legend.

/** Steps of the heat palette; step 0 is left unpainted. */
export const HEAT_STEPS = 8;

export type Scale =
  /** Neighbouring tokens take turns: the value's parity picks the shade. */
  | { readonly kind: 'alternate' }
  /** Step n holds values in [bounds[n-1], bounds[n]); 7 bounds, ascending. Values are told to `decimals`. */
  | {
      readonly kind: 'heat';
      readonly bounds: readonly number[];
      readonly unit: string;
      readonly decimals: number;
    };

/** The step of a value, or -1 where the value is unknown. */
export function stepOf(scale: Scale, value: number): number {
  if (Number.isNaN(value)) return -1;
  if (scale.kind === 'alternate') return value % 2;
  let step = 0;
  while (step < scale.bounds.length && value >= scale.bounds[step]!) step++;
  return step;
}

/** One line of the legend for each step, in words: "2 – 4 bits". */
export function legendOf(scale: Scale): string[] {
  if (scale.kind === 'alternate') return ['even tokens', 'odd tokens'];
  const { bounds } = scale;
  const unit = scale.unit && ` ${scale.unit}`;
  const between = bounds.slice(1).map((to, i) => `${bounds[i]} – ${to}${unit}`);
  return [`below ${bounds[0]}${unit}`, ...between, `${bounds.at(-1)}${unit} and above`];
}
