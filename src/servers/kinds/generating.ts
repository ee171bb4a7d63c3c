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
    cannot: `${title} gives log-probabilities of what it writes, and none of a given text: it cannot score. Its models are GGUF files on the machine that it runs on: where that is this one, "Tokenscope: Choose Model or Tokenizer…" and \`tokenscope models\` list them, and opening one gives every number${how}`,
  };
}
