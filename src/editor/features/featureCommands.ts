// Commands about features: choose an autoencoder; find, pin, label, ablate and export features.
import { commands, workspace } from 'vscode';
import { UserError } from '../../core/errors';
import { CHANNELS } from '../../core/sae/featureValues';
import type { OverlayState } from '../overlay/overlayState';
import type { CommandTable } from '../ui/commandTable';
import type { Pages } from '../ui/pages';
import { settings } from '../settings';
import { AUTOENCODERS, keepingOpen } from '../ui/keepingOpen';
import { inform } from '../ui/notifications';
import { pickPath } from '../ui/pickPath';
import { DIALOGS } from '../ui/dialogs';
import { activeText } from '../ui/editorRanges';
import { showingWork } from '../engine/workProgress';
import { chooseFeature } from './chooseFeature';
import { showEffect } from './featureEffect';
import type { Autoencoder } from './autoencoder';
import { findInWorkspace } from './findInWorkspace';
import { labelFeature } from './labelFeature';

export function featureCommands(
  autoencoder: Autoencoder,
  state: OverlayState,
  pages: Pages,
): CommandTable {
  /** `given`: the feature, if the command was called with one. */
  const choose = (given: unknown, title: string) => chooseFeature(autoencoder, given, title);
  const open = async (path: string) => {
    const title = 'Opening the autoencoder';
    const isOpen = await showingWork(autoencoder.engine, 'autoencoder', title, async signal => {
      await keepingOpen(autoencoder.switchTo(path, signal), AUTOENCODERS);
      return true;
    });
    if (isOpen) await settings.features.autoencoder.update(path);
  };
  return {
    async chooseAutoencoder() {
      const { autoencoderChoices } = await import('../models/getModel');
      const path = await pickPath(autoencoderChoices(settings.features.autoencoder.value));
      if (path !== undefined) await open(path);
    },
    async getAutoencoder() {
      const { getAutoencoder } = await import('../models/getModel');
      const got = await getAutoencoder(DIALOGS, autoencoder.published);
      if (!got) return;
      if ('problem' in got) throw new UserError(got.problem);
      await open(got.path);
    },
    async getLabels() {
      const { getLabels } = await import('./getLabels');
      const sae = await autoencoder.needed();
      const { isTrusted } = workspace;
      const keep = (files: readonly string[], source: string | null) =>
        autoencoder.keepLabels(files, source);
      const got = await getLabels({ ...DIALOGS, pickPath, sae, isTrusted, keep });
      if (!got) return;
      if ('problem' in got) throw new UserError(got.problem);
      inform(got.done);
    },
    async findFeature(argument) {
      const feature = await choose(argument, 'show a feature');
      if (feature === undefined) return;
      autoencoder.show(feature);
      await commands.executeCommand('tokenscope.inspector.focus');
    },
    async pinFeature(argument) {
      const feature = await choose(argument, `pin a feature (${CHANNELS} at most)`);
      if (feature === undefined) return;
      state.pin(feature);
      if (!state.isOn || state.lensId !== 'pinned') state.show('pinned');
    },
    unpinFeatures(argument) {
      if (state.pins.length === 0) {
        return inform('No feature is pinned. Pin one with "Tokenscope: Pin Feature…".');
      }
      state.unpin(typeof argument === 'number' ? argument : undefined);
    },
    async findFeatureInWorkspace(argument) {
      const feature = await choose(argument ?? autoencoder.page, 'find in the workspace');
      if (feature !== undefined) await findInWorkspace(autoencoder, feature);
    },
    async ablateFeature(argument) {
      const feature = await choose(argument ?? autoencoder.page, 'ablate or steer');
      if (feature !== undefined) await showEffect(autoencoder, pages, feature);
    },
    async labelFeature(argument) {
      const feature = await choose(argument ?? autoencoder.page, 'label a feature');
      if (feature !== undefined) await labelFeature(autoencoder, feature);
    },
    async exportFeatures() {
      const editor = activeText();
      const lazy = await import('./exportFeatures');
      await lazy.exportFeatures(editor, autoencoder, DIALOGS);
    },
  };
}
