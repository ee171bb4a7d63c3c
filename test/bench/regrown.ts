// Healing by one token: the last one dropped, and the next chosen among those that begin with its bytes.
import type { ByteString } from '../../src/core/exactBytes/byteString';
import type { LogprobRow } from '../../src/core/exactBytes/tokenModel';
import type { ByteRules } from '../../src/core/exactBytes/byteRules';

/**
 * Nats: of the bytes `truth` after `rest`, where the first token, of the row, begins with `rest`. A token may end
 * before `truth` does: `after` says what its rest costs then.
 */
export async function regrownLogprob(
  rules: ByteRules,
  row: LogprobRow,
  rest: ByteString,
  truth: ByteString,
  after: (token: number, bytes: ByteString) => Promise<number>,
): Promise<number> {
  const { start, end } = rules.tokens.startingWith(rest);
  const whole = rest + truth;
  let all = 0;
  let right = 0;
  for (let place = start; place < end; place++) {
    const token = rules.tokens.ids[place]!;
    const bytes = rules.tokens.bytes[place]!;
    const p = Math.exp(row[token]!);
    all += p;
    if (bytes.startsWith(whole)) right += p;
    else if (whole.startsWith(bytes))
      right += p * Math.exp(await after(token, whole.slice(bytes.length)));
  }
  return Math.log(right / all);
}
