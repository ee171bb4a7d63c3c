// The runs of a prefix that trees of tokens and samples come after, and the checks that they share.
import { Cancelled } from '../../../core/errors';
import type { GraphSession } from './graphSession';
import type { KeyValues, PrefixCache } from './keyValues';
import { CHUNK_TOKENS } from './scoreWindow';

export interface TreeCaches {
  /** Of whole chunks, shared with scoring. */
  readonly chunks: PrefixCache;
  /** Of whole prefixes, as the next one is often the same or a token longer. Their rounding depends on earlier runs. */
  readonly prefixes: PrefixCache;
}

/** [1]: 1 asks to stop. */
export type CancelFlag = Int32Array<SharedArrayBuffer> | undefined;

/** Takes the row [vocabSize] after a node of the tree. */
export type TakeLogits = (node: number, row: Float32Array) => void;

/** Throws `Cancelled` if the flag is set. */
export function checkCancel(cancel: CancelFlag): void {
  if (cancel && Atomics.load(cancel, 0) !== 0) throw new Cancelled();
}

/** Keys and values of the whole prefix. `isWanted`: passes the row of `output` after it to `take`, as node 0. */
export async function keyValuesAfterPrefix(
  session: GraphSession,
  { chunks, prefixes }: TreeCaches,
  prefix: Uint32Array,
  isWanted: boolean,
  { output, take }: { readonly output: string; readonly take: TakeLogits },
  cancel: CancelFlag,
): Promise<KeyValues> {
  const recent = prefixes.find(prefix, prefix.length - Number(isWanted), 1);
  if (recent.tokens === prefix.length) return recent;
  const isNear = prefix.length - recent.tokens <= CHUNK_TOKENS;
  const past = isNear ? recent : await runChunks(session, chunks, prefix, recent, cancel);
  const ids = prefix.subarray(past.tokens);
  const { present, fetched } = await session.run({
    ids,
    past,
    firstRow: ids.length - Number(isWanted),
    topK: 1,
    fetch: isWanted ? [output] : [],
  });
  if (isWanted) take(0, fetched.get(output)!);
  prefixes.add(prefix, present);
  return present;
}

/**
 * Runs the prefix in chunks, from `recent` or the cached chunks on, whichever is longer. Returns keys and values with at
 * least one token of the prefix left to run. These are not cached: those of the whole prefix are, and begin with them.
 */
export async function runChunks(
  session: GraphSession,
  cache: PrefixCache,
  prefix: Uint32Array,
  recent: KeyValues,
  cancel: CancelFlag,
): Promise<KeyValues> {
  let past = cache.find(prefix, prefix.length - 1, CHUNK_TOKENS);
  if (recent.tokens > past.tokens) past = recent;
  while (past.tokens + CHUNK_TOKENS < prefix.length) {
    checkCancel(cancel);
    const ids = prefix.subarray(past.tokens, past.tokens + CHUNK_TOKENS);
    const { present } = await session.run({ ids, past, firstRow: ids.length, topK: 1 });
    past = present;
  }
  return past;
}
