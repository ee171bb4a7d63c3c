// `BertNormalizer` of Rust `tokenizers`, as its individual steps (Devlin et al. 2018, tokenization.py).
import { belongsTo, decodedRanges } from '../unicode/ranges';
import { lowercase, replaceCharacters, withoutMarks, type Rewrite } from './rewrite';
import { normalization } from './unicodeForms';
import type { PipelineStep } from '../files/pipelineSteps';

export function bertNormalizers(step: PipelineStep): Rewrite[] {
  // Missing fields have the library's defaults.
  const { clean_text = true, handle_chinese_chars = true, lowercase: lowers = true } = step;
  const strips = step.strip_accents ?? lowers;
  return [
    ...(clean_text === true ? [cleanText] : []),
    ...(handle_chinese_chars === true ? [apartIdeographs] : []),
    ...(strips === true ? [normalization('NFD'), withoutMarks(isAccent)] : []),
    ...(lowers === true ? [lowercase] : []),
  ];
}

/** Characters of the category "other" in Unicode 8.0. */
const NO_TEXT = /^[\0\ufffd\p{Cc}\p{Cf}\p{Co}]$/u;
const LATER = /^[\u0890\u0891\u08e2\u{110cd}\u{13430}-\u{1343f}]$/u;
const WHITE_SPACE = /^[\t\n\r\p{White_Space}]$/u;

/** Drops control characters and replaces white space by spaces. */
const cleanText = replaceCharacters(/[^\x20-\x7e]/gu, character => {
  if (/^[\t\n\r]$/.test(character)) return ' ';
  if (NO_TEXT.test(character) && !LATER.test(character)) return '';
  return WHITE_SPACE.test(character) ? ' ' : undefined;
});

/** As listed in tokenization.py, including the error in one range, which Rust's list has, too. */
const IDEOGRAPH =
  /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{2a6df}\u{2a700}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu;

/** Puts spaces around each ideograph; the ideograph itself is not replaced, so its token keeps its position. */
const apartIdeographs: Rewrite = text =>
  Array.from(text.matchAll(IDEOGRAPH)).flatMap(({ 0: character, index }) =>
    [index, index + character.length].map(at => ({ start: at, end: at, text: ' ' })),
  );

/** Marks without width in Unicode 8.0, determined by passing every character through Rust `tokenizers` 0.23. */
// prettier-ignore
const nonspacingRanges =
  'lc 34 7n 5 7d 19 1 1 1 2 1 2 1 1 20 b 1c l g 1 2t 7 2 6 2 2 1 4 z 1 u r 2j b 1m 9 y 4 1 9 ' +
  '1 3 1 5 17 3 3r w 1j 1 1 1 4 8 4 1 3 7 a 2 t 1 1m 1 4 4 8 1 k 2 t 2 1l 1 4 2 4 2 2 3 3 1 u ' +
  '2 3 1 b 2 1l 1 4 5 1 2 4 1 k 2 t 1 1m 1 2 1 1 4 8 1 8 1 b 2 u 1 1p 1 c 1 1e 1 1p 3 5 3 1 4 ' +
  '7 2 b 2 t 1 1m 1 2 1 6 1 5 2 k 2 t 1 1r 4 8 1 k 2 2u 1 7 3 1 1 2i 1 2 7 c 8 2q 1 2 6 1 2 b ' +
  '6 22 2 r 1 1 1 1 1 1j e 1 5 1 2 5 b 1 10 9 1 2u 4 1 6 1 2 2 2 p 2 4 3 g 4 d 1 2 2 6 1 f 1 ' +
  'jj 3 qa 3 t 3 t 2 u 2 1s 2 1 7 8 1 2 b 9 1 19 3 4b 1 3a 3 4 2 9 1 6 3 63 2 2 1 1m 1 1 7 1 ' +
  '1 1 1 2 8 6 a 2 1 1c e 1u 4 1c 1 1 5 1 1 5 1 14 9 c 2 w 4 2 2 1 3 1k 1 1 2 3 1 1 3 1m 8 2 ' +
  '2 48 3 1 d 1 7 4 1 6 1 3 2 5i 1i 6 4 k0 d 4 1 3 c 2da 3 3x 1 2o w fe 4 2z 2 n9w 1 4 a w 2 ' +
  '28 2 7k 1 3 1 4 1 p 2 4d 1 r i 1g 8 p b 1a 3 1c 1 2 4 2 1 14 1 1v 6 2 2 2 2 c 1 8 1 1b 1 ' +
  '1f 1 1 3 2 2 5 2 1 1 16 2 8 1 6m 1 2 1 4 1 fn4 1 kh g g g r1 1 6a 1 45 5 1ae 3 1 2 5 4 14 ' +
  '3 4 1 4l 2 10a 1 1i f 1k 3 1d 4 2 2 1x 3 10 5 1 8 1q 1 c 2 1g 9 b 3 2q 3 2 1 1 2 4n 1 3 8 ' +
  'l 2 1m 1 3 1 11 7 3 5 8u 6 1 1 4 2 1 2 6m 4 6 2 1 2 r 2 2d 8 2 1 1 2 2y 1 1 1 2 6 1 1 2t 3 ' +
  '2 4 1 5 gjo 5 1n 7 uw 4 f7u 2 43s 3 h 8 2 7 u 4 44 3 1iz 1j 4 1e 8 1 e 1 m 5 1 f 2sg 7 ' +
  'gzl5 6o';

const isAccent = belongsTo(decodedRanges(nonspacingRanges));
