// Puts together the answers whose chunks are among the rows of a file.
import type { TraceRow } from '../formats/rawTrace';
import { anthropicStream } from './anthropicStream';
import { chatStream, completionStream } from './chatStream';
import { geminiStream, llamaCppStream, ollamaStream } from './lineStreams';
import { responsesStream } from './responsesStream';
import type { Stream, StreamKind } from './stream';

const KINDS: readonly StreamKind[] = [
  chatStream,
  completionStream,
  responsesStream,
  anthropicStream,
  ollamaStream,
  llamaCppStream,
  geminiStream,
];

interface OpenStream<P> {
  readonly kind: StreamKind;
  readonly stream: Stream;
  readonly first: { readonly row: TraceRow; readonly place: P };
  last: P;
  count: number;
}

export interface JoinedRow<P> {
  readonly row: TraceRow;
  readonly first: P;
  readonly last: P;
  /** Whether the row is in the file as it is. */
  readonly isOriginal: boolean;
  /** Whether its end is missing. */
  readonly isCut: boolean;
}

/** `P`: where a row is. */
export class StreamJoiner<P> {
  readonly #open = new Map<string, OpenStream<P>>();
  readonly #ended: OpenStream<P>[] = [];

  /** Whether the row is a chunk of an answer. */
  add(row: TraceRow, place: P): boolean {
    for (const kind of KINDS) {
      const key = kind.keyOf(row, other => this.#open.has(other));
      if (key === undefined) continue;
      if (kind.begins?.(row)) this.#end(key);
      const open = this.#open.get(key) ?? {
        kind,
        stream: kind.start(),
        first: { row, place },
        last: place,
        count: 0,
      };
      this.#open.set(key, open);
      open.stream.add(row);
      open.last = place;
      open.count++;
      if (kind.ends?.(row)) this.#end(key);
      return true;
    }
    return false;
  }

  /** The answers that have ended since, in the order of their ends. */
  *ended(): Generator<JoinedRow<P>> {
    for (const { kind, stream, first, last, count } of this.#ended.splice(0)) {
      const isOriginal = count === 1 && kind.mayBeWhole === true;
      const row = isOriginal ? first.row : stream.row();
      const isCut = stream.isOver() === false && !isOriginal;
      if (row) yield { row, first: first.place, last, isOriginal, isCut };
    }
  }

  /** No more chunks of the open answers come. */
  end(): void {
    for (const key of this.#open.keys()) this.#end(key);
  }

  #end(key: string): void {
    const open = this.#open.get(key);
    if (open) this.#ended.push(open);
    this.#open.delete(key);
  }
}
