// Lets the user choose a feature.
import type { QuickPickItem } from 'vscode';
import type { FeatureName } from '../../core/sae/featureValues';
import { guessWords } from '../../core/sae/featureLabels';
import { formatDensity, featureTitle } from '../../core/sae/featureFormat';
import { createList } from '../ui/messages';
import type { Autoencoder } from './autoencoder';

const LISTED = 200;

/** The feature given, or one that the user finds by its number or the words of its label. */
export async function chooseFeature(
  autoencoder: Autoencoder,
  given: unknown,
  title: string,
): Promise<number | undefined> {
  if (typeof given === 'number') return given;
  type Item = QuickPickItem & { feature: number };
  const itemOf = (name: FeatureName): Item => {
    const guess = guessWords(name.label);
    return {
      feature: name.feature,
      label: featureTitle(name),
      detail: `fires on ${formatDensity(name.density)} of tokens${guess && `; label measured as wrong: ${guess}`}`,
      alwaysShow: true,
    };
  };
  const search = (words: string) =>
    autoencoder.call(remote => remote.findFeatures({ words, rows: LISTED }));
  const first = await search('');
  return new Promise((resolve, reject) => {
    const { list: pick, setItems } = createList<Item>(
      `Tokenscope: ${title}`,
      'Feature number, or words of its label',
    );
    /** The rows, and what they were searched with. */
    let listed = { words: '', found: first };
    let isAccepted = false;
    const take = (feature: number | undefined) => {
      resolve(feature);
      pick.hide();
    };
    setItems(first.map(itemOf));
    pick.onDidChangeValue(async words => {
      pick.busy = true;
      isAccepted = false;
      try {
        const found = await search(words);
        if (pick.value !== words) return;
        listed = { words, found };
        setItems(found.map(itemOf));
        pick.busy = false;
        if (isAccepted) take(found[0]?.feature);
      } catch (error) {
        // Before it hides, which resolves as a pick that was dismissed.
        reject(error instanceof Error ? error : new Error(String(error)));
        pick.hide();
      }
    });
    pick.onDidAccept(() => {
      const feature = pick.selectedItems[0]?.feature;
      // Who types and presses Enter means the first row of what was typed, which may not be there yet.
      const isUnseen = pick.value !== listed.words && feature === listed.found[0]?.feature;
      if (isUnseen) isAccepted = true;
      else take(feature);
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}
