// Runs a window in chunks and hands over tensors of each.
import { Cancelled } from '../../../core/errors';
import type { GraphSession } from './graphSession';
import type { PrefixCache } from './keyValues';
import { explainRuntimeError } from './runtimeErrors';
import { CHUNK_TOKENS } from './scoreWindow';

/** Inputs [start, start + tokens) of a window, run after those before them. */
export interface Chunk {
  readonly start: number;
  readonly tokens: number;
  /** By their names. */
  readonly tensors: ReadonlyMap<string, Float32Array>;
}

export interface ChunkRequest {
  readonly inputs: Uint32Array;
  /** Chunks that end before it are run, where nothing is remembered of them, but not handed over. */
  readonly from: number;
  /** Chunks that begin at it or after it are not run; all are, where it is not said. */
  readonly until?: number | undefined;
  /** Names of the graph's outputs. */
  readonly tensors: readonly string[];
  isCancelled(): boolean;
}

/**
 * Throws `Cancelled` between chunks, and `UserError` if a run fails. Chunks begin where `scoreWindow` has them begin: what
 * is handed over has the same bits whatever was run before.
 */
export async function runChunks(
  session: GraphSession,
  cache: PrefixCache,
  { inputs, from, until = inputs.length, tensors, isCancelled }: ChunkRequest,
  take: (chunk: Chunk) => void | Promise<void>,
): Promise<void> {
  let past = cache.find(inputs, from, CHUNK_TOKENS);
  let whole = past;
  try {
    for (let start = past.tokens; start < until; start = past.tokens) {
      if (isCancelled()) throw new Cancelled();
      const end = Math.min(start + CHUNK_TOKENS, inputs.length);
      const wanted = end > from;
      const { present, fetched } = await session.run({
        ids: inputs.subarray(start, end),
        past,
        firstRow: end - start,
        topK: 1,
        fetch: wanted ? tensors : [],
      });
      past = present;
      if (end - start === CHUNK_TOKENS) whole = present;
      if (wanted) await take({ start, tokens: end - start, tensors: fetched });
    }
  } catch (error) {
    throw explainRuntimeError(error, `The model failed on ${inputs.length} tokens`);
  } finally {
    cache.add(inputs.subarray(0, whole.tokens), whole);
  }
}
