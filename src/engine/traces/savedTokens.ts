// The tokens of a trace with the log-probabilities that its file holds.
import { displayToken } from '../../core/displayToken';
import { NATS_PER_BIT } from '../../core/lenses/scores';
import { encodeUtf8 } from '../../core/text/utf8';
import { listedIndex, savedUncertainty } from '../../core/traces/savedUncertainty';
import type { SavedLogprobs, SavedToken, Trace } from '../../core/traces/trace';
import { TraceText } from '../../core/traces/traceText';
import { UserError } from '../../core/errors';
import { hex, numberOrNull } from '../documents/tokenJson';
import { noContrast, type TraceToken } from './traceToken';

/** `top`: alternatives for each token at most. Throws `UserError` where the file holds none. */
export function savedTokens(trace: Trace, top: number): TraceToken[] {
  const [series] = trace.logprobs;
  if (!series) {
    throw new UserError(
      `The file has no log-probabilities for "${trace.id}". Use --model FOLDER to score it with a model.`,
    );
  }
  const text = new TraceText(trace);
  const bytes = encodeUtf8(trace.text);
  return series.tokens.map((token, index): TraceToken => {
    const { utf16Start, utf16End } = text.rangeOf(token);
    return {
      index,
      id: null,
      bytes: hex(token.bytes),
      byteStart: token.start,
      byteEnd: token.end,
      utf16Start: utf16Start - text.start,
      utf16End: utf16End - text.start,
      text: displayToken(bytes.subarray(token.start, token.end)),
      logprob: numberOrNull(token.logprob),
      ...uncertaintyFields(token, series),
      rank: rankOf(token),
      context: null,
      top: alternativesOf(token, top),
      space: series.space,
      ...noContrast,
    };
  });
}

function uncertaintyFields(token: SavedToken, series: SavedLogprobs) {
  const { surprisal, entropy, varentropy, gap } = savedUncertainty(token, series);
  const [low, high] = entropy;
  return {
    surprisal: numberOrNull(surprisal / NATS_PER_BIT),
    entropy: null,
    entropyLow: numberOrNull(low / NATS_PER_BIT),
    entropyHigh: numberOrNull(high / NATS_PER_BIT),
    varentropy: numberOrNull(varentropy / NATS_PER_BIT ** 2),
    gap: numberOrNull(gap / NATS_PER_BIT),
  };
}

/** Known where the token is among the likeliest, or likelier than one of them. */
function rankOf(token: SavedToken): number | null {
  const { logprob, top } = token;
  const isAbove = top.some(other => other.logprob < logprob);
  if (Number.isNaN(logprob) || (listedIndex(token, top) < 0 && !isAbove)) return null;
  return top.filter(other => other.logprob > logprob).length + 1;
}

function alternativesOf({ top }: SavedToken, limit: number): TraceToken['top'] {
  if (top.length === 0) return null;
  return top.slice(0, limit).map(({ bytes, logprob }) => {
    return { id: null, bytes: hex(bytes), logprob: numberOrNull(logprob) };
  });
}
