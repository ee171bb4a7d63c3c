// Every setting, read where it is needed, under its name in the manifest.
import { workspace, type ConfigurationChangeEvent } from 'vscode';

const SECTION = 'tokenscope';

export const settings = {
  /** Empty: the built-in model. */
  modelFolder: () => read('model.folder', ''),
  contextLimit: () => read('model.contextLimit', 2048),
  /** Path of the second tokenizer; empty: none. */
  comparedTokenizer: () => read('compare.tokenizer', ''),
  maxTokens: () => read('overlay.maxTokens', 50_000),
};

export function chooseModelFolder(folder: string): Thenable<void> {
  return workspace.getConfiguration(SECTION).update('model.folder', folder || undefined, true);
}

export function chooseComparedTokenizer(path: string): Thenable<void> {
  return workspace.getConfiguration(SECTION).update('compare.tokenizer', path || undefined, true);
}

export function changesComparison(event: ConfigurationChangeEvent): boolean {
  return event.affectsConfiguration(`${SECTION}.compare`);
}

export function changesModel(event: ConfigurationChangeEvent): boolean {
  return event.affectsConfiguration(`${SECTION}.model`);
}

function read<T>(name: string, fallback: T): T {
  return workspace.getConfiguration(SECTION).get<T>(name, fallback);
}
