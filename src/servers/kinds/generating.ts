// Programs that serve GGUF files, with log-probabilities of what they write and none of a given text.
import { asObjects, asString } from '../../core/json';
import type { Recognised, ServerKind } from '../server';
import { versionOf } from './knownServer';

export const ollama: ServerKind = {
  title: 'Ollama',
  recognise({ ollama: found, props, model }) {
    const version = asString(found?.version);
    if (version === undefined || props) return undefined;
    return {
      ...cannotScore('Ollama', model?.id, ' (--model ollama:NAME)'),
      version,
      program: 'ollama',
    };
  },
};

export const lmStudio: ServerKind = {
  title: 'LM Studio',
  recognise({ lmStudio: found }) {
    const models = asObjects(found?.data);
    if (!models.some(({ publisher, arch }) => publisher !== undefined || arch !== undefined))
      return undefined;
    return { ...cannotScore('LM Studio', models[0]?.id), program: 'lm-studio' };
  },
};

function cannotScore(title: string, model: unknown, how = ''): Recognised {
  return {
    model: asString(model) ?? '',
    version: versionOf(undefined),
    sources: [],
    cannot: `${title} returns log-probabilities only for text that it generates, so it cannot score a given text. Its models are GGUF files. If it runs on this machine, open one with "Tokenscope: Choose Model or Tokenizer…" or from \`tokenscope models\` to get every number${how}`,
  };
}
