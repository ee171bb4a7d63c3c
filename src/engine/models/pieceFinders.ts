// Unigram and WordPiece as `@huggingface/tokenizers` has them.
import { Unigram, WordPiece } from '@huggingface/tokenizers';
import type { PieceFinders } from '../../core/tokenizer/files/unigramWordPieceJson';
import type { FoundPiece } from '../../core/tokenizer/lookup/lookupTokenizer';

/** Begins what no text holds: lone surrogates are replaced before. */
const UNMET = '\ud800';

export const pieceFinders: PieceFinders = {
  unigram: (pieces, by) => {
    const isSingle = by === 'sentencepiece';
    const vocab = pieces.map(([piece, score], id): [string, number] => [
      piece ?? `${UNMET}${id}`,
      isSingle ? score : asSerde(score),
    ]);
    const model = new Unigram({ type: 'Unigram', vocab, unk_id: null }, '');
    return pretoken => likeliest(model, pretoken, isSingle);
  },

  wordPiece: (ids, prefix, longest) => {
    const model = new WordPiece({
      type: 'WordPiece',
      vocab: Object.fromEntries(ids),
      unk_token: UNMET,
      continuing_subword_prefix: prefix,
      max_input_chars_per_word: longest,
    });
    return pretoken =>
      model.encode([pretoken]).map((piece, i) => {
        if (piece === UNMET) return { id: undefined, length: pretoken.length };
        return { id: ids.get(piece), length: piece.length - (i > 0 ? prefix.length : 0) };
      });
  },
};

/**
 * Viterbi's search, as Rust `tokenizers` does it; a character that is no piece is unknown at a price. The library's own
 * keeps a kilobyte for every character, which lines of a megabyte do not allow.
 */
function likeliest(
  { trie, scores, tokens_to_ids, unk_score }: Unigram,
  text: string,
  isSingle: boolean,
): FoundPiece[] {
  const characters = Array.from(text);
  const count = characters.length;
  // SentencePiece keeps sums in single precision, which decides between ways to spell a text of nearly equal scores.
  const totals = new (isSingle ? Float32Array : Float64Array)(count + 1).fill(-Infinity);
  /** [character]; where the last piece of the best way up to there begins, and its id, -1 if unknown. */
  const starts = new Int32Array(count + 1);
  const ids = new Int32Array(count + 1);
  totals[0] = 0;
  const offer = (start: number, end: number, id: number, score: number) => {
    // The first of equals: the one that begins furthest left.
    const total = isSingle ? Math.fround(totals[start]! + score) : totals[start]! + score;
    if (total <= totals[end]!) return;
    totals[end] = total;
    starts[end] = start;
    ids[end] = id;
  };
  for (let at = 0; at < count; at++) {
    let isPiece = false;
    for (const piece of trie.common_prefix_search(characters, at)) {
      const id = tokens_to_ids.get(piece)!;
      let end = at;
      for (const _ of piece) end++;
      offer(at, end, id, scores[id]!);
      isPiece ||= end === at + 1;
    }
    if (!isPiece) offer(at, at + 1, -1, isSingle ? Math.fround(unk_score) : unk_score);
  }
  const found: FoundPiece[] = [];
  for (let end = count; end > 0; end = starts[end]!) {
    const length = characters.slice(starts[end], end).join('').length;
    found.push({ id: ids[end]! < 0 ? undefined : ids[end], length });
  }
  return found.reverse();
}

/**
 * The score as Rust `tokenizers` reads it: serde_json takes the digits for a whole number and divides, which is not
 * always the nearest number. It decides between ways to spell a text whose scores would be equal.
 */
function asSerde(score: number): number {
  const [, sign, whole, fraction = '', e] = /^(-?)(\d+)(?:\.(\d+))?(e.*)?$/.exec(String(score))!;
  if (e) return score;
  return Number(`${sign}${whole}${fraction}`) / 10 ** fraction.length;
}
