// How much the overlay colours: chosen from a list, and shown in the editor while the list is open.
import type { QuickPickItem } from 'vscode';
import { densities, type Density } from '../../core/lenses/density';
import { settings } from '../settings';
import { createList } from '../ui/messages';
import type { LensScales } from './lensScales';

interface DensityRow extends QuickPickItem {
  readonly density: Density;
}

const WORDS: Readonly<Record<Density, { label: string; detail: string }>> = {
  subtle: {
    label: 'Subtle',
    detail: 'Colours only what stands out most: about one token in twenty.',
  },
  normal: { label: 'Normal', detail: 'Colours what stands out: about one token in seven.' },
  full: { label: 'Full', detail: 'Colours about one token in two.' },
};

export async function chooseDensity(
  scales: Pick<LensScales, 'density' | 'preview'>,
): Promise<void> {
  const now = scales.density;
  const rows = densities.map((density): DensityRow => {
    const description = density === now ? 'shown now' : '';
    return { density, ...WORDS[density], description };
  });
  const { list, setItems } = createList<DensityRow>(
    'Tokenscope: overlay density',
    'How much of the text the overlay colours',
  );
  setItems(rows);
  list.activeItems = list.items.filter(({ density }) => density === now);
  const listener = list.onDidChangeActive(([row]) => row && scales.preview(row.density));
  const chosen = await new Promise<Density | undefined>(resolve => {
    list.onDidAccept(() => resolve(list.selectedItems[0]?.density));
    list.onDidHide(() => resolve(undefined));
    list.show();
  });
  listener.dispose();
  list.dispose();
  try {
    if (chosen) await settings.overlay.density.update(chosen);
  } finally {
    scales.preview(undefined);
  }
}
