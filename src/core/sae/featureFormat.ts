// Formats features, the same way in hover, inspector and lists.
import { formatTrust, labelWords } from './featureLabels';
import type { FeatureName } from './featureValues';

/** "#12 a colon (precision 0.86, recall 0.61)" */
export function featureTitle({ feature, label }: FeatureName): string {
  const trust = formatTrust(label);
  return `#${feature} ${labelWords(label)}${trust && ` (${trust})`}`;
}

/** "0.73 %"; – if unknown. */
export function formatDensity(density: number | null): string {
  return density === null ? '–' : `${Number((100 * density).toPrecision(2))} %`;
}

export function formatShareOfMax(value: number, { max }: FeatureName): string {
  return max === null ? '–' : `${Math.round((100 * value) / max)} %`;
}
