// Ranks files of tiktoken: one line per token with its bytes in base64 and its rank, which is also its id. A pretoken
// that is a token is taken whole; otherwise neighbours merge in the order of the rank of their result.
import { encodeUtf8 } from '../../text/utf8';
import { ByteAlphabet } from '../bpe/alphabet';
import { bytesOfBase64 } from './base64';
import { BpeTokenizer } from '../bpe/bpe';
import { encodings } from './tiktokenEncodings';
import { TokenizerError } from '../../errors';
import { quote, type Json } from '../../json';
import { Merger } from '../bpe/merger';
import { MergeTable } from '../bpe/mergeTable';
import { rankedMerges } from '../bpe/rankedMerges';
import { toNfc } from '../normalize/unicodeForms';
import { isId } from './readBpeModel';
import type { Tokenizer } from '../tokenizer';
import { Vocabulary } from '../vocabulary';

export interface RanksFile {
  /** With its extension. */
  readonly name: string;
  readonly text: string;
  /** Which of the known encodings to use: what tokenscope.json names; by default the one that the file is named after. */
  readonly encoding?: unknown;
  /** Where neither says it: the contents of the config.json, or of the params.json of Meta's own releases, beside it. */
  readonly config?: Json | undefined;
}

/** Whether a file's content is a list of ranks, whatever its name. */
export function isRanks(bytes: Uint8Array): boolean {
  const start = new TextDecoder().decode(bytes.subarray(0, 1024));
  return /^[A-Za-z0-9+/]+={0,2} \d+\r?\n/.test(start);
}

/** The encoding of models whose rank files are called like any other's. */
function encodingOfModel(config: Json | undefined): string | undefined {
  const { model_type, vocab_size } = config ?? {};
  const size = typeof vocab_size === 'number' ? vocab_size : 0;
  if (model_type === 'llama' || model_type === 'mllama' || model_type === undefined) {
    return size === 128256 ? 'llama3' : size === 202048 && !model_type ? 'llama4' : undefined;
  }
  if (model_type === 'llama4' || model_type === 'llama4_text') return 'llama4';
  return model_type === 'qwen' ? 'qwen' : undefined;
}

export function tokenizerOfRanks(file: RanksFile): Tokenizer {
  const own = file.name.replace(/\.tiktoken$/, '');
  const ofModel = Object.hasOwn(encodings, own) ? undefined : encodingOfModel(file.config);
  const name = file.encoding ?? ofModel ?? own;
  const encoding =
    typeof name === 'string' && Object.hasOwn(encodings, name) ? encodings[name]! : undefined;
  if (!encoding) {
    throw new TokenizerError(
      `${file.name} does not say how text is split into words, and ${quote(name)} is not a known encoding` +
        (file.config ? `; the model_type ${quote(file.config.model_type)} has none either` : '') +
        `. Put a tokenizer.json beside it, or set "encoding" in a tokenscope.json there to one of ` +
        Object.keys(encodings).join(', '),
    );
  }
  const { ids, tokens } = readRanks(file);
  const byteIds = Int32Array.from({ length: 256 }, (_, byte) => {
    const id = ids.get(String.fromCharCode(byte));
    if (id !== undefined) return id;
    throw new TokenizerError(`${file.name} has no token for the byte ${hex(byte)}`);
  });
  const contents = new Map<string, number>();
  const added = Object.entries(encoding.special).flatMap(([content, id]) => {
    // A file with fewer or more tokens than the published one has none of these special tokens.
    if (tokens[id] || id > tokens.length + MOST_RESERVED) return [];
    contents.set(content, id);
    tokens[id] = encodeUtf8(content);
    const plain = { normalized: false, lstrip: false, rstrip: false, singleWord: false };
    return [{ id, content, bytes: content, special: true, ...plain }];
  });
  return new BpeTokenizer({
    name: `byte-level BPE (${String(name)})`,
    vocabulary: new Vocabulary(tokens, contents),
    added,
    alphabet: new ByteAlphabet(byteIds),
    merger: new Merger(new MergeTable(rankedMerges(ids, id => id))),
    scans: [encoding.scan],
    normalizer: encoding.toNfc ? 'NFC' : 'none',
    normalizers: encoding.toNfc ? [toNfc] : [],
    respell: undefined,
    unknown: undefined,
    whole: text => ids.get(binary(encodeUtf8(text))),
    rankIs: 'rank of the merged token, which is its id',
  });
}

/** The most reserved ids between the last token and a special one. */
const MOST_RESERVED = 64;

/** Ids by bytes, as a string with one character per byte, and bytes by id. */
function readRanks({ name, text }: RanksFile) {
  const ids = new Map<string, number>();
  const tokens: (Uint8Array | undefined)[] = [];
  text.split(/\r?\n/).forEach((line, i) => {
    if (line === '') return;
    const problem = (what: string) =>
      new TokenizerError(`${name}: line ${i + 1}, ${quote(line)}, ${what}`);
    const found = /^([A-Za-z0-9+/]+={0,2}) (\d+)$/.exec(line);
    if (!found) throw problem('is not a base64 string and a rank');
    const bytes = bytesOfBase64(found[1]!);
    const id = Number(found[2]);
    if (!isId(id) || !bytes) throw problem(bytes ? 'has a rank that is too high' : 'is not base64');
    if (tokens[id]) throw problem('has the same rank as another line');
    tokens[id] = bytes;
    ids.set(binary(bytes), id);
  });
  return { ids, tokens };
}

/** Bytes as a string with one character per byte. */
function binary(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

const hex = (byte: number) => byte.toString(16).padStart(2, '0');
