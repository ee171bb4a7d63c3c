// Conversations and responses of servers: OpenAI's chat, completions and Responses, Anthropic's, Gemini's, llama.cpp's.
import { geminiLogprobs, llamaCppLogprobs, openAiLogprobs } from './logprobs';
import { blockParts, partsOfBlock } from './contentBlocks';
import { messageParts, questionOf, THINKING, turnsOf, withOwnThinking } from './messages';
import { isObject, definedFields, asObjects, asString } from '../../json';
import { textPart, type Format, type Path, type RawPart, type RawTrace } from './rawTrace';

export const chatMessages: Format = {
  name: 'chat messages',
  seen: 'from its documentation',
  read(row) {
    const turns = turnsOf(row.messages, ['messages']);
    if (turns.length === 0) return undefined;
    const target = asString(row.answer);
    return turns.map(({ question, parts }, n): RawTrace => ({
      ...definedFields({ question, target }),
      ...(turns.length > 1 && { id: `answer ${n + 1}` }),
      parts,
    }));
  },
};

export const chatCompletion: Format = {
  name: 'OpenAI chat completion',
  seen: 'in a real file',
  read(row) {
    const choices = asObjects(row.choices);
    if (choices.length === 0 || !choices.some(({ message }) => isObject(message))) return undefined;
    return choices.flatMap((choice, i): RawTrace[] => {
      const { message, logprobs } = choice;
      if (!isObject(message)) return [];
      const lists = isObject(logprobs)
        ? ['content', ...THINKING, 'refusal'].flatMap(key =>
            openAiLogprobs(logprobs[key], 'OpenAI chat'),
          )
        : [];
      return [
        {
          ...(choices.length > 1 && { id: `choice ${i + 1}` }),
          parts: messageParts(message, ['choices', i, 'message']),
          logprobs: lists,
        },
      ];
    });
  },
};

/** Items of a response's output, of which one is enough to know it. */
const OUTPUT: ReadonlySet<unknown> = new Set(['message', 'reasoning', 'function_call']);

export const responses: Format = {
  name: 'OpenAI Responses',
  seen: 'in a real file',
  read(row) {
    const response = isObject(row.response) ? row.response : row;
    const before: Path = response === row ? [] : ['response'];
    const output = Array.isArray(response.output) ? (response.output as unknown[]) : [];
    const items = asObjects(output);
    if (!items.some(({ type }) => OUTPUT.has(type))) return undefined;
    const parts = output.flatMap((item, i): RawPart[] => {
      const at = [...before, 'output', i];
      if (!isObject(item)) return [];
      return item.type === 'message'
        ? blockParts(item.content, [...at, 'content'])
        : partsOfBlock(item, at);
    });
    const tokens = items.flatMap(({ content }) =>
      asObjects(content).flatMap(({ logprobs }) => asObjects(logprobs)),
    );
    const question = questionOf(row.input);
    return [
      {
        ...definedFields({ question }),
        parts: withOwnThinking(parts),
        logprobs: openAiLogprobs(tokens, 'OpenAI Responses'),
      },
    ];
  },
};

export const anthropic: Format = {
  name: 'Anthropic message',
  seen: 'from its documentation',
  read(row) {
    if (!Array.isArray(row.content) || (row.role !== 'assistant' && row.type !== 'message')) {
      return undefined;
    }
    return [{ parts: messageParts(row, []) }];
  },
};

export const bedrock: Format = {
  name: 'Amazon Bedrock Converse',
  seen: 'from its documentation',
  read({ output }) {
    if (!isObject(output) || !isObject(output.message)) return undefined;
    if (!Array.isArray(output.message.content)) return undefined;
    return [{ parts: messageParts(output.message, ['output', 'message']) }];
  },
};

export const gemini: Format = {
  name: 'Gemini',
  seen: 'from its documentation',
  read(row) {
    const candidates = asObjects(row.candidates);
    if (!candidates.some(({ content }) => isObject(content) && Array.isArray(content.parts))) {
      return undefined;
    }
    return candidates.map((candidate, i): RawTrace => {
      const content = isObject(candidate.content) ? candidate.content : {};
      const at = ['candidates', i, 'content', 'parts'];
      const parts = withOwnThinking(blockParts(content.parts, at));
      const logprobs = geminiLogprobs(candidate.logprobsResult);
      return { ...(candidates.length > 1 && { id: `candidate ${i + 1}` }), parts, logprobs };
    });
  },
};

export const llamaCpp: Format = {
  name: 'llama.cpp completion',
  seen: 'from its documentation',
  read(row) {
    if (typeof row.content !== 'string' || !Array.isArray(row.completion_probabilities)) {
      return undefined;
    }
    return [
      {
        ...definedFields({ question: asString(row.prompt) }),
        parts: textPart('answer', row, 'content'),
        logprobs: llamaCppLogprobs(row.completion_probabilities),
      },
    ];
  },
};
