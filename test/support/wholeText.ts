// The bytes of a text that is one window.
import {
  emptyByteScores,
  scoreRange,
  windowEnds,
  type ByteScores,
  type WindowEnds,
} from '../../src/core/exactBytes/documentBytes';
import type { TokenModel } from '../../src/core/exactBytes/tokenModel';
import type { ByteRules } from '../../src/core/exactBytes/byteRules';

export async function wholeText(
  rules: ByteRules,
  model: TokenModel,
  bytes: Uint8Array,
): Promise<ByteScores & WindowEnds> {
  const window = { start: 0, ownStart: 0, end: bytes.length, ids: new Uint32Array(), before: 0 };
  const scores = emptyByteScores(rules, bytes, [window]);
  await scoreRange(rules, model, scores, { window, from: 0, to: bytes.length });
  const [ends] = await windowEnds(rules, model, scores);
  return { ...scores, ...ends! };
}
