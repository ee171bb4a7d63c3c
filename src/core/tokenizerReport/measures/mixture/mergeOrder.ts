// The merges of a byte-level BPE in the order in which they were learned, which is that of their ranks.
import { UserError } from '../../../errors';
import { ByteAlphabet } from '../../../tokenizer/bpe/alphabet';
import { BpeTokenizer } from '../../../tokenizer/bpe/bpe';
import { mergeSteps, piecesAfterSteps } from '../../../tokenizer/bpe/mergeSteps';
import type { Merges } from '../../../tokenizer/bpe/mergeTable';
import type { Scan } from '../../../tokenizer/patterns/scan';
import type { Tokenizer } from '../../../tokenizer/tokenizer';

export interface OrderedMerge {
  readonly left: number;
  readonly right: number;
  readonly merged: number;
}

export interface MergeOrder {
  readonly merges: readonly OrderedMerge[];
  /** How the tokenizer splits a text into words. */
  readonly scans: readonly Scan[];
  /** [byte]; -1 where the vocabulary has none. */
  readonly idsOfBytes: Int32Array;
}

/** The first `most` merges. Throws `UserError` with the reason where a tokenizer has no such order. */
export function mergeOrderOf(tokenizer: Tokenizer, most: number): MergeOrder {
  if (!(tokenizer instanceof BpeTokenizer) || !(tokenizer.parts.alphabet instanceof ByteAlphabet)) {
    throw new UserError(
      `The order of merges is known only for byte-level BPE, and this tokenizer is ${tokenizer.name}`,
    );
  }
  const { alphabet, merger, scans, byteScans } = tokenizer.parts;
  if (byteScans?.length) {
    throw new UserError(
      'The tokenizer splits words a second time as bytes, which is not supported here',
    );
  }
  const { merges } = merger;
  const byRank = new Map<number, OrderedMerge[]>();
  for (let left = 0; left < tokenizer.vocabSize; left++) {
    for (const right of merges.rightsOf(left)) {
      const handle = merges.find(left, right);
      const merge = { left, right, merged: merges.mergedAt(handle) };
      const rank = merges.rankAt(handle);
      const others = byRank.get(rank);
      if (others) others.push(merge);
      else byRank.set(rank, [merge]);
    }
  }
  const ranks = [...byRank.keys()].sort((a, b) => a - b).slice(0, most);
  return {
    merges: ranks.map(rank => {
      const [first, ...others] = byRank.get(rank)!;
      if (others.length === 0) return first!;
      return lastMerge(merges, alphabet, tokenizer.bytesOf(first!.merged)) ?? first!;
    }),
    scans,
    idsOfBytes: alphabet.ids,
  };
}

/** Where ranks are those of tokens, several pairs make a token: the one that its own bytes are merged from was learned. */
function lastMerge(
  merges: Merges,
  alphabet: ByteAlphabet,
  token: Uint8Array,
): OrderedMerge | undefined {
  const symbols = new Int32Array(token.length);
  const own = symbols.subarray(0, alphabet.writeBytes(token, symbols));
  const steps = mergeSteps(merges, own);
  const last = steps.at(-1);
  if (!last) return undefined;
  const before = piecesAfterSteps(own, steps).at(-2)!;
  return { left: before[last.at]!.id, right: before[last.at + 1]!.id, merged: last.id };
}
