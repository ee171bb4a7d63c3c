// The words of a text as runs of its tokens, and which tokens of a vocabulary go on with a word.
import type { Encoding, Tokenizer } from '../tokenizer/tokenizer';
import { eachWord } from '../tokenizerReport/measures/wordRuns';
import { classesWithMarks, LETTER_CLASS, NUMBER_CLASS } from '../tokenizer/unicode/classes';

/**
 * Units that partition the tokens of a text: words, and each token between them. A word has the tokens that hold a byte of
 * it, a space before it among them where that is in its first token. Words that share a token are one unit.
 */
export interface TokenWords {
  /** [unit + 1]: unit u has the tokens starts[u] to starts[u + 1] - 1. */
  readonly starts: Uint32Array;
  /** [unit]: how many words it has, 0 for a token between words. */
  readonly words: Uint32Array;
  /** [unit]: the bytes of the words, or of the token between. */
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  /** [token + 1]: 1 if a word is in progress before the token, so that the next character may go on with it. */
  readonly open: Uint8Array;
}

/**
 * Words are the longest runs of letters, marks and digits (`eachWord`): of these the next character alone says whether one has
 * ended, which is not so where a full stop or an apostrophe may join two letters.
 */
export function wordsOf(
  text: string,
  { byteStarts, byteEnds }: Pick<Encoding, 'byteStarts' | 'byteEnds'>,
): TokenWords {
  const tokens = byteStarts.length;
  const starts: number[] = [];
  const words: number[] = [];
  const froms: number[] = [];
  const tos: number[] = [];
  const open = new Uint8Array(tokens + 1);
  const push = (start: number, count: number, from: number, to: number) => {
    starts.push(start);
    words.push(count);
    froms.push(from);
    tos.push(to);
  };
  /** The first token that no unit has yet. */
  let next = 0;
  /** Of bytes: places up to it have been asked for a word in progress. */
  let place = 0;
  eachWord(text, (_start, _end, from, to) => {
    while (place < tokens && byteStarts[place]! <= from) place++;
    for (; place <= tokens && placeOf(place, byteStarts, byteEnds) <= to; place++) open[place] = 1;
    if (next > 0 && byteEnds[next - 1]! > from) {
      const last = words.length - 1;
      words[last]!++;
      tos[last] = to;
    } else {
      for (; next < tokens && byteEnds[next]! <= from; next++)
        push(next, 0, byteStarts[next]!, byteEnds[next]!);
      push(next, 1, from, to);
    }
    while (next < tokens && byteStarts[next]! < to) next++;
  });
  for (; next < tokens; next++) push(next, 0, byteStarts[next]!, byteEnds[next]!);
  return {
    starts: Uint32Array.from([...starts, tokens]),
    words: Uint32Array.from(words),
    from: Uint32Array.from(froms),
    to: Uint32Array.from(tos),
    open,
  };
}

function placeOf(place: number, byteStarts: Uint32Array, byteEnds: Uint32Array): number {
  return place < byteStarts.length ? byteStarts[place]! : byteEnds[place - 1]!;
}

/** [bytes of a character]: the lowest code point that has so many. */
const LOWEST = [0, 0, 0x80, 0x800, 0x10000] as const;

/** [id]: 1 if the token goes on with a word in progress; 0 for special tokens and unknown ids, which end it. */
export function wordContinuations(tokenizer: Tokenizer): Uint8Array {
  return Uint8Array.from({ length: tokenizer.vocabSize }, (_, id) =>
    !tokenizer.isSpecial(id) && continuesWord(tokenizer.bytesOf(id)) ? 1 : 0,
  );
}

/**
 * Whether the first character of the bytes is a letter, a mark or a digit. Of a character that is not whole, most of those that
 * begin so decide; bytes that begin inside a character end nothing. False without bytes.
 */
export function continuesWord(bytes: Uint8Array): boolean {
  const lead = bytes[0];
  if (lead === undefined) return false;
  if (lead < 0x80) return isInWord(lead);
  if (lead < 0xc0) return true;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  let code = lead & (0x7f >> length);
  let read = 1;
  for (; read < length && read < bytes.length; read++) code = (code << 6) | (bytes[read]! & 0x3f);
  const missing = 6 * (length - read);
  // Without overlong forms, and nothing above U+10FFFF.
  const first = Math.max(code << missing, LOWEST[length]);
  const end = Math.min((code + 1) << missing, 0x110000);
  let inWord = 0;
  for (let each = first; each < end; each++) if (isInWord(each)) inWord++;
  return inWord > 0 && 2 * inWord > end - first;
}

function isInWord(code: number): boolean {
  const own = classesWithMarks()[code];
  return own === LETTER_CLASS || own === NUMBER_CLASS;
}
