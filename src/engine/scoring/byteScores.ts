// The surprisals of a document's bytes: what is visible first, and the proof that they come to what its
// tokens cost.
import { byteStringOf } from '../../core/exactBytes/byteString';
import { byteWindows, type TextTokens, type Windowing } from '../../core/exactBytes/byteWindows';
import { incompleteFrom } from '../../core/exactBytes/utf8Characters';
import {
  emptyByteScores,
  keepKnown,
  scoreRange,
  unknownRanges,
  windowEnds,
  type ByteScores,
} from '../../core/exactBytes/documentBytes';
import { NATS_PER_BIT } from '../../core/lenses/scores';
import { encodeUtf8, utf8Length, utf8LengthAt } from '../../core/text/utf8';
import type { ByteProof, CharacterView } from '../../protocol/scores';
import type { Range16 } from '../../protocol/types';
import type { Document } from '../documents/document';
import { TREE_TOKENS, type Model } from '../models/model';

const PART_BYTES = 256;

export interface BytePass {
  readonly visible: readonly Range16[];
  /** Whether the other bytes are scored, too. */
  readonly whole: boolean;
  readonly signal: AbortSignal;
  /** Called behind each byte that is scored. */
  readonly onScored: (scored: number) => void;
}

export interface TextInBytes {
  readonly bytes: Uint8Array;
  readonly tokens: TextTokens;
}

/** What is known by now. Throws `InexactError`. */
export function byteScoresOf(model: Model, document: Document): ByteScores {
  const { tokenizer } = model;
  const now = document.bytesBy(tokenizer);
  if (now) return now;
  const bytes = encodeUtf8(document.text);
  const rules = model.byteRules;
  // Refused before the tokens are made.
  emptyByteScores(rules, bytes, []);
  const tokens = document.streamBy(tokenizer).tokens();
  const windows = byteWindows(tokens, windowingOf(model, { bytes, tokens }));
  const scores = emptyByteScores(rules, bytes, windows);
  const older = document.olderBytesBy(tokenizer);
  if (older) keepKnown(older, scores);
  document.keepBytes(tokenizer, scores);
  return scores;
}

/** How the windows of a text are made, from which its tokens are. */
export function windowingOf(model: Model, { bytes, tokens }: TextInBytes): Windowing {
  return {
    context: Math.max(1, model.info.contextTokens - TREE_TOKENS),
    endsLine: token => model.endsLine(tokens.ids[token]!),
    encode: (from, to) => {
      const piece = byteStringOf(bytes.subarray(from, to));
      return model.byteRules.encode(piece.slice(0, incompleteFrom(piece)));
    },
  };
}

/** Answers how many bytes are known. Throws `InexactError`, `UserError`, and `Cancelled` when aborted. */
export async function scoreBytes(
  model: Model,
  document: Document,
  { visible, whole, signal, onScored }: BytePass,
): Promise<number> {
  const tokenModel = model.asTokenModel(AbortSignal.any([signal, document.current]));
  const scores = byteScoresOf(model, document);
  const { text } = document;
  const known = () =>
    scores.surprisals.reduce((sum, nats) => sum + (Number.isNaN(nats) ? 0 : 1), 0);
  const wanted = visible.map(({ utf16Start, utf16End }) => [
    utf8Length(text, 0, utf16Start),
    utf8Length(text, 0, Math.min(utf16End, text.length)),
  ]);
  if (whole) wanted.push([0, scores.bytes.length]);
  for (const [from, to] of wanted) {
    // In parts, for another pass may score some of it meanwhile.
    for (;;) {
      const [next] = unknownRanges(scores, from!, to!);
      if (!next) break;
      const part = { ...next, to: Math.min(next.to, next.from + PART_BYTES) };
      let scored = known();
      await scoreRange(model.byteRules, tokenModel, scores, part, () => onScored(++scored));
    }
  }
  return known();
}

/** Of a document whose bytes are all known. Throws `UserError` where no token ends a text. */
export async function byteProof(
  model: Model,
  document: Document,
  signal: AbortSignal,
): Promise<ByteProof> {
  const tokenModel = model.asTokenModel(AbortSignal.any([signal, document.current]));
  model.checkEnds();
  const scores = byteScoresOf(model, document);
  const ends = await windowEnds(model.byteRules, tokenModel, scores);
  const windows = [];
  for (const [i, window] of scores.windows.entries()) {
    const { start, ownStart, end } = window;
    const { entering, leaving } = ends[i]!;
    const bytes = scores.surprisals.subarray(ownStart, end).reduce((sum, nats) => sum + nats, 0);
    const tokens = await model.tokenNats(
      window.ids,
      window.before,
      end === scores.bytes.length,
      signal,
    );
    const isLast = i === scores.windows.length - 1;
    windows.push({
      contextStart: start,
      byteStart: ownStart,
      byteEnd: end,
      bytesBits: bytes / NATS_PER_BIT,
      boundaryBits: ((isLast ? 0 : leaving) - entering) / NATS_PER_BIT,
      endBits: (isLast ? leaving : 0) / NATS_PER_BIT,
      tokenBits: tokens / NATS_PER_BIT,
    });
  }
  const { leaks } = scores;
  return {
    model: model.info.name,
    windows,
    leakMax: leaks.reduce((most, leak) => Math.max(most, leak), 0),
    leakMean: leaks.reduce((sum, leak) => sum + leak, 0) / Math.max(1, leaks.length),
  };
}

/** The characters that begin in a range, with what their bytes come to; with another model's, how much more for it. */
export function charactersOf(
  { text }: Document,
  scores: ByteScores,
  { utf16Start, utf16End }: Range16,
  second?: ByteScores,
): CharacterView {
  const surprisals = second ? differenceOf(scores, second) : scores.surprisals;
  const starts: number[] = [];
  const ends: number[] = [];
  const bits: number[] = [];
  let byte = utf8Length(text, 0, utf16Start);
  for (let at = utf16Start; at < Math.min(utf16End, text.length);) {
    const length = utf8LengthAt(text, at);
    const own = surprisals.subarray(byte, byte + length);
    starts.push(at);
    at += length === 4 ? 2 : 1;
    ends.push(at);
    bits.push(own.reduce((sum, nats) => sum + nats, 0) / NATS_PER_BIT);
    byte += length;
  }
  const pending = bits.reduce((sum, value) => sum + (Number.isNaN(value) ? 1 : 0), 0);
  return {
    utf16Starts: Uint32Array.from(starts),
    utf16Ends: Uint32Array.from(ends),
    bits: Float32Array.from(bits),
    pending,
  };
}

/** [byte], nats: what a second model needs more. */
export function differenceOf(first: ByteScores, second: ByteScores): Float64Array {
  return first.surprisals.map((nats, byte) => second.surprisals[byte]! - nats);
}
