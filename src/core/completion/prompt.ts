// The prompt of a completion: fixed tokens (the root), followed by bytes that the model writes again, so that it may
// tokenize the text there in its own way.
import type { Tokenizer } from '../tokenizer/tokenizer';
import { byteStringOf, type ByteString } from '../exactBytes/byteString';
import { beforeWords, nextHardBoundary } from '../tokenizer/hardBoundary';
import { encodeUtf8, utf8Length } from '../text/utf8';
import { readsAsMark, type FimFormat, type FimMode } from './fimFormat';
import { encodeContinuation } from './encodeContinuation';
import { isLowSurrogate } from '../text/characters';

/** none: the text before the cursor alone, without the suffix. */
export type PromptMode = FimMode | 'none';

/**
 * How much of the text before the cursor is written again by the model, if the template puts other text after the
 * prefix.
 */
export type Rollback = 'none' | 'boundary' | 'line';

/**
 * Where the suffix shown to the model begins. boundary: inside a word, after the first place that no token crosses, so
 * that the model may write a token that extends into the rest of the word.
 */
export type SuffixFrom = 'cursor' | 'boundary';

export interface PromptForm {
  readonly mode: PromptMode;
  readonly rollback: Rollback;
  readonly suffixFrom: SuffixFrom;
}

export interface Prompt {
  readonly mode: PromptMode;
  /** Markers and the text that is not rolled back. */
  readonly root: readonly number[];
  /** UTF-8 after the root that the model's text begins with. The insertion follows it. */
  readonly open: ByteString;
  /** UTF-8 before the suffix shown to the model: the rest of a word, or closers. The model's text has it or precedes it. */
  readonly close: ByteString;
  /** Whether the open text is the beginning of a text. */
  readonly begins: boolean;
}

/** `mode` is 'none' or one that the format has a template for. */
export function promptOf(
  tokenizer: Tokenizer,
  format: FimFormat | undefined,
  { mode, rollback, suffixFrom }: PromptForm,
  { prefix, suffix, closers = 0 }: PromptPlace,
): Prompt {
  const own = mode === 'none' ? undefined : format?.templates[mode];
  const template = own ?? ['prefix'];
  const marks = new Set(format?.marks.filter(id => readsAsMark(tokenizer, id)));
  // If the prefix comes last, the model continues it directly, and the cover tree rolls back as far as necessary.
  const isJoined = template.at(-1) === 'prefix';
  const from = isJoined ? 0 : prefix.length - rolledBackBytes(prefix, rollback);
  // The names of marks are text in the root; in the text that is rolled back they would be marks.
  const at = from + lengthToLastMark(tokenizer, prefix.slice(from), marks);
  const isShown = own !== undefined && suffixFrom === 'boundary';
  const hidden = (isShown && restOfWord(tokenizer, suffix)) || closers;
  const texts = { prefix: prefix.slice(0, at), suffix: suffix.slice(hidden) };
  const root = template.flatMap(part =>
    typeof part !== 'string' ? part : encodeText(tokenizer, texts[part], marks, part === 'prefix'),
  );
  const [open, close] = [utf8Of(prefix.slice(at)), utf8Of(suffix.slice(0, hidden))];
  return { mode: own ? mode : 'none', root, open, close, begins: isJoined && at === 0 };
}

/** Up to the end of the first character of the last name of a mark that the tokenizer finds, in UTF-16 units; 0: none. */
function lengthToLastMark(tokenizer: Tokenizer, text: string, marks: ReadonlySet<number>): number {
  const { ids, byteStarts } = tokenizer.encode(text);
  const last = ids.findLastIndex(id => marks.has(id));
  if (last < 0) return 0;
  const at = utf16At(text, byteStarts[last]!) + 1;
  // What is left of a name may have another one in it.
  return at + lengthToLastMark(tokenizer, text.slice(at), marks);
}

/**
 * Marker names in the text are encoded as text, even if the tokenizer matches them because they are not special tokens.
 * `begins`: whether it is the beginning of a text.
 */
function encodeText(
  tokenizer: Tokenizer,
  text: string,
  marks: ReadonlySet<number>,
  begins: boolean,
): number[] {
  const ids = begins ? [...tokenizer.encode(text).ids] : encodeContinuation(tokenizer, text);
  const found = ids.find(id => marks.has(id));
  if (found === undefined) return ids;
  const name = new TextDecoder().decode(tokenizer.bytesOf(found));
  const at = text.indexOf(name) + 1;
  if (at === 0) return ids.filter(id => !marks.has(id));
  return [
    ...encodeText(tokenizer, text.slice(0, at), marks, begins),
    ...encodeText(tokenizer, text.slice(at), marks, false),
  ];
}

/** In UTF-16 units, counted from the end of the prefix. */
function rolledBackBytes(prefix: string, rollback: Rollback): number {
  if (rollback === 'none') return 0;
  const line = prefix.length - (prefix.lastIndexOf('\n') + 1);
  if (rollback === 'line') return line;
  // A word or a run of punctuation with the white space before it, or white space with the line end before it.
  const [last = ''] = /(?:\s*(?:[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]+)|\s+)$/u.exec(prefix) ?? [];
  return last.length;
}

/** UTF-16 units of the suffix that finish a word, up to a hard boundary or the line end; usually 0. */
function restOfWord({ boundaries = beforeWords }: Tokenizer, suffix: string): number {
  if (!/^[\p{L}\p{N}_]/u.test(suffix)) return 0;
  const [line] = suffix.slice(0, NEAR).split(/[\r\n]/, 1) as [string];
  return nextHardBoundary(boundaries, line, 1);
}

function utf8Of(text: string): ByteString {
  return byteStringOf(encodeUtf8(text));
}

export interface PromptPlace {
  readonly prefix: string;
  readonly suffix: string;
  /** UTF-16 units at the beginning of the suffix that the model is to write, too, because they close what it writes. */
  readonly closers?: number;
}

/** The suffix is less informative than the prefix. */
const SUFFIX_SHARE = 1 / 4;

/** Text beyond this many characters per token is not considered. */
const CHARACTERS = 8;

/**
 * The start of the prefix moves in steps of this many characters, so that it usually stays the same from one keystroke
 * to the next.
 */
const STEP = 2048;

/** The range, in characters, in which a hard boundary is searched for. */
const NEAR = 1000;

/**
 * The part of a text around `at` that fits into `tokens` tokens. Both ends are at line ends where possible. The start
 * of the prefix stays the same until the prefix has grown by half.
 */
export function placeIn(
  text: string,
  at: number,
  tokenizer: Tokenizer,
  tokens: number,
): PromptPlace {
  const suffixTokens = Math.floor(tokens * SUFFIX_SHARE);
  return {
    prefix: fitPrefix(text.slice(0, at), tokenizer, tokens - suffixTokens),
    suffix: fitSuffix(text.slice(at, at + suffixTokens * CHARACTERS), tokenizer, suffixTokens),
  };
}

function fitPrefix(before: string, tokenizer: Tokenizer, limit: number): string {
  const reach = limit * CHARACTERS;
  const from = Math.floor(Math.max(0, before.length - reach) / STEP) * STEP;
  const text = from === 0 ? before : before.slice(lineStart(tokenizer, before, from));
  const { ids, byteStarts } = tokenizer.encode(text);
  if (ids.length <= limit) return text;
  // Drops halves of the limit, so that the start stays in place while the text grows.
  const half = Math.max(1, limit >> 1);
  const dropped = Math.ceil((ids.length - limit) / half) * half;
  return text.slice(lineStart(tokenizer, text, utf16At(text, byteStarts[dropped]!)));
}

function fitSuffix(after: string, tokenizer: Tokenizer, limit: number): string {
  const { ids, byteStarts } = tokenizer.encode(after);
  const end = ids.length <= limit ? after.length : utf16At(after, byteStarts[limit]!);
  if (end === after.length) return after;
  const line = after.lastIndexOf('\n', end - 1) + 1;
  return after.slice(0, line > 0 ? line : end);
}

/**
 * The first line start from `from` on that is surely a token boundary, if one is near; else the first line start;
 * `from` itself if there is none.
 */
function lineStart({ boundaries = beforeWords }: Tokenizer, text: string, from: number): number {
  const { isHard } = boundaries;
  const first = text.indexOf('\n', Math.max(0, from - 1)) + 1;
  for (let start = first; start > 0 && start < from + NEAR; start = text.indexOf('\n', start) + 1) {
    if (isHard(text, start)) return start;
  }
  if (first > 0) return first;
  const isLow = isLowSurrogate(text.charCodeAt(from));
  return isLow ? from + 1 : from;
}

/** The UTF-16 offset of a byte, or of the character that contains it. */
function utf16At(text: string, byte: number): number {
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (utf8Length(text, 0, middle) <= byte) low = middle;
    else high = middle - 1;
  }
  return isLowSurrogate(text.charCodeAt(low)) ? low - 1 : low;
}
