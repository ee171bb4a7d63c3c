// Ablates or steers a feature at the cursor, and shows the effect on a page.
import { featureTitle } from '../../core/sae/featureFormat';
import type { EffectChange } from '../../protocol/features';
import { overUnchanged, TEXT_OR_AUTOENCODER } from '../engine/unchangedText';
import { showingWork } from '../engine/workProgress';
import type { Pages } from '../ui/pages';
import { ask, showList } from '../ui/messages';
import { activeText } from '../ui/editorRanges';
import type { Autoencoder } from './autoencoder';

export async function showEffect(
  autoencoder: Autoencoder,
  pages: Pages,
  feature: number,
): Promise<void> {
  const { document, selection } = activeText();
  const at = document.offsetAt(selection.active);
  const change = await askForChange(autoencoder, feature);
  if (!change) return;
  const places = [
    { label: 'At the token at the cursor', everywhere: false },
    { label: 'At every token of the context window', everywhere: true },
  ];
  const place = await showList(places, { title: 'Tokenscope: change the feature where?' });
  if (!place) return;
  const { everywhere } = place;
  const found = await showingWork(
    autoencoder.engine,
    'effect',
    `Computing the effect of feature ${feature}`,
    signal =>
      overUnchanged(
        signal,
        'the computation',
        () =>
          autoencoder.askAbout(document, (remote, version) =>
            remote.effect({ ...version, feature, at, everywhere, change }, signal),
          ),
        TEXT_OR_AUTOENCODER,
      ),
  );
  if (!found) return;
  const sae = autoencoder.info!;
  const lineOf = (utf16: number) => document.positionAt(utf16).line + 1;
  const { effectMarkdown } = await import('./effectPage');
  await pages.showMarkdown(`Effect of feature ${feature}`, effectMarkdown(found, sae, lineOf));
}

async function askForChange(
  autoencoder: Autoencoder,
  feature: number,
): Promise<EffectChange | undefined> {
  const [name] = await autoencoder.call(remote =>
    remote.findFeatures({ words: String(feature), rows: 1 }),
  );
  const ablate = { label: 'Ablate', detail: 'Its value becomes 0.' };
  const steer = { label: 'Steer…', detail: 'Add to its value, or subtract from it.' };
  const choice = await showList([ablate, steer], {
    title: `Tokenscope: ${name ? featureTitle(name) : feature}`,
  });
  if (!choice) return undefined;
  if (choice === ablate) return { kind: 'ablate' };
  const max = name?.max;
  const text = await ask({
    title: 'Tokenscope: steer by how much?',
    prompt: max ? `Its highest value is ${max.toFixed(2)}` : 'In units of the feature’s value',
    value: max ? max.toFixed(1) : '1',
    validateInput: text =>
      text.trim() !== '' && Number.isFinite(Number(text))
        ? undefined
        : 'Enter a number, such as 2.5 or -1',
  });
  return text === undefined ? undefined : { kind: 'steer', by: Number(text) };
}
