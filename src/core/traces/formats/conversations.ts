// Conversations and responses of servers: OpenAI's chat, completions and Responses, Anthropic's, Gemini's, llama.cpp's.
import {
  completionLogprobs,
  geminiLogprobs,
  llamaCppLogprobs,
  openAiLogprobs,
  promptLogprobs,
  textBy,
} from './logprobs';
import { isObject, definedFields, asObjects, asString } from '../../json';
import {
  textPart,
  type Format,
  type Path,
  type RawPart,
  type RawTrace,
  type TraceRow,
} from './rawTrace';

/** Names of the reasoning field beside the content: DeepSeek and vLLM, OpenRouter and Groq, Ollama. */
const THINKING = ['reasoning_content', 'reasoning', 'thinking'];

/** The parts of an assistant's message from any of these servers or from Inspect. */
export function messageParts(message: TraceRow, path: Path): RawPart[] {
  const thinking = THINKING.flatMap(key => textPart('thinking', message, key, path)).slice(0, 1);
  const { content } = message;
  if (typeof content === 'string')
    return [...thinking, ...textPart('answer', message, 'content', path)];
  return [...thinking, ...blockParts(content, [...path, 'content'])];
}

/** Content blocks of Anthropic, of Inspect, and of OpenAI's chat. */
export function blockParts(content: unknown, path: Path): RawPart[] {
  if (!Array.isArray(content)) return [];
  return content.flatMap((block: unknown, i): RawPart[] => {
    if (!isObject(block)) return [];
    const at = [...path, i];
    switch (block.type) {
      case 'thinking':
        return textPart('thinking', block, 'thinking', at);
      case 'reasoning':
        return textPart('thinking', block, block.reasoning ? 'reasoning' : 'summary', at);
      case 'text':
      case 'output_text':
        return textPart('answer', block, 'text', at);
      case 'reasoning_text':
      case 'summary_text':
        return textPart('thinking', block, 'text', at);
      case 'redacted_thinking':
        return [];
      default:
        return textPart('tool', block, 'text', at);
    }
  });
}

/** The question: the text of the last user message before `end`. */
export function questionOf(
  messages: readonly TraceRow[],
  end = messages.length,
): string | undefined {
  const asked = messages
    .slice(0, end)
    .filter(({ role }) => role === 'user')
    .at(-1);
  const { content } = asked ?? {};
  if (typeof content === 'string') return content;
  const texts = asObjects(content).flatMap(({ text }) => asString(text) ?? []);
  return texts.length > 0 ? texts.join('\n') : undefined;
}

export const chatMessages: Format = {
  name: 'chat messages',
  seen: 'from its documentation',
  read(row) {
    const messages = asObjects(row.messages);
    const answers = messages.flatMap((message, i) => (message.role === 'assistant' ? [i] : []));
    if (answers.length === 0) return undefined;
    return answers.map((i, n): RawTrace => ({
      ...definedFields({ question: questionOf(messages, i), target: asString(row.answer) }),
      ...(answers.length > 1 && { id: `answer ${n + 1}` }),
      parts: messageParts(messages[i]!, ['messages', i]),
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
        ? ['content', 'reasoning_content', 'refusal'].flatMap(key =>
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

export const completion: Format = {
  name: 'OpenAI completion',
  seen: 'from its documentation',
  read(row) {
    const choices = asObjects(row.choices);
    if (choices.length === 0 || !choices.some(({ text }) => typeof text === 'string')) {
      return undefined;
    }
    // A prompt that was only read is in the request, beside the answer if both were saved.
    const prompt = asString(row.prompt);
    const read = choices.flatMap(choice =>
      promptLogprobs(choice.prompt_logprobs, prompt, choice.prompt_token_ids),
    );
    if (read.length > 0) {
      const own = textPart('answer', row, 'prompt');
      // Without the request, the prompt is what its tokens spell.
      const parts: RawPart[] = own.length > 0 ? own : [{ kind: 'answer', text: textBy(read[0]!) }];
      return [{ parts, logprobs: read }];
    }
    return choices.map((choice, i): RawTrace => ({
      ...(choices.length > 1 && { id: `choice ${i + 1}` }),
      ...definedFields({ question: prompt }),
      parts: textPart('answer', choice, 'text', ['choices', i]),
      logprobs: completionLogprobs(choice.logprobs),
    }));
  },
};

export const responses: Format = {
  name: 'OpenAI Responses',
  seen: 'in a real file',
  read(row) {
    const response = isObject(row.response) ? row.response : row;
    const before: Path = response === row ? [] : ['response'];
    const output = asObjects(response.output);
    if (!output.some(({ type }) => type === 'message' || type === 'reasoning')) return undefined;
    const parts = output.flatMap(({ summary, content }, i) => {
      const at = [...before, 'output', i];
      const own = blockParts(content, [...at, 'content']);
      return own.length > 0 ? own : blockParts(summary, [...at, 'summary']);
    });
    const logprobs = output.flatMap(({ content }) =>
      asObjects(content).flatMap(block => openAiLogprobs(block.logprobs, 'OpenAI Responses')),
    );
    return [{ ...definedFields({ question: asString(row.input) }), parts, logprobs }];
  },
};

export const anthropic: Format = {
  name: 'Anthropic message',
  seen: 'from its documentation',
  read(row) {
    if (!Array.isArray(row.content) || (row.role !== 'assistant' && row.type !== 'message')) {
      return undefined;
    }
    return [{ parts: blockParts(row.content, ['content']) }];
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
      const parts = asObjects(content.parts).flatMap((each, n) =>
        textPart(each.thought === true ? 'thinking' : 'answer', each, 'text', [
          'candidates',
          i,
          'content',
          'parts',
          n,
        ]),
      );
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
