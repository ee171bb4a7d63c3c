// What a model is shown for a completion: tokens that stay as they are, and behind them the bytes that it writes
// anew, so that the text may be cut into tokens there as the model likes it.
import type { Tokenizer } from '../tokenizer/tokenizer';
import { byteStringOf, type ByteString } from '../exactBytes/byteString';
import { beforeWords, nextHardBoundary } from '../tokenizer/hardBoundary';
import { encodeUtf8, utf8Length } from '../text/utf8';
import type { FimFormat, FimMode, FimPart } from './fimFormat';

/** none: the text before the cursor alone; the model does not see what is behind it. */
export type PromptMode = FimMode | 'none';

/** How much of the text before the cursor the model writes anew where its template puts a text between the two. */
export type Rollback = 'none' | 'boundary' | 'line';

/**
 * Where the text behind the cursor begins that the model is shown. boundary: inside a word, behind the first place at
 * which no token lies across, so that the model may write a token that reaches into the word's rest.
 */
export type SuffixFrom = 'cursor' | 'boundary';

export interface PromptForm {
  readonly mode: PromptMode;
  readonly rollback: Rollback;
  readonly suffixFrom: SuffixFrom;
}

export interface Prompt {
  readonly mode: PromptMode;
  /** Marks, and text that is not handed back. */
  readonly root: readonly number[];
  /** UTF-8 behind the root that what is written begins with; what is inserted comes behind it. */
  readonly open: ByteString;
  /** UTF-8 that what is written ends with, before the text that the model is shown; what is inserted comes before it. */
  readonly close: ByteString;
  /** Whether a text begins there, rather than goes on. */
  readonly begins: boolean;
}

/** `mode` is one that the format has a template for. */
export function promptOf(
  tokenizer: Tokenizer,
  format: FimFormat | undefined,
  { mode, rollback, suffixFrom }: PromptForm,
  { prefix, suffix }: PromptPlace,
): Prompt {
  const template = mode === 'none' ? undefined : format?.templates[mode];
  if (!template) return { mode: 'none', root: [], open: utf8Of(prefix), close: '', begins: true };
  // Where the prefix is last, the model goes on writing it: the tree of tokens reaches back as far as it must.
  const isJoined = template.at(-1) === 'prefix';
  const at = isJoined ? 0 : prefix.length - rolledBackBytes(prefix, rollback);
  const hidden = suffixFrom === 'boundary' ? restOfWord(tokenizer, suffix) : 0;
  const texts = { prefix: prefix.slice(0, at), suffix: suffix.slice(hidden) };
  const root = template.flatMap(part =>
    typeof part !== 'string' ? part : encodeText(tokenizer, texts[part], template, part),
  );
  const [open, close] = [utf8Of(prefix.slice(at)), utf8Of(suffix.slice(0, hidden))];
  return { mode, root, open, close, begins: isJoined };
}

/** Names of marks are text, also where the tokenizer finds them because they are no special tokens. */
function encodeText(
  tokenizer: Tokenizer,
  text: string,
  template: readonly FimPart[],
  part: 'prefix' | 'suffix',
): number[] {
  const ids =
    part === 'suffix' ? encodeContinuation(tokenizer, text) : [...tokenizer.encode(text).ids];
  const marks = new Set(template.flatMap(part => (typeof part === 'string' ? [] : part)));
  const found = ids.find(id => marks.has(id));
  if (found === undefined) return ids;
  const name = new TextDecoder().decode(tokenizer.bytesOf(found));
  const at = text.indexOf(name) + 1;
  if (at === 0) return ids.filter(id => !marks.has(id));
  return [text.slice(0, at), text.slice(at)].flatMap(half =>
    encodeText(tokenizer, half, template, part),
  );
}

/** Of a text that goes on, so that nothing is put before it that tokenizers put before a whole text. */
function encodeContinuation(tokenizer: Tokenizer, text: string): number[] {
  const { ids } = tokenizer.encode(text);
  const [first] = ids;
  const isAsIs = first === undefined || !startsOtherwise(tokenizer.bytesOf(first), text);
  if (isAsIs) return [...ids];
  const afterLineFeed = tokenizer.encode(`\n${text}`);
  return [...afterLineFeed.ids].filter((_, token) => afterLineFeed.byteStarts[token]! > 0);
}

const BLANK = 0x20;

function startsOtherwise(token: Uint8Array, text: string): boolean {
  return token[0] === BLANK && text.charCodeAt(0) !== BLANK;
}

/** UTF-16 units at the end of the prefix. */
function rolledBackBytes(prefix: string, rollback: Rollback): number {
  if (rollback === 'none') return 0;
  const line = prefix.length - (prefix.lastIndexOf('\n') + 1);
  if (rollback === 'line') return line;
  // A word or a run of signs with the blanks before it, or blanks with the line end before them.
  const [last = ''] = /(?:\s*(?:[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]+)|\s+)$/u.exec(prefix) ?? [];
  return last.length;
}

/** UTF-16 units that a suffix goes on with in a word, up to a hard boundary or the line's end; mostly 0. */
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
}

/** Behind a cursor there is less to learn from than before it. */
const SUFFIX_SHARE = 1 / 4;

/** More characters than this for each token are not looked at. */
const CHARACTERS = 8;

/** The text's beginning is let go in steps of so many characters, so that it is mostly the same one key later. */
const STEP = 2048;

/** Characters within which a hard boundary is looked for. */
const NEAR = 1000;

/**
 * What of a text fits in `tokens` tokens around `at`. Both ends are at line ends where there are any; the
 * prefix begins where the one before it did until it has grown by half.
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
  // By halves, so that the beginning stays where it is while the text grows.
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
 * Where the first line that is surely cut from the one before begins at or behind `from`, if that is near, else
 * any line; `from` itself where there is none.
 */
function lineStart({ boundaries = beforeWords }: Tokenizer, text: string, from: number): number {
  const { isHard } = boundaries;
  const first = text.indexOf('\n', Math.max(0, from - 1)) + 1;
  for (let start = first; start > 0 && start < from + NEAR; start = text.indexOf('\n', start) + 1) {
    if (isHard(text, start)) return start;
  }
  if (first > 0) return first;
  const isLow = (text.charCodeAt(from) & 0xfc00) === 0xdc00;
  return isLow ? from + 1 : from;
}

/** The place of a byte; the character's that it is inside. */
function utf16At(text: string, byte: number): number {
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (utf8Length(text, 0, middle) <= byte) low = middle;
    else high = middle - 1;
  }
  return (text.charCodeAt(low) & 0xfc00) === 0xdc00 ? low - 1 : low;
}
