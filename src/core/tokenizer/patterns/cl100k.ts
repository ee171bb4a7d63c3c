// The cl100k family: any one character before a word, digits in groups from the left, newlines apart.
import {
  LETTER_CLASS,
  NUMBER_CLASS,
  OTHER_CLASS,
  SPACE_CLASS,
  classAt,
  classes,
  classesWithMarks,
  codePointAt,
  runEnd,
} from '../unicode/classes';
import { cutsAtBoundaries } from './boundaries';
import { contraction } from './contraction';
import { isNewline, newlinesEnd, spaceEnd, type Scan } from './scan';
import { APOSTROPHE, SPACE } from '../../text/characters';

const CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const WORD = '[^\\r\\n\\p{L}\\p{N}]?\\p{L}+';
const REST = ' ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';

/** Llama 3; also cl100k in the first version of tiktoken. */
export const LLAMA3_PATTERN = `${CONTRACTIONS}|${WORD}|\\p{N}{1,3}|${REST}`;

/** Qwen2, Qwen2.5 and Qwen3. */
export const QWEN2_PATTERN = `${CONTRACTIONS}|${WORD}|\\p{N}|${REST}`;

/** Qwen3.5: marks belong to words. */
export const QWEN35_PATTERN =
  `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}|` +
  REST.replace('\\p{L}', '\\p{L}\\p{M}');

function wordScanner(table: Uint8Array, mostDigits: number): Scan {
  return (text, from, to) => {
    const first = text.charCodeAt(from);
    if (first === APOSTROPHE) {
      const contracted = contraction(text, from, to, true);
      if (contracted > 0) return from + contracted;
    }
    const second = from + (codePointAt(text, from, to) > 0xffff ? 2 : 1);
    const name = classAt(table, text, from, to);
    if (name === LETTER_CLASS) return runEnd(table, text, second, to, LETTER_CLASS);
    if (name === NUMBER_CLASS) return digitsEnd(text, second, to, mostDigits - 1);
    const next = second < to ? classAt(table, text, second, to) : SPACE_CLASS;
    if (next === LETTER_CLASS && !isNewline(first))
      return runEnd(table, text, second, to, LETTER_CLASS);
    if (name === OTHER_CLASS || (first === SPACE && next === OTHER_CLASS)) {
      return newlinesEnd(text, runEnd(table, text, second, to, OTHER_CLASS), to);
    }
    return spaceEnd(text, from, to);
  };
}

/** `\p{N}{0,most}` */
export function digitsEnd(text: string, from: number, to: number, most: number): number {
  let end = from;
  for (let i = 0; i < most && end < to; i++) {
    if (classAt(classes, text, end, to) !== NUMBER_CLASS) break;
    end += codePointAt(text, end, to) > 0xffff ? 2 : 1;
  }
  return end;
}

export const scanLlama3: Scan = wordScanner(classes, 3);
export const scanQwen2: Scan = wordScanner(classes, 1);

let qwen35: Scan | undefined;
export const scanQwen35: Scan = (text, from, to) =>
  (qwen35 ??= wordScanner(classesWithMarks(), 1))(text, from, to);

/**
 * cl100k of tiktoken, which has `\s++$` before `\s*[\r\n]`: white space at the very end stays whole. That changes nothing
 * where a text is cut at a hard boundary: the only white space before one is a single line feed.
 */
export const scanCl100k: Scan = cutsAtBoundaries((text, from, to) => {
  const end = scanLlama3(text, from, to);
  if (end === to || classAt(classes, text, from, to) !== SPACE_CLASS) return end;
  return runEnd(classes, text, from, to, SPACE_CLASS) === to ? to : end;
});
