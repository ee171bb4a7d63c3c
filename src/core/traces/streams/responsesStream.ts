// Events of OpenAI's Responses. The last one holds the whole answer; if it is missing, the answer is put together.
import { asNumber, asObjects, asString, isObject, nameOf, type Json } from '../../json';
import type { TraceRow } from '../formats/rawTrace';
import { appendLists } from './blocks';
import type { Stream, StreamKind } from './stream';

const LAST = ['response.completed', 'response.incomplete', 'response.failed', 'response.cancelled'];
/** By event: the list of an item that the text is in, the field of its place there, and the block's type. */
const DELTAS = new Map([
  ['response.output_text.delta', ['content', 'content_index', 'output_text']],
  ['response.reasoning_text.delta', ['content', 'content_index', 'reasoning_text']],
  ['response.reasoning_summary_text.delta', ['summary', 'summary_index', 'summary_text']],
]);

export const responsesStream: StreamKind = {
  keyOf: ({ type }) =>
    typeof type === 'string' && type.startsWith('response.') ? 'responses' : undefined,
  begins: ({ type }) => type === 'response.created',
  ends: ({ type }) => LAST.includes(nameOf(type)),
  start: () => new Responses(),
};

class Responses implements Stream {
  #response: Json | undefined;
  #isOver = false;
  readonly #items = new Map<number, Json>();

  add(event: TraceRow): void {
    const type = asString(event.type) ?? '';
    if (isObject(event.response)) this.#response = event.response;
    this.#isOver ||= LAST.includes(type);
    const at = asNumber(event.output_index) ?? 0;
    if (type === 'response.output_item.done' && isObject(event.item)) {
      this.#items.set(at, event.item);
    }
    const place = DELTAS.get(type);
    if (place) this.#addText(at, place, event);
  }

  #addText(at: number, [list, field, type]: string[], event: TraceRow): void {
    const kind = type === 'output_text' ? 'message' : 'reasoning';
    const item = this.#items.get(at) ?? { type: kind, content: [], summary: [] };
    this.#items.set(at, item);
    const blocks = item[list!] as Json[];
    const index = Math.min(asNumber(event[field!]) ?? 0, blocks.length);
    const block = (blocks[index] ??= { type, text: '' });
    block.text = (asString(block.text) ?? '') + (asString(event.delta) ?? '');
    appendLists(block, event, ['logprobs']);
  }

  row(): TraceRow | undefined {
    if (asObjects(this.#response?.output).length > 0) return this.#response;
    const items = [...this.#items].sort(([a], [b]) => a - b).map(([, item]) => item);
    return items.length > 0 ? { ...this.#response, output: items } : undefined;
  }

  isOver(): boolean {
    return this.#isOver;
  }
}
