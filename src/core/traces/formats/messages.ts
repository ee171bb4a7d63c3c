// Messages of conversations: the parts of one, and the turns that they make.
import { isObject, definedFields, asObjects, asString } from '../../json';
import { blockParts, callParts, firstTexts, resultParts } from './contentBlocks';
import { textPart, type Path, type RawPart, type TraceRow } from './rawTrace';

/** Names of the reasoning field beside the content: DeepSeek and vLLM, OpenRouter and Groq, Ollama. */
export const THINKING = ['reasoning_content', 'reasoning', 'thinking'];

/** Lists of blocks beside the content: OpenRouter, LiteLLM. */
const THINKING_LISTS = ['reasoning_details', 'thinking_blocks'];

/** The parts of an assistant's message from any of these servers or from Inspect. */
export function messageParts(message: TraceRow, path: Path): RawPart[] {
  const lists = THINKING_LISTS.flatMap(key => blockParts(message[key], [...path, key]));
  const own = firstTexts(message, THINKING, path);
  // The lists repeat the field, but only they say what is encrypted.
  const thinking = own.length > 0 ? [...own, ...lists.filter(({ text }) => text === '')] : lists;
  const { content } = message;
  const said =
    typeof content === 'string'
      ? textPart('answer', message, 'content', path)
      : blockParts(content, [...path, 'content']);
  const refusal = said.length > 0 ? [] : textPart('answer', message, 'refusal', path);
  const calls = [...asObjects(message.tool_calls), message.function_call].filter(isObject);
  return withOwnThinking([...thinking, ...said, ...refusal, ...calls.flatMap(callParts)]);
}

/** Where the reasoning is apart, markers of it in the answer are only mentioned. */
export function withOwnThinking(parts: readonly RawPart[]): RawPart[] {
  if (!parts.some(({ kind }) => kind === 'thinking')) return [...parts];
  return parts.map(part => (part.kind === 'answer' ? { ...part, isUnmarked: true } : part));
}

/** What was asked and all that follows: the model's messages, the tools that it called and what they answered. */
export interface Turn {
  readonly question?: string;
  readonly parts: readonly RawPart[];
  /** The index in `parts` at which the model's last message begins. */
  readonly lastMessage: number;
}

/** Those in which the model wrote something. */
export function turnsOf(messages: unknown, path: Path): Turn[] {
  const turns: Turn[] = [];
  let question: string | undefined;
  let parts: RawPart[] = [];
  let lastMessage = -1;
  const end = () => {
    if (lastMessage >= 0) turns.push({ ...definedFields({ question }), parts, lastMessage });
    [parts, lastMessage] = [[], -1];
  };
  for (const [i, message] of (Array.isArray(messages) ? messages : []).entries()) {
    if (!isObject(message)) continue;
    if (message.role === 'user') {
      end();
      question = textOf(message.content);
    } else if (message.role === 'assistant') {
      lastMessage = parts.length;
      for (const part of messageParts(message, [...path, i])) parts.push(part);
    } else if (message.role === 'tool' && lastMessage >= 0) {
      for (const part of resultParts(message, [...path, i])) parts.push(part);
    }
  }
  end();
  return turns;
}

/**
 * The last text that a user wrote, for a request whose answer is elsewhere: of messages, of Gemini's contents, whose role
 * may be missing, or of what is itself a content.
 */
export function questionOf(asked: unknown): string | undefined {
  const texts = asObjects(asked).map(({ role, content, parts }) => {
    if (role === undefined) return textOf(parts);
    return role === 'user' ? textOf(content ?? parts) : undefined;
  });
  // Results of tools are messages of the user too, without a text.
  return texts.findLast(text => text !== undefined) ?? textOf(asked);
}

/** Of a content that is a text, or a list of blocks. */
export function textOf(content: unknown): string | undefined {
  if (typeof content === 'string') return content;
  const texts = asObjects(content).flatMap(({ text }) => asString(text) ?? []);
  return texts.length > 0 ? texts.join('\n') : undefined;
}
