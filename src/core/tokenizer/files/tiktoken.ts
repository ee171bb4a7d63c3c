// Ranks files of tiktoken: one line per token with its bytes in base64 and its rank, which is also its id. A pretoken
// that is a token is taken whole; otherwise neighbours merge in the order of the rank of their result.
import { encodeUtf8 } from '../../text/utf8';
import { ByteAlphabet } from '../bpe/alphabet';
import { bytesOfBase64 } from './base64';
import { BpeTokenizer } from '../bpe/bpe';
import { encodings } from './tiktokenEncodings';
import { TokenizerError } from '../../errors';
import { quote } from '../../json';
import { Merger } from '../bpe/merger';
import { MergeTable } from '../bpe/mergeTable';
import { rankedMerges } from '../bpe/rankedMerges';
import { isId } from './readBpeModel';
import type { Tokenizer } from '../tokenizer';
import { Vocabulary } from '../vocabulary';

export interface RanksFile {
  /** With its extension. */
  readonly name: string;
  readonly text: string;
  /** Which of the known encodings to use; by default the one that the file is named after. */
  readonly encoding?: unknown;
}

export function tokenizerOfRanks(file: RanksFile): Tokenizer {
  const name = file.encoding ?? file.name.replace(/\.tiktoken$/, '');
  const encoding =
    typeof name === 'string' && Object.hasOwn(encodings, name) ? encodings[name]! : undefined;
  if (!encoding) {
    throw new TokenizerError(
      `${file.name}: does not say how text is split, and ${quote(name)} is not a known encoding: set ` +
        `"encoding" in tokenscope.json to one of ${Object.keys(encodings).join(', ')}`,
    );
  }
  const { ids, tokens } = readRanks(file);
  const byteIds = Int32Array.from({ length: 256 }, (_, byte) => {
    const id = ids.get(String.fromCharCode(byte));
    if (id !== undefined) return id;
    throw new TokenizerError(`${file.name}: has no token for the byte ${hex(byte)}`);
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
    normalizer: 'none',
    normalizers: [],
    respell: undefined,
    unknown: undefined,
    whole: text => ids.get(binary(encodeUtf8(text))),
    rankIs: 'the rank of what the pair becomes, which is its id',
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
    if (!found) throw problem('is not base64 and a rank');
    const bytes = bytesOfBase64(found[1]!);
    const id = Number(found[2]);
    if (!isId(id) || !bytes) throw problem(bytes ? 'has too high a rank' : 'is not base64');
    if (tokens[id]) throw problem('has a rank that another line has');
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
