// The surprisal of every byte of a text. What its bytes and its end cost is what its tokens and the end cost,
// laid out byte by byte: Π(x) at the end is the probability of the tokens and the end.
//
// A longer text is scored in windows, in each of which the bytes are given those of the window before them.
// At a seam Π(x) still counts the texts that go on otherwise than with the boundary that the tokens have
// there, so that window by window
//
//   Σ bytes + leaving - entering = Σ tokens
//
// where entering and leaving are -ln of the part of Π that the text's own tokens have at the window's ends.
// At the end of the text leaving is the surprisal of the end. At its beginning entering is ln Π of what the
// tokenizer puts before every text, which the bytes are given and the tokens pay for; of nothing, mostly.
import { PrefetchingModel } from './prefetch';
import { byteStringOf } from './byteString';
import type { ByteWindow } from './byteWindows';
import { incompleteFrom } from './utf8Characters';
import { noTrunk } from './coverTree';
import { ByteCursor } from './byteCursor';
import { InexactError } from '../errors';
import type { TokenModel } from './tokenModel';
import type { ByteRules } from './byteRules';

export interface ByteScores {
  readonly bytes: Uint8Array;
  readonly windows: readonly ByteWindow[];
  /** [byte], nats: -ln P(byte | the window's bytes before); NaN where not known yet. */
  readonly surprisals: Float64Array;
  /**
   * [byte], a probability: what the model gave, before the byte, to tokens that the tokenizer does not make there;
   * up to `UNTESTED` may be missing.
   */
  readonly leaks: Float64Array;
}

/** Nats. */
export interface WindowEnds {
  readonly entering: number;
  readonly leaving: number;
}

/** Bytes [from, to) of one window's own. */
export interface ByteRange {
  readonly window: ByteWindow;
  readonly from: number;
  readonly to: number;
}

/** Numbers in the rows that are asked for at once. */
const VALUES_AT_ONCE = 1 << 20;

/** The most of a row that is not looked at for the leak. It is no part of the surprisals. */
const UNTESTED = 1e-5;

/** Nothing known yet. Throws `InexactError` for bytes that are no whole text, or not one to be exact about. */
export function emptyByteScores(
  rules: ByteRules,
  bytes: Uint8Array,
  windows: readonly ByteWindow[],
): ByteScores {
  const whole = incompleteFrom(byteStringOf(bytes.subarray(-3)));
  if (whole < Math.min(3, bytes.length)) {
    throw new InexactError(`The text ends inside a character, at byte ${bytes.length}`);
  }
  rules.check(byteStringOf(bytes));
  const unknown = () => new Float64Array(bytes.length).fill(NaN);
  return { bytes, windows, surprisals: unknown(), leaks: unknown() };
}

/** Takes over what an edit has left as it was: bytes before it, in windows that begin where they did. */
export function keepKnown(old: ByteScores, now: ByteScores): void {
  let same = 0;
  while (same < now.bytes.length && now.bytes[same] === old.bytes[same]) same++;
  for (const [i, { start, ownStart, end }] of now.windows.entries()) {
    const before = old.windows[i];
    if (before?.start !== start || before.ownStart !== ownStart) return;
    const to = Math.max(ownStart, Math.min(same, end, before.end));
    now.surprisals.set(old.surprisals.subarray(ownStart, to), ownStart);
    now.leaks.set(old.leaks.subarray(ownStart, to), ownStart);
  }
}

/** The unknown bytes among [from, to), window by window. */
export function unknownRanges(scores: ByteScores, from: number, to: number): ByteRange[] {
  const ranges: ByteRange[] = [];
  for (const window of scores.windows) {
    const end = Math.min(to, window.end);
    for (let at = Math.max(from, window.ownStart); at < end;) {
      const begin = at;
      const isKnown = !Number.isNaN(scores.surprisals[at]!);
      while (at < end && Number.isNaN(scores.surprisals[at]!) !== isKnown) at++;
      if (!isKnown) ranges.push({ window, from: begin, to: at });
    }
  }
  return ranges;
}

/** e2. Calls `onByte` behind each byte. */
export async function scoreRange(
  rules: ByteRules,
  model: TokenModel,
  { bytes, surprisals, leaks }: ByteScores,
  { window, from, to }: ByteRange,
  onByte: () => void = () => {},
): Promise<void> {
  const { start } = window;
  const begins = start === 0;
  const prefetching = new PrefetchingModel(
    model,
    Math.max(1, Math.floor(VALUES_AT_ONCE / rules.tokens.idLimit)),
  );
  const text = (begins ? rules.opening : '') + byteStringOf(bytes.subarray(start, to));
  const placeOf = (byte: number) => text.length - (to - byte);
  let fetchedTo = await prefetching.prefetch(rules, text, placeOf(from), noTrunk);
  const cursor = await ByteCursor.openAt(rules, prefetching, bytes.subarray(start, from), begins);
  for (let i = from; i < to; i++) {
    if (placeOf(i + 1) >= fetchedTo) {
      fetchedTo = await prefetching.prefetch(rules, text, placeOf(i + 1), cursor.trunk);
    }
    const { logMass } = cursor;
    leaks[i] = cursor.leak(UNTESTED);
    await cursor.advance(bytes[i]!);
    surprisals[i] = logMass - cursor.logMass;
    onByte();
  }
}

/** [window]. Throws `InexactError` where a text's own tokens are none of the ways to cut it. */
export async function windowEnds(
  rules: ByteRules,
  model: TokenModel,
  { bytes, windows }: ByteScores,
): Promise<WindowEnds[]> {
  const ends: WindowEnds[] = [];
  for (const { start, ownStart, end, ids, before } of windows) {
    const cursorAt = (to: number) =>
      ByteCursor.openAt(rules, model, bytes.subarray(start, to), start === 0);
    const boundaryCost = async (to: number, tokens: Uint32Array) => {
      const cursor = await cursorAt(to);
      const own = cursor.massOfCover(tokens);
      if (own !== -Infinity) return cursor.logMass - own;
      throw new InexactError(
        `At byte ${to} the text's tokens are no canonical beginning of a text`,
      );
    };
    const entering =
      before > 0
        ? await boundaryCost(ownStart, ids.slice(0, before))
        : await (await cursorAt(ownStart)).logMassFromStart();
    const isLast = end === bytes.length;
    const leaving = isLast ? -(await cursorAt(end)).next().end : await boundaryCost(end, ids);
    ends.push({ entering, leaving });
  }
  return ends;
}
