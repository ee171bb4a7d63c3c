// The normalisation forms of Unicode (UAX #15), as the spans of a text that they change. The Unicode version is that of
// Rust `tokenizers` (9.0), whatever the runtime's: later characters are neither reordered, composed nor decomposed.
import type { Rewrite } from './rewrite';
import type { ReplacedSpan } from './spans';

export type NormalizationForm = 'NFC' | 'NFD' | 'NFKC' | 'NFKD';

/**
 * Below U+0300 every character is its own NFC and does not compose with the one before it; for other forms this is true
 * of ASCII.
 */
const BEYOND_LATIN = /[^\x00-\u02ff]/gu;
const BEYOND_ASCII = /[^\x00-\x7f]/gu;

/**
 * What may compose with, or be reordered before, the preceding character: marks, and the vowels and final consonants of
 * Hangul; in the forms NFKC and NFKD, also what becomes one of these. Text may be normalised separately before any
 * other character (UAX #15, section 9).
 */
const EXTENDS = /^[\p{M}\u1160-\u11ff]/u;
const EXTENDS_K = /^[\p{M}\u1160-\u11ff\u0e33\u0eb3\u3133-\u318e\uff9e-\uffdc]/u;

/**
 * Characters of Unicode 10 to 17 that later versions reorder or compose, as whole blocks if those are new, and a few
 * whose class was corrected. They are inert in version 9. Found by normalising every character, alone and among marks
 * of low and high class, with `tokenizers` 0.23 and with Unicode 17.
 */
const INERT = new RegExp(
  '^[\\u07fd\\u0897-\\u089f\\u08ca-\\u08d3\\u09fe\\u0c3c\\u0d3b\\u0d3c\\u0eba\\u1715\\u1abf-\\u1aeb' +
    '\\u1df6-\\u1dfa\\ua82c\\u{105c0}-\\u{105ff}\\u{10d24}-\\u{10d27}\\u{10d69}-\\u{10d6d}\\u{10eab}-\\u{10eff}' +
    '\\u{10f46}-\\u{10f50}\\u{10f82}-\\u{10f85}\\u{11070}\\u{1133b}\\u{11380}-\\u{113ff}\\u{1145e}' +
    '\\u{11839}\\u{1183a}\\u{11900}-\\u{1195f}\\u{119e0}\\u{11a34}\\u{11a47}\\u{11a99}\\u{11d42}-\\u{11d45}' +
    '\\u{11d97}\\u{11f41}\\u{11f42}\\u{16100}-\\u{1613f}\\u{16d40}-\\u{16d7f}\\u{16ff0}\\u{16ff1}\\u{1e08f}' +
    '\\u{1e130}-\\u{1e136}\\u{1e2ae}\\u{1e2ec}-\\u{1e2ef}\\u{1e4ec}-\\u{1e4ef}\\u{1e5ee}\\u{1e5ef}' +
    '\\u{1e6e0}-\\u{1e6ff}' +
    // Compatibility characters, which decompose on their own.
    '\\u32ff\\ua7f1-\\ua7f4\\uab69\\u{10780}-\\u{107bf}\\u{1ccd6}-\\u{1ccf9}\\u{1e030}-\\u{1e06d}\\u{1f16c}' +
    '\\u{1fbf0}-\\u{1fbf9}]',
  'u',
);

export function normalization(form: NormalizationForm): Rewrite {
  const candidate = form === 'NFC' ? BEYOND_LATIN : BEYOND_ASCII;
  const extending = form === 'NFC' || form === 'NFD' ? EXTENDS : EXTENDS_K;
  return text => changesBy(form, candidate, extending, text);
}

/** A single value, so that code specific to NFC can recognise it. */
export const toNfc: Rewrite = normalization('NFC');

function changesBy(
  form: NormalizationForm,
  candidate: RegExp,
  extending: RegExp,
  text: string,
): ReplacedSpan[] {
  const changes: ReplacedSpan[] = [];
  if (text.normalize(form) === text) return changes;
  // The current span: a character and what extends it.
  let start = 0;
  let end = 0;
  const close = () => {
    const before = text.slice(start, end);
    const after = before.normalize(form);
    if (after !== before) changes.push({ start, end, text: after });
  };
  for (const { 0: character, index } of text.matchAll(candidate)) {
    const extends_ = extending.test(character) && !INERT.test(character);
    if (index !== end || !extends_) {
      close();
      // The character that a mark extends may not be a candidate itself.
      start = extends_ && index > end ? index - 1 : index;
    }
    end = index + character.length;
    if (INERT.test(character)) start = end;
  }
  close();
  return changes;
}
