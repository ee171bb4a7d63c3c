// Answers of local servers in one JSON object a line: Ollama's, and llama.cpp's own; and Gemini's chunks.
import { asNumber, asObjects, asString, isObject, type Json } from '../../json';
import type { TraceRow } from '../formats/rawTrace';
import { appendBlocks, appendLists } from './blocks';
import type { Stream, StreamKind } from './stream';

export const ollamaStream: StreamKind = {
  keyOf(row, isOpen) {
    const { model, done, message, response } = row;
    if (typeof model !== 'string' || (!isObject(message) && typeof response !== 'string')) {
      return undefined;
    }
    const key = `ollama ${model}`;
    // A row that is done is a whole answer unless others came before it.
    return done === false || (done === true && isOpen(key)) ? key : undefined;
  },
  ends: ({ done }) => done === true,
  start: () => new Joined(['message.content', 'message.thinking', 'response', 'thinking'], 'done'),
};

export const llamaCppStream: StreamKind = {
  keyOf({ content, stop }, isOpen) {
    if (typeof content !== 'string' || typeof stop !== 'boolean') return undefined;
    return !stop || isOpen('llama.cpp') ? 'llama.cpp' : undefined;
  },
  ends: ({ stop }) => stop === true,
  start: () => new Joined(['content'], 'stop'),
};

/** Rows whose texts are put one after another; all else is the last row's. */
class Joined implements Stream {
  readonly #texts = new Map<string, string>();
  readonly #lists: Json = { completion_probabilities: [] };
  readonly #calls: unknown[] = [];
  readonly #fields: readonly string[];
  readonly #end: string;
  #last: TraceRow = {};

  /** `end`: the field that is true in the last row. */
  constructor(fields: readonly string[], end: string) {
    this.#fields = fields;
    this.#end = end;
  }

  add(row: TraceRow): void {
    this.#last = row;
    const { message } = row;
    for (const field of this.#fields) {
      const text = isObject(message) && field.startsWith('message.') ? message : row;
      const own = asString(text[field.replace('message.', '')]);
      if (own !== undefined) this.#texts.set(field, (this.#texts.get(field) ?? '') + own);
    }
    if (isObject(message)) for (const call of asObjects(message.tool_calls)) this.#calls.push(call);
    appendLists(this.#lists, row, ['logprobs', 'completion_probabilities']);
  }

  row(): TraceRow {
    const row: Json = { ...this.#last, ...this.#lists };
    const message: Json = { role: 'assistant' };
    for (const [field, text] of this.#texts) {
      if (field.startsWith('message.')) message[field.replace('message.', '')] = text;
      else row[field] = text;
    }
    if (this.#calls.length > 0) message.tool_calls = this.#calls;
    return isObject(this.#last.message) ? { ...row, message } : row;
  }

  isOver(): boolean {
    return this.#last[this.#end] === true;
  }
}

export const geminiStream: StreamKind = {
  mayBeWhole: true,
  keyOf: ({ candidates, responseId }) =>
    Array.isArray(candidates) && typeof responseId === 'string'
      ? `gemini ${responseId}`
      : undefined,
  start: () => new Candidates(),
};

class Candidates implements Stream {
  readonly #parts = new Map<number, { parts: Json[]; logprobs: Json }>();
  #isOver = false;

  add({ candidates }: TraceRow): void {
    for (const { index, content, logprobsResult, finishReason } of asObjects(candidates)) {
      const at = asNumber(index) ?? 0;
      const known = this.#parts.get(at) ?? { parts: [], logprobs: {} };
      this.#parts.set(at, known);
      const parts = isObject(content) ? asObjects(content.parts) : [];
      for (const { thought, text, functionCall } of parts) {
        if (isObject(functionCall)) known.parts.push({ functionCall });
        else appendBlocks(known.parts, [{ type: thought === true, text }]);
      }
      appendLists(known.logprobs, logprobsResult, ['chosenCandidates', 'topCandidates']);
      this.#isOver ||= typeof finishReason === 'string';
    }
  }

  row(): TraceRow | undefined {
    if (this.#parts.size === 0) return undefined;
    const all = [...this.#parts].sort(([a], [b]) => a - b);
    const candidates = all.map(([index, { parts, logprobs }]) => ({
      index,
      content: { parts: parts.map(({ type, ...part }) => ({ thought: type, ...part })) },
      logprobsResult: logprobs,
    }));
    return { candidates };
  }

  isOver(): boolean {
    return this.#isOver;
  }
}
