// Servers that give log-probabilities of what they write, and none of a given text.
import { asObjects, asString } from '../../core/json';
import type { ServerKind } from '../server';

const LOCALLY =
  'Its models are GGUF files on the machine that it runs on: where that is this one, "Tokenscope: Choose Model or Tokenizer…" and `tokenscope models` list them, and opening one gives every number';

export const ollama: ServerKind = {
  title: 'Ollama',
  recognise({ ollama: found, props, model }) {
    if (asString(found?.version) === undefined || props) return undefined;
    return {
      model: asString(model?.id) ?? '',
      version: asString(found?.version) ?? '',
      sources: [],
      cannot: `Ollama gives log-probabilities of what it writes, and none of a given text: it cannot score. ${LOCALLY} (--model ollama:NAME)`,
    };
  },
};

export const lmStudio: ServerKind = {
  title: 'LM Studio',
  recognise({ lmStudio: found }) {
    const models = asObjects(found?.data);
    if (!models.some(({ publisher, arch }) => publisher !== undefined || arch !== undefined))
      return undefined;
    return {
      model: asString(models[0]?.id) ?? '',
      version: 'version not stated',
      sources: [],
      cannot: `LM Studio gives log-probabilities of what it writes, and none of a given text: it cannot score. ${LOCALLY}`,
    };
  },
};
