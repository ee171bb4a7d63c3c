// Entries that no text is encoded with. UTF-8, the normal form NFC and, for BPE, merges show it exactly; a text that has
// the token, encoded by the tokenizer itself, shows the opposite. What is left is listed apart: it was not found.
import { byteRulesOf, type ByteRules } from '../../exactBytes/byteRules';
import { byteStringOf } from '../../exactBytes/byteString';
import { TokenPrefix } from '../../exactBytes/tokenPrefix';
import { codePointsFrom, incompleteFrom } from '../../exactBytes/utf8Characters';
import { decodeUtf8, firstInvalidUtf8 } from '../../text/utf8';
import { InexactError } from '../../errors';
import type { Tokenizer } from '../../tokenizer/tokenizer';
import { concatBytes } from '../../bytes';
import { entriesOf } from './entries';

export interface Reachability {
  /** Entries that were asked about: all but special ones. */
  readonly entries: number;
  /** That a text is known for. */
  readonly reached: number;
  /** That no text is encoded with, by id. */
  readonly unreachable: readonly number[];
  /** Neither was shown, by id: no text was found, in all contexts that were tried. */
  readonly open: readonly number[];
  /** Why merges could not be asked; null where they were. */
  readonly reason: string | null;
}

/** What is put before and after an entry to find a text that has it. */
const BEFORE = ['', 'a', ' ', '1', '.', '\n', '字'];
const AFTER = ['', 'a', ' ', '.'];
/** Bytes that may complete a character that an entry begins inside of or ends inside of. */
const LEADS = [
  '',
  '\xc3',
  '\xe4',
  '\xe4\xb8',
  '\xe0\xa4',
  '\xf0\x9f',
  '\xf0\x9f\x98',
  '\xed\x95',
  '\xe2\x80',
];
const TAILS = [
  '',
  '\x80',
  '\xa0',
  '\x80\x80',
  '\xa0\x80',
  '\x90\x80',
  '\x90\x80\x80',
  '\x80\x80\x80',
];

export function reachabilityOf(tokenizer: Tokenizer): Reachability {
  let rules: ByteRules | undefined;
  let reason: string | null = null;
  try {
    rules = byteRulesOf(tokenizer);
  } catch (error) {
    if (!(error instanceof InexactError)) throw error;
    reason = error.message;
  }
  const begins = rules?.canonical.followers(TokenPrefix.empty);
  const [unreachable, open]: number[][] = [[], []];
  // Parts of texts in the normal form are in the normal form (UAX 15, section 1.3).
  const isNfc = tokenizer.normalizer === 'NFC';
  let entries = 0;
  for (const { id, bytes, text, class: name } of entriesOf(tokenizer)) {
    if (name === 'special') continue;
    entries++;
    if (begins?.has(id)) continue;
    const isMerged = rules?.tokens.bytesOf(id) === undefined || rules.joins.isReachable(id);
    const isNormal = !isNfc || text === undefined || text.normalize('NFC') === text;
    if (!isMerged || !isNormal || !mayBeInText(bytes)) unreachable!.push(id);
    else if (!hasText(tokenizer, id, bytes)) open!.push(id);
  }
  const reached = entries - unreachable!.length - open!.length;
  return { entries, reached, unreachable: unreachable!, open: open!, reason };
}

/** Whether some UTF-8 has the bytes. */
function mayBeInText(bytes: Uint8Array): boolean {
  let from = 0;
  while (from < bytes.length && (bytes[from]! & 0xc0) === 0x80) from++;
  const string = byteStringOf(bytes);
  const end = incompleteFrom(string);
  if (from > 3 || firstInvalidUtf8(bytes.subarray(from, end)) >= 0) return false;
  const [first, last] = end < string.length ? codePointsFrom(string, end, string.length) : [0, 0];
  return first <= last;
}

function hasText(tokenizer: Tokenizer, id: number, bytes: Uint8Array): boolean {
  for (const lead of LEADS) {
    for (const tail of TAILS) {
      const text = decodeUtf8(concatBytes([bytesOf(lead), bytes, bytesOf(tail)]));
      if (text === undefined) continue;
      for (const before of BEFORE) {
        for (const after of AFTER) {
          if (tokenizer.encode(before + text + after).ids.includes(id)) return true;
        }
      }
    }
  }
  return false;
}

/** Of a string that has a character for each byte. */
const bytesOf = (string: string) => Uint8Array.from(string, character => character.charCodeAt(0));
