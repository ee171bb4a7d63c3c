// Answers of Ollama's own interface, /api/chat and /api/generate, when they are not streamed.
import { messageParts, withOwnThinking } from './messages';
import { openAiLogprobs } from './logprobs';
import { asString, definedFields, isObject } from '../../json';
import { textPart, type Format } from './rawTrace';

export const ollama: Format = {
  name: 'Ollama',
  seen: 'from its documentation',
  read(row) {
    if (typeof row.model !== 'string' || typeof row.done !== 'boolean') return undefined;
    const logprobs = openAiLogprobs(row.logprobs, 'Ollama');
    if (isObject(row.message)) {
      return [{ parts: messageParts(row.message, ['message']), logprobs }];
    }
    if (typeof row.response !== 'string') return undefined;
    const parts = withOwnThinking([
      ...textPart('thinking', row, 'thinking'),
      ...textPart('answer', row, 'response'),
    ]);
    return [{ ...definedFields({ question: asString(row.prompt) }), parts, logprobs }];
  },
};
