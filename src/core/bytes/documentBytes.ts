// The surprisal of every byte of a text. The bytes' surprisals and that of the end add up to the negative
// log-probability of the text's tokens and the end, because Π(x) at the end is theirs: what the tokens cost
// is laid out byte by byte.
import { byteStringOf } from './byteString';
import { incompleteFrom } from './characters';
import { ByteCursor } from './cursor';
import { InexactError } from './error';
import type { TokenModel } from './model';
import type { ByteRules } from './rules';

export interface DocumentBytes {
  /** [byte], nats: -ln P(byte | the bytes before). */
  readonly surprisals: Float64Array;
  /** Nats: -ln P(end | all bytes). */
  readonly end: number;
  /**
   * [byte], a probability: what the model gave, before the byte, to tokens that the tokenizer does not make there;
   * up to `UNTESTED` may be missing.
   */
  readonly leaks: Float64Array;
  /** Rows that the model was asked for. */
  readonly evaluated: number;
}

/** The most of a row that is not looked at for the leak. It is no part of the surprisals. */
const UNTESTED = 1e-6;

/** e2, of a whole text in UTF-8. Throws `InexactError`. */
export async function documentBytes(
  rules: ByteRules,
  model: TokenModel,
  bytes: Uint8Array,
): Promise<DocumentBytes> {
  const whole = incompleteFrom(byteStringOf(bytes.subarray(-3)));
  if (whole < Math.min(3, bytes.length)) {
    throw new InexactError(`The text ends inside a character, at byte ${bytes.length}`);
  }
  rules.check(byteStringOf(bytes));
  const cursor = await ByteCursor.at(rules, model, new Uint8Array());
  const surprisals = new Float64Array(bytes.length);
  const leaks = new Float64Array(bytes.length);
  for (const [i, byte] of bytes.entries()) {
    const { logMass } = cursor;
    leaks[i] = Math.exp(cursor.next(UNTESTED).leak);
    await cursor.advance(byte);
    surprisals[i] = logMass - cursor.logMass;
  }
  return { surprisals, leaks, end: -cursor.next().end, evaluated: cursor.evaluated };
}
