// The settings of completions.
import type { Healing } from '../../core/completion/healingStarts';
import type { PromptMode } from '../../core/completion/prompt';
import type { Region } from '../../core/completion/syntaxRegion';
import type { CompletionOptions } from '../../protocol/completion';
import { Setting } from '../setting';

export const completionSettings = {
  enabled: new Setting('completion.enabled', false),
  /** Whether completions appear without a request by the user. */
  automatic: new Setting('completion.automatic', true),
  exceptLanguages: new Setting<string[]>('completion.exceptLanguages', ['plaintext', 'markdown']),
  inComments: new Setting('completion.inComments', true),
  inStrings: new Setting('completion.inStrings', true),
  besideSuggestions: new Setting('completion.besideSuggestions', false),
  lines: new Setting<'one' | 'several'>('completion.lines', 'one'),
  minProbability: new Setting('completion.minProbability', 0.05),
  maxTokens: new Setting('completion.maxTokens', 48),
  /** Milliseconds. */
  maxTime: new Setting('completion.maxTime', 1000),
  contextTokens: new Setting('completion.contextTokens', 512),
  fim: new Setting<PromptMode | 'auto'>('completion.fim', 'auto'),
  healing: new Setting<Healing>('completion.healing', 'exact'),
  temperature: new Setting('completion.temperature', 0),
  topP: new Setting('completion.topP', 1),
};

export type WantedForm = Pick<CompletionOptions, 'mode' | 'rollback' | 'suffixFrom'>;

/** The options of a request, without the prompt's form. */
export function completionOptions(
  language: string,
): Omit<CompletionOptions, keyof WantedForm | 'candidates'> {
  const { healing, inComments, inStrings, lines, ...numbers } = completionSettings;
  const except: Region[] = [];
  if (!inComments.value) except.push('comment');
  if (!inStrings.value) except.push('string');
  return {
    // The fallback is for tokenizers that allow no exact healing: the log and the explanation say so.
    healings: healing.value === 'exact' ? ['exact', 'one-token'] : [healing.value],
    contextTokens: numbers.contextTokens.value,
    maxTokens: numbers.maxTokens.value,
    maxTimeMs: numbers.maxTime.value,
    singleLine: lines.value === 'one',
    minProbability: numbers.minProbability.value,
    temperature: numbers.temperature.value,
    topP: numbers.topP.value,
    seed: 1,
    language,
    except,
    drafts: true,
    alternatives: 0,
    logprobs: false,
  };
}
