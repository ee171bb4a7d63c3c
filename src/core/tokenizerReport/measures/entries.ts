// The entries of a vocabulary one by one: the class and the script of each.
import { decodeUtf8, firstInvalidUtf8 } from '../../text/utf8';
import { COMMON_SCRIPT, INHERITED_SCRIPT, scriptOf } from '../../text/unicodeScripts';
import type { Tokenizer } from '../../tokenizer/tokenizer';
import {
  categories,
  LETTER_FLAG,
  MARK_FLAG,
  NUMBER_FLAG,
  PUNCTUATION_FLAG,
  SPACE_FLAG,
  SYMBOL_FLAG,
} from '../../tokenizer/unicode/categories';

/**
 * Of the characters of an entry, one blank before others left out:
 * - letters: letters and marks;
 * - digits: \p{N};
 * - punctuation: punctuation and symbols;
 * - white space: White_Space;
 * - control: none of those, such as control characters, format characters, and unassigned ones;
 * - mixed: of several classes;
 * - bytes: not UTF-8 of its own;
 * - special: named so by the tokenizer.
 */
export const ENTRY_CLASSES = [
  'letters',
  'digits',
  'punctuation',
  'white space',
  'control',
  'mixed',
  'bytes',
  'special',
] as const;
export type EntryClass = (typeof ENTRY_CLASSES)[number];

export interface Entry {
  readonly id: number;
  readonly bytes: Uint8Array;
  readonly class: EntryClass;
  /** Undefined for bytes that are not UTF-8. */
  readonly text: string | undefined;
}

/** All ids that have bytes. */
export function* entriesOf(tokenizer: Tokenizer): Generator<Entry> {
  for (let id = 0; id < tokenizer.vocabSize; id++) {
    const bytes = tokenizer.bytesOf(id);
    if (bytes.length === 0) continue;
    const text = firstInvalidUtf8(bytes) < 0 ? textOf(bytes) : undefined;
    const isSpecial = tokenizer.isSpecial(id);
    yield { id, bytes, text, class: isSpecial ? 'special' : classOf(text) };
  }
}

/** With a byte order mark, which a decoder leaves out. */
function textOf(bytes: Uint8Array): string {
  const isMarked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return isMarked ? `\ufeff${decodeUtf8(bytes.slice(3))}` : decodeUtf8(bytes)!;
}

/** Without the blank before a word. */
export function withoutBlank(text: string): string {
  return text.length > 1 && text.startsWith(' ') ? text.slice(1) : text;
}

export function classOf(text: string | undefined): EntryClass {
  if (text === undefined) return 'bytes';
  const flags = categories();
  let found: EntryClass | undefined;
  for (const character of withoutBlank(text)) {
    const own = classOfFlags(flags[character.codePointAt(0)!]!);
    if (found !== undefined && own !== found) return 'mixed';
    found = own;
  }
  return found ?? 'control';
}

function classOfFlags(flags: number): EntryClass {
  if (flags & (LETTER_FLAG | MARK_FLAG)) return 'letters';
  if (flags & NUMBER_FLAG) return 'digits';
  if (flags & (PUNCTUATION_FLAG | SYMBOL_FLAG)) return 'punctuation';
  return flags & SPACE_FLAG ? 'white space' : 'control';
}

/** The script of a text's characters that have one; Common for none, undefined for several. */
export function scriptOfText(text: string): number | undefined {
  let found = COMMON_SCRIPT;
  for (const character of text) {
    const own = scriptOf(character.codePointAt(0)!);
    if (own === COMMON_SCRIPT || own === INHERITED_SCRIPT || own === found) continue;
    if (found !== COMMON_SCRIPT) return undefined;
    found = own;
  }
  return found;
}
