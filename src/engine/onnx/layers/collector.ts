// What takes the tensors of a reading, chunk by chunk, and makes a few numbers of them.
import type { Chunk } from '../session/chunks';
import type { GraphSession } from '../session/graphSession';

export interface Collector<Answer> {
  /** Names of the graph's outputs that it reads. */
  readonly tensors: readonly string[];
  /** Chunks that end before this input are not needed; absent: all are. */
  readonly from?: number;
  /** Chunks come in their order. */
  take(chunk: Chunk): void | Promise<void>;
  answer(): Answer;
}

/** A window that is read. */
export interface ReadWindow {
  readonly session: GraphSession;
  readonly inputs: Uint32Array;
  /** [inputs.length]: the token after each input. */
  readonly targets: Uint32Array;
}
