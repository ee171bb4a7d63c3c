// How the bytes of a text longer than the model's context are scored: in the windows of its tokens, each begun
// where the text behind its beginning has the tokens that the whole text has there.
import { windowsOf } from '../windows';
import { InexactError } from './error';

/** All offsets in bytes. */
export interface ByteWindow {
  /** The model is shown the bytes from here on. */
  readonly start: number;
  /** Bytes [ownStart, end) take their surprisals from it. */
  readonly ownStart: number;
  readonly end: number;
  /** The tokens of bytes [start, end). */
  readonly ids: Uint32Array;
  /** How many of them are those of bytes [start, ownStart). */
  readonly before: number;
}

export interface TextTokens {
  readonly ids: Uint32Array;
  /** [token] */
  readonly byteStarts: Uint32Array;
  readonly byteEnds: Uint32Array;
}

/** Beginnings tried behind the one that the windows of the tokens have. */
const TRIED = 64;
/** Tokens compared behind a beginning: cut alike so far, both texts are cut alike further on. */
const COMPARED = 64;
/** Tokens at the end of a piece that what comes behind it may change. */
const UNSETTLED = 32;

/**
 * `context`: tokens in a window. `encode`: the tokens of some of the text's bytes on their own, undefined where
 * those are no text. Throws `InexactError` where no window can begin.
 */
export function byteWindows(
  { ids, byteStarts, byteEnds }: TextTokens,
  context: number,
  endsLine: (token: number) => boolean,
  encode: (from: number, to: number) => Uint32Array | undefined,
): ByteWindow[] {
  const isBeginning = (token: number, windowEnd: number) => {
    const end = Math.min(windowEnd, token + COMPARED + UNSETTLED);
    const alone = encode(byteStarts[token]!, byteEnds[end - 1]!);
    const settled = end === ids.length ? end - token : Math.max(1, end - token - UNSETTLED);
    return alone?.slice(0, settled).every((id, i) => id === ids[token + i]) ?? false;
  };
  const windows = windowsOf(ids.length, context, endsLine).map(({ start, ownStart, end }) => {
    let first = start;
    const last = Math.min(ownStart, start + TRIED);
    while (first > 0 && first <= last && !isBeginning(first, end)) first++;
    if (first > last) {
      throw new InexactError(
        `Behind byte ${byteStarts[start]} the text has no place where it can be cut and keep its tokens: ` +
          `exact probabilities of bytes are known up to byte ${byteStarts[ownStart]}`,
      );
    }
    return {
      start: byteStarts[first]!,
      ownStart: byteStarts[ownStart]!,
      end: byteEnds[end - 1]!,
      ids: ids.slice(first, end),
      before: ownStart - first,
    };
  });
  if (windows.length > 0) return windows;
  return [{ start: 0, ownStart: 0, end: 0, ids: ids.slice(), before: 0 }];
}
