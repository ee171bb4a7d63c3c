// In all tokenisations (e1), the probability of a text and of each byte after it, as lower bounds: only those are
// summed that differ in the last pretoken. A ratio of two such bounds would bound nothing.
import { ByteCursor } from '../../core/exactBytes/byteCursor';
import { windowStartAt } from '../../core/exactBytes/byteWindows';
import { windowingOf, type TextInBytes } from './byteScores';
import type { Model } from '../models/model';

export interface LowerBounds {
  /** In bytes: what comes before is not seen. */
  readonly start: number;
  /** Nats: at least the log-probability of the bytes from `start` to the place. */
  readonly text: number;
  /** [byte], nats: the same with the byte after them. */
  readonly joint: Float64Array;
}

/** At byte `at` of a text. Throws `InexactError` and `UserError`. */
export async function lowerBounds(
  model: Model,
  text: TextInBytes,
  at: number,
): Promise<LowerBounds> {
  const start = windowStartAt(text.tokens, at, windowingOf(model, text));
  const seen = text.bytes.subarray(start, at);
  const cursor = await ByteCursor.openAt(model.byteRules, model.asTokenModel(), seen, start === 0);
  const { logprobs, logMass } = await cursor.nextInAllTokenisations();
  const ofText = logMass - cursor.logMass + (await cursor.logMassFromStart());
  return { start, text: ofText, joint: logprobs.map(logprob => logprob + ofText) };
}
