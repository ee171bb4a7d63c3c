// Chunks of chat completions, of OpenAI and compatible servers, and of the older completions.
import { asNumber, asObjects, asString, isObject, type Json } from '../../json';
import type { TraceRow } from '../formats/rawTrace';
import { appendBlocks, appendLists } from './blocks';
import type { Stream, StreamKind } from './stream';

const TEXTS = ['reasoning_content', 'reasoning', 'thinking', 'refusal'];
const LOGPROBS = ['content', 'reasoning_content', 'refusal'];
/** Parallel lists of OpenAI's completions, and the list of llama.cpp's. */
const COMPLETION_LOGPROBS = ['tokens', 'token_logprobs', 'top_logprobs', 'text_offset', 'content'];

export const chatStream: StreamKind = {
  keyOf(row) {
    const isChunk =
      row.object === 'chat.completion.chunk' ||
      asObjects(row.choices).some(({ delta }) => isObject(delta));
    return isChunk ? `chat ${asString(row.id) ?? ''}` : undefined;
  },
  start: () => new Choices(choice => new ChatChoice(choice)),
};

export const completionStream: StreamKind = {
  mayBeWhole: true,
  keyOf(row, isOpen) {
    const choices = asObjects(row.choices);
    const id = asString(row.id);
    // Without an id nothing says that two rows are about one answer.
    if (!id) return undefined;
    const key = `completion ${id}`;
    // The chunk after the last choice counts what was used.
    if (Array.isArray(row.choices) && choices.length === 0) return isOpen(key) ? key : undefined;
    if (!choices.some(({ text }) => typeof text === 'string')) return undefined;
    return choices.some(choice => choice.finish_reason === null) || isOpen(key) ? key : undefined;
  },
  start: () => new Choices(choice => new TextChoice(choice)),
};

interface Choice {
  add(choice: Json): void;
  whole(): Json;
}

class Choices implements Stream {
  readonly #choices = new Map<number, Choice>();
  readonly #start: (first: Json) => Choice;
  #prompt: unknown;
  #saysReason = false;
  #isOver = false;

  constructor(start: (first: Json) => Choice) {
    this.#start = start;
  }

  add(row: TraceRow): void {
    this.#prompt ??= row.prompt;
    for (const choice of asObjects(row.choices)) {
      const index = asNumber(choice.index) ?? 0;
      const known = this.#choices.get(index) ?? this.#start(choice);
      this.#choices.set(index, known);
      known.add(choice);
      this.#saysReason ||= 'finish_reason' in choice;
      this.#isOver ||= typeof choice.finish_reason === 'string';
    }
  }

  row(): TraceRow | undefined {
    if (this.#choices.size === 0) return undefined;
    const choices = [...this.#choices].sort(([a], [b]) => a - b);
    return { prompt: this.#prompt, choices: choices.map(([, choice]) => choice.whole()) };
  }

  isOver(): boolean | undefined {
    return this.#saysReason ? this.#isOver : undefined;
  }
}

class ChatChoice implements Choice {
  readonly #message: Json = { role: 'assistant' };
  readonly #logprobs: Json = {};
  readonly #calls = new Map<number, { id: unknown; name: string; text: string }>();
  readonly #blocks: Json[] = [];
  readonly #details: Json[] = [];
  readonly #index: unknown;

  constructor({ index }: Json) {
    this.#index = index;
  }

  add({ delta, logprobs }: Json): void {
    appendLists(this.#logprobs, logprobs, LOGPROBS);
    if (!isObject(delta)) return;
    for (const key of TEXTS) {
      const text = asString(delta[key]);
      if (text !== undefined) this.#message[key] = (asString(this.#message[key]) ?? '') + text;
    }
    const { content } = delta;
    if (typeof content === 'string') appendBlocks(this.#blocks, [{ type: 'text', text: content }]);
    else if (Array.isArray(content)) appendBlocks(this.#blocks, content);
    if (Array.isArray(delta.reasoning_details)) {
      appendBlocks(this.#details, delta.reasoning_details);
    }
    for (const [i, call] of asObjects(delta.tool_calls).entries()) this.#addCall(i, call);
  }

  #addCall(i: number, { index, id, function: called }: Json): void {
    const at = asNumber(index) ?? i;
    const call = this.#calls.get(at) ?? { id, name: '', text: '' };
    this.#calls.set(at, call);
    if (!isObject(called)) return;
    call.name += asString(called.name) ?? '';
    call.text += asString(called.arguments) ?? '';
  }

  whole(): Json {
    const isText = this.#blocks.length === 1 && this.#blocks[0]!.type === 'text';
    const calls = [...this.#calls.values()].map(({ id, name, text }) => ({
      id,
      type: 'function',
      function: { name, arguments: text },
    }));
    const message = {
      ...this.#message,
      content: isText ? this.#blocks[0]!.text : this.#blocks.length > 0 ? this.#blocks : null,
      ...(this.#details.length > 0 && { reasoning_details: this.#details }),
      ...(calls.length > 0 && { tool_calls: calls }),
    };
    return { index: this.#index, message, logprobs: this.#logprobs };
  }
}

class TextChoice implements Choice {
  readonly #logprobs: Json = {};
  readonly #index: unknown;
  #text = '';

  constructor({ index }: Json) {
    this.#index = index;
  }

  add({ text, logprobs }: Json): void {
    this.#text += asString(text) ?? '';
    appendLists(this.#logprobs, logprobs, COMPLETION_LOGPROBS);
  }

  whole(): Json {
    return { index: this.#index, text: this.#text, logprobs: this.#logprobs };
  }
}
