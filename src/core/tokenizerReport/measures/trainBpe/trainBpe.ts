// Trains a byte-level BPE (Sennrich et al. 2016; Radford et al. 2019) with GPT-2's split pattern: the same entries and merges
// as `BpeTrainer` of Rust `tokenizers` with `ByteLevel.alphabet()` as its initial alphabet.
import { byteCharacters } from '../../../tokenizer/bpe/byteLevel';
import { scanGpt2 } from '../../../tokenizer/patterns/gpt2';
import { SplitWords } from './splitWords';
import { WordCounts } from './wordCounts';
import { WordPairs } from './wordPairs';

export interface BpeSettings {
  /** Entries, the special tokens and the 256 bytes included, which are there even if it is less. */
  readonly vocabSize: number;
  /** Their ids are the first ones. */
  readonly specialTokens?: readonly string[] | undefined;
  /** Pairs that are less frequent do not merge. By default all do. */
  readonly minFrequency?: number | undefined;
}

export interface TrainedBpe {
  /** [id]; special tokens as they are, others as GPT-2's alphabet spells bytes. */
  readonly tokens: readonly string[];
  readonly specialTokens: readonly string[];
  /** [rank]; ids of two tokens that merge into the token that their spellings make together. */
  readonly merges: readonly (readonly [left: number, right: number])[];
}

/** The share of the time that counting words takes, roughly. */
const COUNTING = 0.3;
const MERGES_PER_PROGRESS = 64;

/** Fewer entries where no pair is left. */
export function trainBpe(
  texts: readonly string[],
  settings: BpeSettings,
  onProgress?: (share: number) => void,
): TrainedBpe {
  const words = new WordCounts([scanGpt2]);
  texts.forEach((text, i) => {
    words.add(text);
    onProgress?.((COUNTING * (i + 1)) / texts.length);
  });
  return trainOnWords(words.counts, settings, share =>
    onProgress?.(COUNTING + (1 - COUNTING) * share),
  );
}

/** The same from words with their counts. */
export function trainOnWords(
  words: ReadonlyMap<string, number>,
  { vocabSize, specialTokens = [], minFrequency = 0 }: BpeSettings,
  onProgress?: (share: number) => void,
): TrainedBpe {
  const tokens = [...new Set([...specialTokens, ...[...byteCharacters].sort()])];
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const idsOfBytes = byteCharacters.map(character => ids.get(character)!);
  const pairs = new WordPairs(new SplitWords(words.keys(), idsOfBytes), [...words.values()]);
  // A pair that merges twice has the later rank.
  const merges = new Map<string, readonly [number, number]>();
  const first = tokens.length;
  while (tokens.length < vocabSize) {
    const pair = pairs.next();
    if (!pair || pair.count < minFrequency) break;
    const { left, right } = pair;
    const spelling = tokens[left]! + tokens[right]!;
    let id = ids.get(spelling);
    if (id === undefined) {
      ids.set(spelling, (id = tokens.length));
      tokens.push(spelling);
    }
    const key = `${left} ${right}`;
    merges.delete(key);
    merges.set(key, [left, right]);
    pairs.merge(pair, id);
    if (merges.size % MERGES_PER_PROGRESS === 0)
      onProgress?.((tokens.length - first) / (vocabSize - first));
  }
  return { tokens, specialTokens, merges: [...merges.values()] };
}
