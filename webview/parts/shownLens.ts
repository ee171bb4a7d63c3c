// The lens of the overlay, with the scale that it is drawn with.
import { withHeat } from '../../src/core/lenses/density';
import type { Lens } from '../../src/core/lenses/lens';
import { lenses } from '../../src/core/lenses/lenses';
import type { InspectorState } from '../../src/protocol/page';

export function shownLens({ lens, heat }: Pick<InspectorState, 'lens' | 'heat'>): Lens {
  return withHeat(lenses[lens], heat);
}
