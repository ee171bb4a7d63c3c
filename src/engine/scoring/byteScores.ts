// What is known of the surprisals of a document's bytes, and of its characters.
import { byteStringOf } from '../../core/exactBytes/byteString';
import { byteWindows, type TextTokens, type Windowing } from '../../core/exactBytes/byteWindows';
import {
  emptyByteScores,
  isUnknown,
  keepKnown,
  type ByteScores,
} from '../../core/exactBytes/documentBytes';
import { incompleteFrom } from '../../core/exactBytes/utf8Characters';
import { NATS_PER_BIT } from '../../core/lenses/scores';
import { encodeUtf8 } from '../../core/text/utf8';
import type { CharacterView } from '../../protocol/scores';
import type { Range16 } from '../../protocol/types';
import type { Document } from '../documents/document';
import type { Model } from '../models/model';
import { charactersIn } from './characters';

/** Tokens that a window keeps free for a tree after it. */
export const TREE_TOKENS = 24;

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
    hasStart: model.start !== null,
    endsLine: token => model.endsLine(tokens.ids[token]!),
    encode: (from, to) => {
      const piece = byteStringOf(bytes.subarray(from, to));
      return model.byteRules.encode(piece.slice(0, incompleteFrom(piece)));
    },
  };
}

/** The characters that begin in a range, with what their bytes come to; with another model's, how much more for it. */
export function charactersOf(
  { text }: Document,
  scores: ByteScores,
  range: Range16,
  second?: ByteScores,
): CharacterView {
  const surprisals = second ? differenceOf(scores, second) : scores.surprisals;
  return charactersIn(text, range, (from, to) => ({
    value: surprisals.subarray(from, to).reduce((sum, nats) => sum + nats, 0) / NATS_PER_BIT,
    isPending: [scores, second].some(side => side && hasUnknown(side, from, to)),
  }));
}

/** Whether some of the bytes [from, to) are not scored yet. */
export function hasUnknown(scores: ByteScores, from: number, to: number): boolean {
  for (let byte = from; byte < to; byte++) if (isUnknown(scores, byte)) return true;
  return false;
}

/** [byte], nats: how much more a second model needs. */
function differenceOf(first: ByteScores, second: ByteScores): Float64Array {
  return first.surprisals.map((nats, byte) => second.surprisals[byte]! - nats);
}
