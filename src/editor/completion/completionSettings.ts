// The settings of completions, under their names in the manifest.
import { ConfigurationTarget, workspace, type ConfigurationChangeEvent } from 'vscode';
import type { Healing } from '../../core/completion/healingStarts';
import type { PromptMode } from '../../core/completion/prompt';
import type { Region } from '../../core/completion/syntaxRegion';
import type { CompletionOptions } from '../../protocol/completion';

const SECTION = 'tokenscope.completion';

export const completionSettings = {
  enabled: () => read('enabled', false),
  /** Without being asked. */
  automatic: () => read('automatic', true),
  exceptLanguages: () => read<string[]>('exceptLanguages', []),
  besideSuggestions: () => read('besideSuggestions', false),
  prepareNext: () => read('prepareNext', true),
  candidates: () => read('candidates', 3),
  maxPauseMs: () => read('maxPause', 250),
  fim: () => read<PromptMode | 'auto'>('fim', 'auto'),
};

/** What a request asks for, but for the prompt's form. */
export function completionOptions(
  language: string,
): Omit<CompletionOptions, keyof WantedForm | 'candidates'> {
  const healing = read<Healing>('healing', 'exact');
  const except: Region[] = [];
  if (!read('inComments', true)) except.push('comment');
  if (!read('inStrings', true)) except.push('string');
  return {
    // Where exactness cannot be had, the next best: the log and the explanation say so.
    healings: healing === 'exact' ? ['exact', 'one-token'] : [healing],
    contextTokens: read('contextTokens', 512),
    maxTokens: read('maxTokens', 48),
    maxTimeMs: read('maxTime', 1000),
    singleLine: read('lines', 'one') === 'one',
    minProbability: read('minProbability', 0.05),
    temperature: read('temperature', 0),
    topP: read('topP', 1),
    seed: 1,
    ...{ language, except, drafts: true, alternatives: 0, logprobs: false },
  };
}

export function setEnabled(isOn: boolean): Thenable<void> {
  return workspace
    .getConfiguration(SECTION)
    .update('enabled', isOn || undefined, ConfigurationTarget.Global);
}

export function changesCompletion(event: ConfigurationChangeEvent): boolean {
  return event.affectsConfiguration(SECTION);
}

function read<T>(name: string, fallback: T): T {
  return workspace.getConfiguration(SECTION).get<T>(name, fallback);
}

export type WantedForm = Pick<CompletionOptions, 'mode' | 'rollback' | 'suffixFrom'>;
