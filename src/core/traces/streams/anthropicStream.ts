// Events of Anthropic's messages.
import { asNumber, asString, isObject, nameOf, type Json } from '../../json';
import type { TraceRow } from '../formats/rawTrace';
import type { Stream, StreamKind } from './stream';

const TYPES = [
  'message_start',
  'content_block_start',
  'content_block_delta',
  'content_block_stop',
  'message_delta',
  'message_stop',
];

export const anthropicStream: StreamKind = {
  keyOf: ({ type }, isOpen) =>
    TYPES.includes(nameOf(type)) || (type === 'ping' && isOpen('anthropic'))
      ? 'anthropic'
      : undefined,
  begins: ({ type }) => type === 'message_start',
  ends: ({ type }) => type === 'message_stop',
  start: () => new Message(),
};

class Message implements Stream {
  readonly #blocks = new Map<number, Json>();
  #isOver = false;

  add({ type, index, content_block: begun, delta }: TraceRow): void {
    this.#isOver ||= type === 'message_stop';
    const at = asNumber(index) ?? 0;
    if (type === 'content_block_start' && isObject(begun)) this.#blocks.set(at, { ...begun });
    if (type !== 'content_block_delta' || !isObject(delta)) return;
    const block = this.#blocks.get(at) ?? {
      type: delta.type === 'thinking_delta' ? 'thinking' : 'text',
    };
    this.#blocks.set(at, block);
    for (const key of ['text', 'thinking'] as const) {
      const text = asString(delta[key]);
      if (text !== undefined) block[key] = (asString(block[key]) ?? '') + text;
    }
    // The arguments of a call, as text; the block begins with an empty object, which stays if there are none.
    const json = asString(delta.partial_json);
    if (json) block.input = (asString(block.input) ?? '') + json;
  }

  row(): TraceRow | undefined {
    if (this.#blocks.size === 0) return undefined;
    const content = [...this.#blocks].sort(([a], [b]) => a - b).map(([, block]) => block);
    return { type: 'message', role: 'assistant', content };
  }

  isOver(): boolean {
    return this.#isOver;
  }
}
