// The keys and values of a prefix of tokens, and a bounded cache of them.
import { Tensor } from 'onnxruntime-node';
import { FLOAT16 } from '../graph/graph';
import type { PastTensor } from '../graph/graphRoles';

/** One tensor for each of the graph's past inputs, in their order. Immutable. */
export interface KeyValues {
  readonly tokens: number;
  readonly tensors: readonly Tensor[];
}

export function emptyKeyValues(past: readonly PastTensor[]): KeyValues {
  const tensors = past.map(({ elementType, dims }) =>
    elementType === FLOAT16
      ? new Tensor('float16', new Uint16Array(0), dims)
      : new Tensor('float32', new Float32Array(0), dims),
  );
  return { tokens: 0, tensors };
}

/** A copy of the first `tokens`. */
function cutKeyValues(from: KeyValues, past: readonly PastTensor[], tokens: number): KeyValues {
  const tensors = from.tensors.map((tensor, index) => {
    const { dims, tokenAxis } = past[index]!;
    const inner = product(dims.slice(tokenAxis + 1));
    const outer = product(dims.slice(0, tokenAxis));
    const data = tensor.data as Float32Array | Uint16Array;
    const cut = new (data.constructor as Float32ArrayConstructor)(outer * tokens * inner);
    for (let row = 0; row < outer; row++) {
      const start = row * from.tokens * inner;
      cut.set(data.subarray(start, start + tokens * inner), row * tokens * inner);
    }
    return new Tensor(tensor.type as 'float32', cut, dims.with(tokenAxis, tokens));
  });
  return { tokens, tensors };
}

function product(numbers: readonly number[]): number {
  return numbers.reduce((product, number) => product * number, 1);
}

function bytesOf(keyValues: KeyValues): number {
  return keyValues.tensors.reduce((sum, { data }) => sum + (data as Float32Array).byteLength, 0);
}

interface Entry {
  readonly ids: Uint32Array;
  readonly keyValues: KeyValues;
  readonly sizeBytes: number;
}

/** Keys and values of prefixes; beyond `limitBytes` all but the most recently used are dropped; 0: none is kept. */
export class PrefixCache {
  /** The most recently used is last. */
  private entries: Entry[] = [];

  constructor(
    private readonly past: readonly PastTensor[],
    private readonly limitBytes: number,
  ) {}

  /**
   * The longest cached prefix of `ids` of at most `limit` tokens and a multiple of `step` tokens. A run that continues
   * from it has the same chunk boundaries, hence the same bits, as a run from the start.
   */
  find(ids: Uint32Array, limit: number, step: number): KeyValues {
    let best: Entry | undefined;
    let bestTokens = 0;
    for (const entry of this.entries) {
      const common = commonPrefix(entry.ids, ids, limit);
      const tokens = common - (common % step);
      if (tokens > bestTokens) [best, bestTokens] = [entry, tokens];
    }
    if (best === undefined) return emptyKeyValues(this.past);
    this.touch(best);
    if (bestTokens === best.ids.length) return best.keyValues;
    return cutKeyValues(best.keyValues, this.past, bestTokens);
  }

  /** Caches the keys and values of `ids`, in place of those of their prefixes. */
  add(ids: Uint32Array, keyValues: KeyValues): void {
    if (ids.length === 0 || this.limitBytes === 0) return;
    const longer = this.entries.find(
      entry => commonPrefix(entry.ids, ids, ids.length) === ids.length,
    );
    if (longer !== undefined) return this.touch(longer);
    this.entries = this.entries.filter(
      entry => commonPrefix(entry.ids, ids, entry.ids.length) < entry.ids.length,
    );
    this.entries.push({ ids: ids.slice(), keyValues, sizeBytes: bytesOf(keyValues) });
    let total = this.entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    while (total > this.limitBytes && this.entries.length > 1)
      total -= this.entries.shift()!.sizeBytes;
  }

  /** A copy of the first `tokens`. */
  cut(keyValues: KeyValues, tokens: number): KeyValues {
    return cutKeyValues(keyValues, this.past, tokens);
  }

  private touch(entry: Entry): void {
    this.entries = [...this.entries.filter(other => other !== entry), entry];
  }
}

function commonPrefix(a: Uint32Array, b: Uint32Array, limit: number): number {
  const end = Math.min(a.length, b.length, limit);
  let common = 0;
  while (common < end && a[common] === b[common]) common++;
  return common;
}
