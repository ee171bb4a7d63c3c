// The windows in which the bytes of a text longer than the model's context are scored: the windows of its tokens, each
// moved to a start from which the rest of the text, encoded alone, has the tokens of the whole text.
import { windowsOf, type Window } from '../text/contextWindows';
import { InexactError } from '../errors';

/** All offsets are in bytes. */
export interface ByteWindow {
  /** The first byte that the model sees. */
  readonly start: number;
  /** Bytes [ownStart, end) take their surprisals from this window. */
  readonly ownStart: number;
  readonly end: number;
  /** The tokens of bytes [start, end). */
  readonly ids: Uint32Array;
  /** The number of tokens of bytes [start, ownStart). */
  readonly before: number;
  /** The first token, where nothing comes before it from which the model could predict it. */
  readonly given?: GivenToken;
}

export interface GivenToken {
  readonly token: number;
  /** The window's bytes before it have no surprisals. */
  readonly end: number;
}

export interface TextTokens {
  readonly ids: Uint32Array;
  /** [token] */
  readonly byteStarts: Uint32Array;
  readonly byteEnds: Uint32Array;
}

/** Starts tried after the one of the token window. */
const TRIED = 64;
/** Tokens compared after a start. If they agree, the texts are assumed to be split alike from there on. */
const COMPARED = 64;
/** Tokens at the end of a slice that the following text may change. */
const UNSETTLED = 32;

/** What determines the windows. */
export interface Windowing {
  /** Tokens per window. */
  readonly context: number;
  /** Whether the model has a token that starts a text; else it is given the first token of each window. */
  readonly hasStart: boolean;
  endsLine(token: number): boolean;
  /** The tokens of a slice of the text, encoded alone; undefined if the slice is not a valid text. */
  encode(from: number, to: number): ArrayLike<number> | undefined;
}

/** Throws `InexactError` if there is no valid start for a window. */
export function byteWindows(tokens: TextTokens, windowing: Windowing): ByteWindow[] {
  const { ids, byteStarts, byteEnds } = tokens;
  const windows = windowsOf(ids.length, windowing.context, windowing.endsLine).map(window => {
    const { ownStart, end } = window;
    const first = beginningOf(window, tokens, windowing);
    return {
      start: byteStarts[first]!,
      ownStart: byteStarts[ownStart]!,
      end: byteEnds[end - 1]!,
      ids: ids.slice(first, end),
      before: ownStart - first,
      ...(!windowing.hasStart && { given: { token: ids[first]!, end: byteEnds[first]! } }),
    };
  });
  if (windows.length > 0) return windows;
  return [{ start: 0, ownStart: 0, end: 0, ids: ids.slice(), before: 0 }];
}

/** In bytes: the start of the window that the byte at `at` takes its surprisal from. Throws `InexactError`. */
export function windowStartAt(tokens: TextTokens, at: number, windowing: Windowing): number {
  const { ids, byteStarts, byteEnds } = tokens;
  const windows = windowsOf(ids.length, windowing.context, windowing.endsLine);
  const window = windows.find(({ end }) => byteEnds[end - 1]! > at) ?? windows.at(-1);
  return window ? byteStarts[beginningOf(window, tokens, windowing)]! : 0;
}

/** The window's first token, or the first after it from which the text, encoded alone, has the same tokens. */
function beginningOf(
  { start, ownStart, end }: Window,
  { ids, byteStarts, byteEnds }: TextTokens,
  { encode }: Windowing,
): number {
  const isBeginning = (token: number) => {
    const last = Math.min(end, token + COMPARED + UNSETTLED);
    const alone = encode(byteStarts[token]!, byteEnds[last - 1]!);
    if (!alone) return false;
    const settled = last === ids.length ? last - token : Math.max(1, last - token - UNSETTLED);
    return Array.from(alone)
      .slice(0, settled)
      .every((id, i) => id === ids[token + i]);
  };
  const latest = Math.min(ownStart, start + TRIED);
  let first = start;
  while (first > 0 && first <= latest && !isBeginning(first)) first++;
  if (first <= latest) return first;
  throw new InexactError(
    `After byte ${byteStarts[start]} the text has no place where it can be split without changing its tokens: ` +
      `exact probabilities of bytes are known up to byte ${byteStarts[ownStart]}`,
  );
}
