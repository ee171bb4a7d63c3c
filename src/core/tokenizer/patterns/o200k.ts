// The family of o200k: words end where lower case is followed by upper case.
import {
  LETTER_FLAG,
  LOWER_FLAG,
  NUMBER_FLAG,
  SPACE_FLAG,
  UPPER_FLAG,
  categories,
  flagRunEnd,
} from '../unicode/categories';
import { OTHER_CLASS, classAt, classes, codePointAt, runEnd } from '../unicode/classes';
import { contraction } from './contraction';
import { isNewline, spaceEnd, type Scan } from './scan';
import { digitsEnd } from './cl100k';
import { SPACE, isLowSurrogate } from '../../text/characters';

const BEFORE = '[^\\r\\n\\p{L}\\p{N}]?';
const UPPER_CLASS = '[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]';
const LOWER_CLASS = '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]';
const CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?";
const REST = ' ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';
const words = (ending: string) =>
  `${BEFORE}${UPPER_CLASS}*${LOWER_CLASS}+${ending}|${BEFORE}${UPPER_CLASS}+${LOWER_CLASS}*${ending}`;

/** GPT-4o, gpt-oss; Llama 4. */
export const O200K_PATTERN = `${words(CONTRACTIONS)}|\\p{N}{1,3}|${REST}`;

/** Mistral's Tekken: no contractions, one digit at a time. */
export const TEKKEN_PATTERN = `${words('')}|\\p{N}|${REST}`;

function caseScanner(mostDigits: number, contracts: boolean): Scan {
  return (text, from, to) => {
    const first = text.charCodeAt(from);
    const code = codePointAt(text, from, to);
    const second = from + (code > 0xffff ? 2 : 1);
    const flags = categories()[code]!;
    if (flags & NUMBER_FLAG) return digitsEnd(text, second, to, mostDigits - 1);
    const leads = (flags & LETTER_FLAG) === 0 && !isNewline(first);
    const word = wordEnd(text, from, leads ? second : from, to);
    if (word > from) return contracts ? word + contraction(text, word, to, true) : word;
    if (flags & SPACE_FLAG) {
      const isSign =
        first === SPACE && second < to && classAt(classes, text, second, to) === OTHER_CLASS;
      if (!isSign) return spaceEnd(text, from, to);
    }
    let end = runEnd(classes, text, second, to, OTHER_CLASS);
    while (end < to && (isNewline(text.charCodeAt(end)) || text[end] === '/')) end++;
    return end;
  };
}

/** The alternatives in order. `afterLead` equals `from` if the first character cannot precede a word. */
function wordEnd(text: string, from: number, afterLead: number, to: number): number {
  for (const end of [mixedEnd, upperEnd]) {
    for (const start of [afterLead, from]) {
      const found = end(text, start, to);
      if (found > start) return found;
    }
  }
  return from;
}

/** `UPPER*LOWER+`, or `from`. Characters of both classes go to the first, except for one that the second needs. */
function mixedEnd(text: string, from: number, to: number): number {
  const middle = upperEnd(text, from, to);
  const end = flagRunEnd(text, middle, to, LOWER_FLAG);
  if (end > middle) return end;
  for (let i = middle; i > from;) {
    const size = i - 1 > from && isLowSurrogate(text.charCodeAt(i - 1)) ? 2 : 1;
    if (categories()[codePointAt(text, i - size, to)]! & LOWER_FLAG) return i;
    i -= size;
  }
  return from;
}

function upperEnd(text: string, from: number, to: number): number {
  return flagRunEnd(text, from, to, UPPER_FLAG);
}

export const scanO200k: Scan = caseScanner(3, true);
export const scanTekken: Scan = caseScanner(1, false);
