// Every setting, read where it is needed, under its name in the manifest.
import { workspace, type ConfigurationChangeEvent } from 'vscode';
import type { PairMembers } from '../protocol/traces';

const SECTION = 'tokenscope';

export const settings = {
  /** Empty: the built-in model. */
  modelFolder: () => read('model.folder', ''),
  contextLimit: () => read('model.contextLimit', 2048),
  /** Path of the second tokenizer; empty: none. */
  comparedTokenizer: () => read('compare.tokenizer', ''),
  /** Folder or file of the autoencoder; empty: the model's own. */
  autoencoder: () => read('features.autoencoder', ''),
  densityCutoff: () => read('features.densityCutoff', 0.05),
  /** Undefined: what the model's folder names. */
  pair: (): PairMembers | undefined => {
    const member = (name: 'positive' | 'negative') => ({
      folder: read(`pair.${name}`, ''),
      prompt: read(`pair.${name}Prompt`, ''),
    });
    const [positive, negative] = [member('positive'), member('negative')];
    const isChosen = [positive, negative].some(({ folder, prompt }) => folder || prompt);
    return isChosen ? { positive, negative } : undefined;
  },
  centresContrast: () => read('pair.centre', false),
  rollouts: () => ({
    rollouts: read('traces.rollouts', 32),
    temperature: read('traces.temperature', 1),
    topP: read('traces.topP', 1),
    maxTokens: read('traces.maxTokens', 256),
    pattern: read('traces.answerPattern', ''),
    checker: read<string[]>('traces.checker', []),
    seed: read('traces.seed', 1),
  }),
  /** Where the numbers of a trace's tokens are from, where its file has some. */
  tracesFrom: () => read<'file' | 'model'>('traces.scoresFrom', 'file'),
  maxTokens: () => read('overlay.maxTokens', 50_000),
};

export function chooseModelFolder(folder: string): Thenable<void> {
  return workspace.getConfiguration(SECTION).update('model.folder', folder || undefined, true);
}

export function chooseComparedTokenizer(path: string): Thenable<void> {
  return workspace.getConfiguration(SECTION).update('compare.tokenizer', path || undefined, true);
}

export function chooseAutoencoderPath(path: string): Thenable<void> {
  return workspace
    .getConfiguration(SECTION)
    .update('features.autoencoder', path || undefined, true);
}

export function changesFeatures(event: ConfigurationChangeEvent): boolean {
  return event.affectsConfiguration(`${SECTION}.features`);
}

export async function choosePair(positive: string, negative: string): Promise<void> {
  const section = workspace.getConfiguration(`${SECTION}.pair`);
  await section.update('positive', positive || undefined, true);
  await section.update('negative', negative || undefined, true);
}

export function changesPair(event: ConfigurationChangeEvent): boolean {
  return ['positive', 'negative', 'positivePrompt', 'negativePrompt'].some(name =>
    event.affectsConfiguration(`${SECTION}.pair.${name}`),
  );
}

/** How what a pair said is drawn: it need not be asked again. */
export function changesCentre(event: ConfigurationChangeEvent): boolean {
  return event.affectsConfiguration(`${SECTION}.pair.centre`);
}

export function changesTraces(event: ConfigurationChangeEvent): boolean {
  return event.affectsConfiguration(`${SECTION}.traces`);
}

export function chooseTracesFrom(source: 'file' | 'model'): Thenable<void> {
  return workspace.getConfiguration(SECTION).update('traces.scoresFrom', source, true);
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
