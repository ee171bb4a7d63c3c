// The surprisal of every byte of a text. Bytes and end together cost as much as the tokens and the end: at the end of
// the text, Π(x) times the probability of the end is the probability of the tokens and the end.
//
// A longer text is scored in windows; the bytes of each are conditioned on the overlap with the window before it. At a
// window boundary, Π(x) still includes texts that continue differently than with the token boundary of this text, so
// for each window
//
//   Σ bytes + leaving - entering = Σ tokens
//
// where entering and leaving are -ln of the share of Π that the text's own tokens have at the ends of the window. At
// the end of the text, leaving is the surprisal of the end. At its beginning, entering is ln Π of what the tokenizer
// prepends to every text, which the bytes are conditioned on and the tokens pay for; usually nothing.
//
// A model without a token that starts a text has no probabilities for a first token. It is given the first token t of
// each window: its bytes have no surprisals, and those after them are exact among the texts whose first token is t, so
// Π sums the covers that begin with t, given t. The tokens pay from the second one on, and at the end of t Π is 1. As
// soon as all covers of the bytes so far begin with t, these are the probabilities of all texts with these bytes.
import { byteStringOf } from './byteString';
import type { ByteWindow } from './byteWindows';
import { incompleteFrom } from './utf8Characters';
import { checkTails } from './coverTree';
import { noTrunk, trunkGiven, type Trunk } from './trunk';
import { ByteCursor } from './byteCursor';
import { InexactError } from '../errors';
import { logSumOf } from './logSum';
import { impossibleText } from './nextByte';
import { PlaceTrees } from './placeTrees';
import { sumsOf, type TokenModel } from './tokenModel';
import type { ByteRules } from './byteRules';

export interface ByteScores {
  readonly bytes: Uint8Array;
  readonly windows: readonly ByteWindow[];
  /**
   * [byte], nats: -ln P(byte | the window's bytes before it); NaN if not known yet, or given.
   */
  readonly surprisals: Float64Array;
  /**
   * [byte], a probability: the mass that the model gave, before the byte, to tokens that the tokenizer does not produce
   * there.
   */
  readonly leaks: Float64Array;
  /** Bytes of the first tokens of windows that the model is given. */
  readonly given: ReadonlySet<number>;
}

/** Nats. */
export interface WindowEnds {
  readonly entering: number;
  readonly leaving: number;
}

/** Bytes [from, to), all of one window's own. */
export interface ByteRange {
  readonly window: ByteWindow;
  readonly from: number;
  readonly to: number;
}

/** Nodes in one request: more would not be faster. */
const NODES_AT_ONCE = 256;
/** Values in the rows of one request. */
const VALUES_AT_ONCE = 1 << 24;

/**
 * Scores with nothing known. Throws `InexactError` if the bytes are not a whole text, or not one with exact
 * probabilities.
 */
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
  for (const { start, ownStart, end } of windows) {
    const opening = start === 0 ? rules.opening : '';
    const text = opening + byteStringOf(bytes.subarray(start, end));
    checkTails(rules, text, opening.length + ownStart - start, start - opening.length);
  }
  const unknown = () => new Float64Array(bytes.length).fill(NaN);
  const given = new Set<number>();
  for (const { ownStart, end, given: first } of windows) {
    for (let at = ownStart; at < Math.min(end, first?.end ?? 0); at++) given.add(at);
  }
  return { bytes, windows, surprisals: unknown(), leaks: unknown(), given };
}

/** Copies what an edit has left valid: bytes before the edit, in windows with unchanged starts. */
export function keepKnown(old: ByteScores, now: ByteScores): void {
  let same = 0;
  while (same < now.bytes.length && now.bytes[same] === old.bytes[same]) same++;
  for (const [i, { start, ownStart, end, given }] of now.windows.entries()) {
    const before = old.windows[i];
    if (before?.start !== start || before.ownStart !== ownStart) return;
    if (before.given?.token !== given?.token || before.given?.end !== given?.end) return;
    const to = Math.max(ownStart, Math.min(same, end, before.end));
    now.surprisals.set(old.surprisals.subarray(ownStart, to), ownStart);
    now.leaks.set(old.leaks.subarray(ownStart, to), ownStart);
  }
}

/** Whether the byte's surprisal is not known yet. */
export function isUnknown({ surprisals, given }: ByteScores, byte: number): boolean {
  return Number.isNaN(surprisals[byte]!) && !given.has(byte);
}

/** The unknown bytes among [from, to), separately for each window. */
export function unknownRanges(scores: ByteScores, from: number, to: number): ByteRange[] {
  const ranges: ByteRange[] = [];
  for (const window of scores.windows) {
    const end = Math.min(to, window.end);
    for (let at = Math.max(from, window.ownStart); at < end;) {
      const begin = at;
      const isWanted = isUnknown(scores, at);
      while (at < end && isUnknown(scores, at) === isWanted) at++;
      if (isWanted) ranges.push({ window, from: begin, to: at });
    }
  }
  return ranges;
}

/**
 * Scores a range in mode e2. Calls `onBytes` after each request, with how many bytes it was about. While the model is
 * asked, the next request is made. Throws `InexactError`.
 */
export async function scoreRange(
  rules: ByteRules,
  model: TokenModel,
  { bytes, surprisals, leaks }: ByteScores,
  { window, from, to }: ByteRange,
  onBytes: (count: number) => void = () => {},
): Promise<void> {
  const { start } = window;
  const text = (start === 0 ? rules.opening : '') + byteStringOf(bytes.subarray(start, to));
  const placeOf = (byte: number) => text.length - (to - byte);
  const width = Math.floor(VALUES_AT_ONCE / rules.tokens.idLimit);
  const limit = Math.max(1, Math.min(NODES_AT_ONCE, width));
  // The last place of a request is the first of the next, so that their masses can be compared.
  const treesFrom = (place: number, trunk: Trunk) =>
    new PlaceTrees(rules, model.ends, text, place, trunk, limit);
  for (let trees: PlaceTrees | undefined = treesFrom(placeOf(from), beginningOf(window)); trees;) {
    const { sums, base, nodes, end, trunk }: PlaceTrees = trees;
    const asked = sumsOf(model, base, nodes, sums, rules.tokens.ids);
    // Awaited below: until then an error is no unhandled one.
    asked.catch(() => {});
    const next: PlaceTrees | undefined = end <= text.length ? treesFrom(end - 1, trunk) : undefined;
    const masses = trees.masses(sums, await asked);
    const first = to - (text.length - trees.from);
    for (const [i, { logMass, leak }] of masses.entries()) {
      const after = masses[i + 1];
      if (!after) break;
      if (logMass === -Infinity) throw impossibleText();
      leaks[first + i] = leak;
      surprisals[first + i] = logMass - after.logMass;
    }
    onBytes(masses.length - 1);
    trees = next;
  }
}

function beginningOf({ given }: ByteWindow): Trunk {
  return given ? trunkGiven(given.token) : noTrunk;
}

/** [window]. Throws `InexactError` if the text's own tokens are not canonical. */
export async function windowEnds(
  rules: ByteRules,
  model: TokenModel,
  { bytes, windows }: ByteScores,
): Promise<WindowEnds[]> {
  // The tokenizer puts nothing before an empty text, which ends where others begin.
  if (bytes.length === 0) {
    const [row] = await model.rows([], [{ parent: -1, token: -1 }], [0]);
    return windows.map(() => ({
      entering: 0,
      leaving: -logSumOf(model.ends.map(id => row![id]!)),
    }));
  }
  const ends: WindowEnds[] = [];
  for (const window of windows) {
    const { start, ownStart, end, ids, before, given } = window;
    const cursorAt = (to: number) => {
      const seen = bytes.subarray(start, to);
      return ByteCursor.openAt(rules, model, seen, start === 0, 0, beginningOf(window));
    };
    const boundaryCost = async (to: number, tokens: Uint32Array) => {
      const cursor = await cursorAt(to);
      const own = cursor.massOfCover(tokens);
      if (own !== -Infinity) return cursor.logMass - own;
      throw new InexactError(`At byte ${to} the text's tokens are not canonical`);
    };
    const entering =
      before > 0
        ? await boundaryCost(ownStart, ids.slice(0, before))
        : given
          ? 0
          : await (await cursorAt(ownStart)).logMassFromStart();
    const isLast = end === bytes.length;
    const leaving = isLast ? -(await cursorAt(end)).next().end : await boundaryCost(end, ids);
    ends.push({ entering, leaving });
  }
  return ends;
}
