// The vocabulary and the merges of a BPE model, from a tokenizer.json, or from vocab.json and merges.txt.
import { TokenizerError } from '../../errors';
import { isObject, quote, type Json } from '../../json';

/** Larger ids and ranks are considered errors. Ranks must also fit the merger's heap. */
const MAX_ID = 1 << 24;
const MAX_MERGES = 1 << 21;

export function checkModel(model: Json): void {
  // Files without the field: of the model types, only BPE has merges.
  const type = model.type ?? (model.merges === undefined ? undefined : 'BPE');
  if (type !== 'BPE') {
    throw new TokenizerError(
      `tokenizer.json: model.type is ${quote(type)}; only BPE, Unigram and WordPiece are supported`,
    );
  }
  for (const field of ['continuing_subword_prefix', 'dropout']) {
    if (!model[field]) continue;
    throw new TokenizerError(
      `tokenizer.json: model.${field} is ${quote(model[field])}; BPE with this option is not supported`,
    );
  }
}

/** Ids by spelling, and bytes by id. `vocab`: an object, or a map without faults. `bytesOf` maps a spelling to its bytes. */
export function readVocabulary(
  vocab: unknown,
  place: string,
  bytesOf: (spelling: string) => Uint8Array,
): { ids: Map<string, number>; tokens: (Uint8Array | undefined)[] } {
  if (vocab instanceof Map) return { ids: vocab, tokens: tokensOf(vocab, bytesOf) };
  if (!isObject(vocab)) throw new TokenizerError(`${place} is ${quote(vocab)}, not a JSON object`);
  const ids = new Map<string, number>();
  const tokens: (Uint8Array | undefined)[] = [];
  // Of a quarter of a million entries, pairs would be as many arrays.
  for (const spelling of Object.keys(vocab)) {
    const id = vocab[spelling];
    if (!isId(id))
      throw new TokenizerError(
        `${place}: ${quote(spelling)} has the id ${quote(id)}, which is not a token id`,
      );
    if (tokens[id] !== undefined) {
      const other = [...ids].find(([, each]) => each === id)![0];
      throw new TokenizerError(
        `${place}: id ${id} belongs to both ${quote(other)} and ${quote(spelling)}`,
      );
    }
    ids.set(spelling, id);
    tokens[id] = bytesOf(spelling);
  }
  return { ids, tokens };
}

/** [id] */
function tokensOf(
  ids: ReadonlyMap<string, number>,
  bytesOf: (spelling: string) => Uint8Array,
): (Uint8Array | undefined)[] {
  const tokens: (Uint8Array | undefined)[] = [];
  for (const [spelling, id] of ids) tokens[id] = bytesOf(spelling);
  return tokens;
}

/** In the layout of `MergeTable`; the rank is the index. Merges are "left right" or [left, right]. */
export function readMerges(
  merges: unknown,
  ids: ReadonlyMap<string, number>,
  places: { vocab: string; merges: string },
): Int32Array {
  const place = places.merges;
  if (!Array.isArray(merges)) throw new TokenizerError(`${place} is ${quote(merges)}, not a list`);
  if (merges.length > MAX_MERGES)
    throw new TokenizerError(`${place} has more than ${MAX_MERGES} merges`);
  const table = new Int32Array(merges.length * 4);
  const idOf = (spelling: string, rank: number) => {
    const id = ids.get(spelling);
    if (id !== undefined) return id;
    throw new TokenizerError(
      `${place}: merge ${rank}, ${quote(merges[rank])}, needs the token ${quote(spelling)}, which is ` +
        `not in ${places.vocab}: the two belong to different tokenizers`,
    );
  };
  for (let rank = 0; rank < merges.length; rank++) {
    const merge: unknown = merges[rank];
    const pair: unknown = typeof merge === 'string' ? merge.split(' ') : merge;
    const [left, right] = Array.isArray(pair) && pair.length === 2 ? (pair as unknown[]) : [];
    if (typeof left !== 'string' || typeof right !== 'string')
      throw new TokenizerError(`${place}: merge ${rank} is ${quote(merge)}, not two tokens`);
    table[4 * rank] = idOf(left, rank);
    table[4 * rank + 1] = idOf(right, rank);
    table[4 * rank + 2] = rank;
    table[4 * rank + 3] = idOf(left + right, rank);
  }
  return table;
}

export function isId(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < MAX_ID;
}
