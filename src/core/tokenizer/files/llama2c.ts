// tokenizer.bin of llama2.c: the pieces of a SentencePiece BPE vocabulary, with spaces as spaces, and their scores.
// Encoding follows `encode` in its run.c: a space is prepended to the text; then, of all neighbours whose concatenation
// is a piece, those of the highest score merge first.
import { CharacterAlphabet } from '../bpe/alphabet';
import { BpeTokenizer } from '../bpe/bpe';
import { TokenizerError } from '../../errors';
import { Merger } from '../bpe/merger';
import { ScoredMerges, ranksOfScores } from '../bpe/scoredMerges';
import { charactersOf } from './characters';
import { prependSpace } from './metaspace';
import type { Tokenizer } from '../tokenizer';
import { Vocabulary } from '../vocabulary';
import { SPACE } from '../../text/characters';

/** Ids as in SentencePiece: unknown, start, end; then the 256 bytes. */
const SPECIAL = ['<unk>', '<s>', '</s>'];
const FIRST_BYTE = SPECIAL.length;
const FIRST_PIECE = FIRST_BYTE + 256;

export function tokenizerOfBin(name: string, file: Uint8Array): Tokenizer {
  const { pieces, scores } = readPieces(name, file);
  if (pieces.length < FIRST_PIECE) {
    throw new TokenizerError(
      `${name} has ${pieces.length} pieces; a vocabulary with all bytes has at least ${FIRST_PIECE}`,
    );
  }
  const ids = new Map<string, number>();
  // A piece may be U+FEFF.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  pieces.forEach((bytes, id) => {
    // run.c identifies byte tokens by id; their names are not text.
    if (id >= FIRST_BYTE && id < FIRST_PIECE) return;
    const text = decoder.decode(bytes);
    if (text !== '') ids.set(text, id);
  });
  const characters = charactersOf(ids);
  if (!characters.has(SPACE)) throw new TokenizerError(`${name} has no piece for a space`);
  const ranks = ranksOfScores(scores);
  const byteIds = Int32Array.from({ length: 256 }, (_, byte) => FIRST_BYTE + byte);
  const bytesById = pieces.map((bytes, id) =>
    id >= FIRST_BYTE && id < FIRST_PIECE ? Uint8Array.of(id - FIRST_BYTE) : bytes,
  );
  const plain = { normalized: false, lstrip: false, rstrip: false, singleWord: false };
  return new BpeTokenizer({
    name: 'SentencePiece BPE (llama2.c)',
    vocabulary: new Vocabulary(bytesById, new Map([...ids, ...SPECIAL.map(idOfSpecial)])),
    added: SPECIAL.map((content, id) => ({ id, content, bytes: content, special: true, ...plain })),
    alphabet: new CharacterAlphabet(characters, byteIds),
    merger: new Merger(new ScoredMerges(ids, ranks)),
    scans: [],
    normalizer: 'Prepend',
    normalizers: [prependSpace],
    respell: undefined,
    unknown: undefined,
    whole: undefined,
    rankIs: 'position of the merged token in the order of scores, from 0',
  });
}

const idOfSpecial = (content: string, id: number) => [content, id] as const;

/**
 * Little-endian: the length of the longest piece, then for each piece a float32 score, an int32 length and that many
 * bytes.
 */
function readPieces(name: string, file: Uint8Array): { pieces: Uint8Array[]; scores: number[] } {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const pieces: Uint8Array[] = [];
  const scores: number[] = [];
  for (let at = 4; at < file.length;) {
    const length = at + 8 <= file.length ? view.getInt32(at + 4, true) : -1;
    if (length < 0 || at + 8 + length > file.length) {
      throw new TokenizerError(
        `${name}: piece ${pieces.length}, at byte ${at}, ends beyond the file: it is truncated, or not a tokenizer of llama2.c`,
      );
    }
    scores.push(view.getFloat32(at, true));
    pieces.push(file.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return { pieces, scores };
}
