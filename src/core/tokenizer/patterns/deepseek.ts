// The patterns in DeepSeek's sequences that are more than one repeated class: the third of V3 and R1, and the white
// space at line ends of V2.
import {
  LETTER_FLAG,
  MARK_FLAG,
  PUNCTUATION_FLAG,
  SPACE_FLAG,
  SYMBOL_FLAG,
  categories,
  flagRunEnd,
} from '../unicode/categories';
import { codePointAt } from '../unicode/classes';
import { isNewline, newlinesEnd, spaceEnd, type Match, type Scan } from './scan';
import { SPACE } from '../../text/characters';

export const DEEPSEEK3_PATTERN =
  '[!"#$%&\'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+|' +
  ' ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';

const WORD = LETTER_FLAG | MARK_FLAG;
const SIGN = PUNCTUATION_FLAG | SYMBOL_FLAG;

export const matchDeepSeek3: Match = (text, from, to) => {
  const all = categories();
  const code = codePointAt(text, from, to);
  const second = from + (code > 0xffff ? 2 : 1);
  const flags = all[code]!;
  const next = second < to ? codePointAt(text, second, to) : -1;
  const nextFlags = next < 0 ? 0 : all[next]!;
  if (code < 0x80 && flags & SIGN && isAsciiLetter(next)) {
    let end = second;
    while (end < to && isAsciiLetter(text.charCodeAt(end))) end++;
    return end;
  }
  const leads = (flags & (LETTER_FLAG | SIGN)) === 0 && !isNewline(code);
  if (flags & WORD || (leads && nextFlags & WORD)) return flagRunEnd(text, second, to, WORD);
  if (flags & SIGN || (code === SPACE && nextFlags & SIGN)) {
    return newlinesEnd(text, flagRunEnd(text, second, to, SIGN), to);
  }
  return flags & SPACE_FLAG ? spaceEnd(text, from, to) : from;
};

function isAsciiLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

/** Words and signs of V1 and V2. */
export const DEEPSEEK_LLM_PATTERNS = [
  '\\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙὛὝὟ-ώᾀ-ᾴᾶ-ᾼιῂ-ῄῆ-ῌῐ-ΐῖ-Ίῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤΩℨK-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃]+',
  '\\s?[!-/:-~！-／：-～‘-‟　-。]+',
];

export const LINE_TAIL_PATTERN = '\\s+$';

/** `$` also matches before a line feed. Each run of white space is examined once, so long runs take linear time. */
export const scanLineTails: Scan = (text, from, to) => {
  for (let at = from; at < to;) {
    const end = flagRunEnd(text, at, to, SPACE_FLAG);
    let tail = end;
    while (tail > at && tail < to && text[tail] !== '\n') tail--;
    if (tail > at) return at > from ? at : tail;
    at = end + (end < to && codePointAt(text, end, to) > 0xffff ? 2 : 1);
  }
  return to;
};
