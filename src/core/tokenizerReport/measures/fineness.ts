// How finely a tokenizer cuts each word, beside English text: what MAGNET (Ahia et al. 2024) calls over-segmentation, with
// one reference for all texts, so that a word's number does not depend on the others.
import type { Encoding, Tokenizer } from '../../tokenizer/tokenizer';
import { parallelTexts } from '../parallelTexts';
import { WordRuns } from './wordRuns';

/** Words of fewer tokens are as whole as a word of theirs can be expected to be. */
const MIN_TOKENS = 3;

const ENGLISH = parallelTexts.find(({ language }) => language === 'English')!.text;

/** Of the English text of the parallel texts, which has one byte a character. */
export function englishBytesPerToken(tokenizer: Tokenizer): number {
  return ENGLISH.length / tokenizer.encode(ENGLISH).ids.length;
}

/** [token]; the tokens per byte of its word, times `bytesPerToken`; NaN outside words of at least three tokens, without digits. */
export function finenessOf(
  text: string,
  { byteStarts, byteEnds }: Encoding,
  bytesPerToken: number,
): Float32Array {
  const fineness = new Float32Array(byteStarts.length).fill(NaN);
  const words = new WordRuns(text);
  let token = 0;
  for (let word = 0; word < words.count; word++) {
    const [from, to] = [words.fromOf(word), words.toOf(word)];
    while (token < byteEnds.length && byteEnds[token]! <= from) token++;
    let end = token;
    while (end < byteStarts.length && byteStarts[end]! < to) end++;
    // Digits are cut by rule: their lens is another.
    if (end - token >= MIN_TOKENS && !words.hasNumber(word))
      fineness.fill(((end - token) / (to - from)) * bytesPerToken, token, end);
  }
  return fineness;
}
