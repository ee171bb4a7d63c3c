// Dynamic tokenization (Feher, Vulić and Minixhofer 2024, "Retrofitting Large Language Models with Dynamic
// Tokenization"): the most frequent pairs of neighbouring tokens in texts are merged, within pretokens or words.
import type { Tokenizer } from '../../tokenizer/tokenizer';
import { PlacedPairs } from './placedPairs';
import type { TokenUnits } from './tokenUnits';

const MERGES_PER_PROGRESS = 256;

export interface DynamicMerge {
  readonly left: Uint8Array;
  readonly right: Uint8Array;
  /** The places where they were neighbours; of those that overlap only the first merges. */
  readonly count: number;
}

/** A unit that had several tokens and has become one. */
export interface WholeUnit {
  readonly bytes: Uint8Array;
  /** How many units with these bytes. */
  readonly count: number;
  /** The merge that made the first of them whole, from 1. */
  readonly merge: number;
}

export interface DynamicTokens {
  /** [m]; the tokens of all texts after m merges, m from 0 to the number of merges. */
  readonly lengths: Uint32Array;
  /** In their order. */
  readonly merges: readonly DynamicMerge[];
  /** In the order of their merges. */
  readonly whole: readonly WholeUnit[];
  /** The units of all texts: the length that no number of merges goes below. */
  readonly units: number;
  /** [text, token]; after all merges. */
  readonly ids: readonly Uint32Array[];
  /** The bytes of ids, those of merged tokens included. */
  bytesOf(id: number): Uint8Array;
}

/**
 * Does up to `most` merges; fewer where every unit is one token before. Of pairs that are equally frequent, the one that
 * comes first in the texts merges. Tokens with the same bytes are the same token, whatever they were merged from; merged
 * tokens that the texts lacked have ids from the tokenizer's `vocabSize` on.
 */
export function dynamicMerges(
  texts: readonly TokenUnits[],
  tokenizer: Pick<Tokenizer, 'vocabSize' | 'bytesOf'>,
  most: number,
  onProgress?: (share: number) => void,
): DynamicTokens {
  const { vocabSize } = tokenizer;
  const made: Uint8Array[] = [];
  const bytesOf = (id: number) => (id < vocabSize ? tokenizer.bytesOf(id) : made[id - vocabSize]!);
  const idOfBytes = new Map<string, number>();
  for (const { ids } of texts) {
    for (const id of new Set(Array.from(ids))) {
      const key = keyOf(bytesOf(id));
      if (!idOfBytes.has(key)) idOfBytes.set(key, id);
    }
  }
  const joined = (left: number, right: number) => {
    const bytes = new Uint8Array([...bytesOf(left), ...bytesOf(right)]);
    const key = keyOf(bytes);
    const known = idOfBytes.get(key);
    if (known !== undefined) return known;
    made.push(bytes);
    idOfBytes.set(key, vocabSize + made.length - 1);
    return vocabSize + made.length - 1;
  };

  const pairs = new PlacedPairs(texts);
  const lengths = [pairs.tokens];
  const merges: DynamicMerge[] = [];
  const whole = new Map<number, { bytes: Uint8Array; count: number; merge: number }>();
  while (merges.length < most) {
    const pair = pairs.mostFrequent();
    if (!pair) break;
    const { left, right, count } = pair;
    merges.push({ left: bytesOf(left), right: bytesOf(right), count });
    const id = joined(left, right);
    const completed = pairs.merge(pair, id);
    lengths.push(pairs.tokens);
    if (completed > 0) {
      const known = whole.get(id) ?? { bytes: bytesOf(id), count: 0, merge: merges.length };
      known.count += completed;
      whole.set(id, known);
    }
    if (merges.length % MERGES_PER_PROGRESS === 0) onProgress?.(merges.length / most);
  }
  return {
    lengths: Uint32Array.from(lengths),
    merges,
    whole: [...whole.values()],
    units: texts.reduce((sum, { starts }) => sum + starts.length, 0),
    ids: pairs.idsByText(),
    bytesOf,
  };
}

/** One character for each byte. */
function keyOf(bytes: Uint8Array): string {
  let key = '';
  for (const byte of bytes) key += String.fromCharCode(byte);
  return key;
}
