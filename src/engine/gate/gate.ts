// An open delete gate, and what it said of texts, window by window.
import { windowsOf, type Window } from '../../core/text/contextWindows';
import { encodeUtf8 } from '../../core/text/utf8';
import type { Document } from '../documents/document';
import type { Model } from '../models/model';
import type { GateFacts, GateFolder } from './gateFolder';

/** Windows that are remembered. */
export const CAPACITY = 128;
const LINE_FEED = 0x0a;

/** A text as the gate reads it. */
interface GateText {
  readonly version: number;
  readonly bytes: Uint8Array;
  readonly windows: readonly Window[];
}

export class Gate {
  readonly facts: GateFacts;
  /** [byte], by the bytes of a window: the encoder looks both ways. The least recently used first. */
  private readonly known = new Map<string, Float32Array>();
  private capacity = CAPACITY;
  private readonly texts = new WeakMap<Document, GateText>();

  constructor(
    private readonly model: Model,
    private readonly read: Pick<GateFolder, 'facts' | 'ids' | 'end'>,
  ) {
    this.facts = read.facts;
  }

  /** The windows of a text depend on it and on the gate alone, as a model's do: one byte, one token. */
  textOf(document: Document): GateText {
    const { version } = document;
    const before = this.texts.get(document);
    if (before?.version === version) return before;
    const bytes = encodeUtf8(document.text);
    const context = this.facts.tokens - (this.read.end === undefined ? 0 : 1);
    const windows = windowsOf(bytes.length, context, byte => bytes[byte] === LINE_FEED);
    const text = { version, bytes, windows };
    this.texts.set(document, text);
    return text;
  }

  /** From now on remembers at least this many windows. */
  reserve(windows: number): void {
    this.capacity = Math.max(this.capacity, windows);
  }

  /** Reads a window unless it is known. Throws `UserError`, and `Cancelled` when aborted. */
  async readWindow(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    const key = keyOf(bytes);
    if (this.recall(key)) return;
    const { ids, end } = this.read;
    const inputs = Uint32Array.from([...bytes].map(byte => ids[byte]!).concat(end ?? []));
    const values = await this.model.readLayers(inputs, { kind: 'gate' }, signal);
    this.known.set(key, values.slice(0, bytes.length));
    const [oldest] = this.known.keys();
    if (this.known.size > this.capacity) this.known.delete(oldest!);
  }

  /** [byte] of [from, to): the gate's values, from its scale to 0; NaN where not known. */
  valuesIn(document: Document, from: number, to: number): Float32Array {
    const { bytes, windows } = this.textOf(document);
    const values = new Float32Array(to - from).fill(NaN);
    for (let at = firstTo(windows, from); at < windows.length; at++) {
      const { start, ownStart, end } = windows[at]!;
      if (ownStart >= to) break;
      const [first, last] = [Math.max(from, ownStart), Math.min(to, end)];
      const found = this.recall(keyOf(bytes.subarray(start, end)));
      if (found) values.set(found.subarray(first - start, last - start), first - from);
    }
    return values;
  }

  /** How much of its scale the gate's values are, in the mean: 0 keeps, 1 deletes. NaN where one is not known. */
  shareOf(values: Float32Array): number {
    return values.reduce((sum, value) => sum + value, 0) / (values.length * this.facts.scale);
  }

  /** Whether a byte of such a value stays. */
  keeps(value: number): boolean {
    return value > this.facts.threshold;
  }

  /** A text's bytes as tokens of the gate's tokenizer, [from, to). */
  bytesOf(document: Document, from: number, to: number) {
    const { tokenizer } = this.model;
    const tokens = document.streamBy(tokenizer).tokens(from, to);
    return { tokens, tokenizer };
  }

  /** Bytes of a text, of how many the gate's values are known, and how many of these stay. */
  lengthOf(document: Document): { total: number; known: number; kept: number } {
    const total = this.textOf(document).bytes.length;
    const known = this.valuesIn(document, 0, total).filter(value => !Number.isNaN(value));
    return { total, known: known.length, kept: known.filter(value => this.keeps(value)).length };
  }

  dispose(): void {
    this.model.dispose();
  }

  private recall(key: string): Float32Array | undefined {
    const found = this.known.get(key);
    if (!found) return undefined;
    this.known.delete(key);
    this.known.set(key, found);
    return found;
  }
}

const keyOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

/** The first window whose own bytes end after a place. */
function firstTo(windows: readonly Window[], from: number): number {
  let [low, high] = [0, windows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (windows[middle]!.end <= from) low = middle + 1;
    else high = middle;
  }
  return low;
}
