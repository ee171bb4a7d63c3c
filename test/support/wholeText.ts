// The bytes of a text that is one window.
import {
  emptyByteScores,
  scoreRange,
  unknownRanges,
  windowEnds,
  type ByteScores,
  type WindowEnds,
} from '../../src/core/exactBytes/documentBytes';
import type { TokenModel } from '../../src/core/exactBytes/tokenModel';
import type { GivenToken } from '../../src/core/exactBytes/byteWindows';
import type { ByteRules } from '../../src/core/exactBytes/byteRules';

export async function wholeText(
  rules: ByteRules,
  model: TokenModel,
  bytes: Uint8Array,
  given?: GivenToken,
): Promise<ByteScores & WindowEnds> {
  const ids = new Uint32Array();
  const own = { start: 0, ownStart: 0, end: bytes.length, ids, before: 0 };
  const window = given ? { ...own, given } : own;
  const scores = emptyByteScores(rules, bytes, [window]);
  for (const range of unknownRanges(scores, 0, bytes.length))
    await scoreRange(rules, model, scores, range);
  const [ends] = await windowEnds(rules, model, scores);
  return { ...scores, ...ends! };
}
