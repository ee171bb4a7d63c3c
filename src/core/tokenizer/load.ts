// Makes a tokenizer of a folder's files. What they ask for is done as Rust `tokenizers` does it, or refused
// by name; nothing is guessed.
import { encodeUtf8 } from '../utf8';
import type { AddedToken } from './added';
import { BpeTokenizer } from './bpe';
import { byteCharacters, bytesOfSpelling, spellingOf } from './byteLevel';
import { TokenizerError } from './error';
import { isObject, quoted, type Json } from './json';
import { tokenizerJsonOf } from './legacy';
import { Merger } from './merge';
import { MergeTable } from './mergeTable';
import { normalizerOf, scansOf } from './pipeline';
import type { Tokenizer } from './tokenizer';
import { Vocabulary } from './vocabulary';

export { TokenizerError };

/** By name: JSON as parsed, merges.txt as text; undefined where there is no such file. */
export interface TokenizerFiles {
  'tokenizer.json'?: unknown;
  'tokenizer_config.json'?: unknown;
  'vocab.json'?: unknown;
  'merges.txt'?: string;
}

/** Ids and ranks beyond these are taken for mistakes; ranks must also fit the merger's heap. */
const MAX_ID = 1 << 24;
const MAX_MERGES = 1 << 21;

/** Throws `TokenizerError`, which names file and field. Uses tokenizer.json where there is one. */
export function loadTokenizer(files: TokenizerFiles): Tokenizer {
  const json = files['tokenizer.json'];
  if (json !== undefined) {
    if (!isObject(json)) throw new TokenizerError('tokenizer.json: is not an object');
    const { model } = json;
    if (!isObject(model)) throw new TokenizerError('tokenizer.json: model is missing');
    return load(json, model, {
      vocab: 'tokenizer.json: model.vocab',
      merges: 'tokenizer.json: model.merges',
    });
  }
  const vocab = files['vocab.json'];
  const merges = files['merges.txt'];
  if (vocab === undefined && merges === undefined) {
    throw new TokenizerError('There is no tokenizer.json, and no vocab.json with a merges.txt');
  }
  if (!isObject(vocab) || merges === undefined) {
    const missing =
      merges === undefined
        ? 'merges.txt: is missing beside vocab.json'
        : 'vocab.json: is no object';
    throw new TokenizerError(`${missing}; the two are used together, or a tokenizer.json instead`);
  }
  const made = tokenizerJsonOf(vocab, merges, files['tokenizer_config.json']);
  return load(made, made.model as Json, { vocab: 'vocab.json', merges: 'merges.txt' });
}

/** `places` says what messages call the vocabulary and the merges. */
function load(json: Json, model: Json, places: { vocab: string; merges: string }): Tokenizer {
  checkModel(model);
  const scans = scansOf(json.pre_tokenizer);
  const normalizer = normalizerOf(json.normalizer);
  const { ids, tokens } = readVocabulary(model.vocab, places.vocab);
  const byteIds = Int32Array.from(byteCharacters, (character, byte) => {
    const id = ids.get(character);
    if (id !== undefined) return id;
    const name = byte.toString(16).padStart(2, '0');
    throw new TokenizerError(
      `${places.vocab}: has no token for the byte ${name}, ${quoted(character)}: it is not byte-level`,
    );
  });
  const merges = readMerges(model.merges, ids, places);
  const merger = new Merger(new MergeTable(merges), byteIds);
  const contents = new Map(ids);
  const added = readAddedTokens(json.added_tokens, contents, tokens);
  const whole = (bytes: Uint8Array) =>
    bytes.length > 256 ? undefined : ids.get(spellingOf(bytes));
  return new BpeTokenizer({
    vocabulary: new Vocabulary(tokens, contents),
    added,
    merger,
    scans,
    normalizer,
    whole: model.ignore_merges === true ? whole : undefined,
  });
}

function checkModel(model: Json): void {
  // Files from before the field existed: of the models, only BPE has merges.
  const type = model.type ?? (model.merges === undefined ? undefined : 'BPE');
  if (type !== 'BPE') {
    throw new TokenizerError(
      `tokenizer.json: model.type is ${quoted(type)}: only BPE with ByteLevel is supported`,
    );
  }
  for (const field of ['continuing_subword_prefix', 'end_of_word_suffix', 'dropout']) {
    if (!model[field]) continue;
    throw new TokenizerError(
      `tokenizer.json: model.${field} is ${quoted(model[field])}: byte-level BPE is supported without it only`,
    );
  }
}

/** The ids by spelling, and the bytes by id. */
function readVocabulary(
  vocab: unknown,
  place: string,
): { ids: Map<string, number>; tokens: (Uint8Array | undefined)[] } {
  if (!isObject(vocab)) throw new TokenizerError(`${place}: is ${quoted(vocab)}, not an object`);
  const entries = Object.entries(vocab);
  const ids = new Map<string, number>();
  const spellings: string[] = [];
  const tokens: (Uint8Array | undefined)[] = [];
  for (const [spelling, id] of entries) {
    if (!isId(id))
      throw new TokenizerError(`${place}: ${quoted(spelling)} has the id ${quoted(id)}`);
    const other = spellings[id];
    if (other !== undefined) {
      throw new TokenizerError(
        `${place}: id ${id} belongs to both ${quoted(other)} and ${quoted(spelling)}`,
      );
    }
    ids.set(spelling, id);
    spellings[id] = spelling;
    // Only an added token can be spelled outside the alphabet: it has the bytes of its name.
    tokens[id] = bytesOfSpelling(spelling) ?? encodeUtf8(spelling);
  }
  return { ids, tokens };
}

/** [rank, 3]: the ids of left, right and what they merge into. Merges are "left right" or [left, right]. */
function readMerges(
  merges: unknown,
  ids: ReadonlyMap<string, number>,
  places: { vocab: string; merges: string },
): Int32Array {
  const place = places.merges;
  if (!Array.isArray(merges))
    throw new TokenizerError(`${place}: is ${quoted(merges)}, not a list`);
  if (merges.length > MAX_MERGES)
    throw new TokenizerError(`${place}: has over ${MAX_MERGES} merges`);
  const table = new Int32Array(merges.length * 3);
  merges.forEach((merge: unknown, rank) => {
    const pair: unknown = typeof merge === 'string' ? merge.split(' ') : merge;
    if (
      !Array.isArray(pair) ||
      pair.length !== 2 ||
      !pair.every(part => typeof part === 'string')
    ) {
      throw new TokenizerError(`${place}: merge ${rank} is ${quoted(merge)}, not two tokens`);
    }
    const [left, right] = pair as [string, string];
    [left, right, left + right].forEach((spelling, i) => {
      const id = ids.get(spelling);
      if (id === undefined) {
        throw new TokenizerError(
          `${place}: merge ${rank}, ${quoted(merge)}, needs the token ${quoted(spelling)}, which ` +
            `${places.vocab} lacks: the two are not of one tokenizer`,
        );
      }
      table[rank * 3 + i] = id;
    });
  });
  return table;
}

/** Reads the added tokens, and enters them into `contents` and `tokens`. */
function readAddedTokens(
  list: unknown,
  contents: Map<string, number>,
  tokens: (Uint8Array | undefined)[],
): AddedToken[] {
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) throw new TokenizerError('tokenizer.json: added_tokens is not a list');
  return list.flatMap((json: unknown) => {
    const problem = (what: string) =>
      new TokenizerError(`An added token, ${quoted(json)}, ${what}`);
    if (!isObject(json) || typeof json.content !== 'string') throw problem('has no content');
    const { content, id } = json;
    if (!isId(id)) throw problem(`has the id ${quoted(id)}`);
    if (content === '') return [];
    const known = contents.get(content);
    if (known !== undefined && known !== id) throw problem(`is in the vocabulary with id ${known}`);
    if (known === undefined && tokens[id]) throw problem('has an id that belongs to another token');
    contents.set(content, id);
    tokens[id] = encodeUtf8(content);
    const is = (field: string) => json[field] === true;
    return [
      {
        id,
        content,
        special: is('special'),
        normalized: is('normalized'),
        lstrip: is('lstrip'),
        rstrip: is('rstrip'),
        singleWord: is('single_word'),
      },
    ];
  });
}

function isId(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < MAX_ID;
}
