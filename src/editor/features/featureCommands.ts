// Commands about features: choose an autoencoder; find, pin, label, ablate and export features.
import { commands } from 'vscode';
import { CHANNELS } from '../../core/sae/featureValues';
import type { OverlayState } from '../overlay/overlayState';
import type { CommandTable } from '../ui/commandTable';
import type { Pages } from '../ui/pages';
import { settings } from '../settings';
import { pickPath } from '../ui/pickPath';
import { chooseFeature } from './chooseFeature';
import { exportFeatures } from './exportFeatures';
import { showEffect } from './featureEffect';
import type { Autoencoder } from './autoencoder';
import { findInWorkspace } from './findInWorkspace';
import { labelFeature } from './labelFeature';

export function featureCommands(
  features: Autoencoder,
  state: OverlayState,
  pages: Pages,
): CommandTable {
  return {
    async chooseAutoencoder() {
      const now = settings.features.autoencoder.value;
      const path = await pickPath({
        title: 'Tokenscope: autoencoder',
        placeHolder: now ? `now: ${now}` : 'now: the one that comes with the model',
        openLabel: 'Use',
        known: [{ label: 'The one that comes with the model', value: '' }],
        folders: {},
        files: { detail: 'Of a folder with several: a .safetensors or .npz file.' },
      });
      if (path !== undefined) await settings.features.autoencoder.update(path);
    },
    async findFeature(argument) {
      const feature = await chooseFeature(features, argument, 'show a feature');
      if (feature === undefined) return;
      features.show(feature);
      await commands.executeCommand('tokenscope.inspector.focus');
    },
    async pinFeature(argument) {
      const feature = await chooseFeature(
        features,
        argument,
        `pin a feature (${CHANNELS} at most)`,
      );
      if (feature === undefined) return;
      state.pin(feature);
      if (!state.isOn || state.lensId !== 'pinned') state.show('pinned');
    },
    unpinFeatures: argument => state.unpin(typeof argument === 'number' ? argument : undefined),
    async findFeatureInWorkspace(argument) {
      const feature = await chooseFeature(
        features,
        argument ?? features.page,
        'find in the workspace',
      );
      if (feature !== undefined) await findInWorkspace(features, feature);
    },
    async ablateFeature(argument) {
      const feature = await chooseFeature(features, argument ?? features.page, 'ablate or steer');
      if (feature !== undefined) await showEffect(features, pages, feature);
    },
    async labelFeature(argument) {
      const feature = await chooseFeature(features, argument ?? features.page, 'label a feature');
      if (feature !== undefined) await labelFeature(features, feature);
    },
    exportFeatures: () => exportFeatures(features),
  };
}
