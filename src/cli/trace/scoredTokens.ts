// The tokens of a trace as a model scores them, with what a pair of models says of them.
import { displayToken } from '../../core/displayToken';
import { NATS_PER_BIT } from '../../core/lenses/scores';
import { encodeUtf8 } from '../../core/text/utf8';
import { contrastScore, logRatioOf } from '../../core/traces/contrast';
import type { TraceText } from '../../core/traces/traceText';
import type { Document } from '../../engine/documents/document';
import { numberOrNull, placeFields, scoreFields } from '../../engine/documents/tokenJson';
import type { Model } from '../../engine/models/model';
import { contrastRowsOf, scoreContrast } from '../../engine/scoring/contrastPass';
import { scoreTokens } from '../../engine/scoring/tokensPass';
import type { ModelPair } from '../../engine/scoring/modelPair';
import { withProgress, formatScored } from '../progressLine';
import { noContrast, type TraceToken } from '../../engine/traces/traceToken';

export interface TraceScoring {
  readonly model: Model;
  readonly pair: ModelPair | undefined;
  /** Alternatives for each token at most. */
  readonly top: number;
}

/** `document` is of `text`. Throws `UserError`, and `Cancelled` when aborted. */
export async function scoredTokens(
  { text, start }: TraceText,
  document: Document,
  { model, pair, top }: TraceScoring,
  signal: AbortSignal,
): Promise<TraceToken[]> {
  const total = document.streamBy(model.tokenizer).size.tokens;
  await withProgress(formatScored('tokens'), async report => {
    const onScored = (scored: number) => report(scored, total);
    const pass = { visible: [], maxTokens: Infinity, signal, onScored };
    // The gap is to the likeliest token, whether it is listed or not.
    await scoreTokens(model, document, pass, Math.max(1, top));
    if (pair) await scoreContrast(pair, model, document, pass);
  });
  const tokens = document.tokensBy(model.tokenizer);
  const { scores } = document.scoresOf(0, tokens.ids.length);
  const rows = pair && contrastRowsOf(pair, model, document);
  const bytesBefore = encodeUtf8(text.slice(0, start)).length;
  // A token that reaches into the trace is its first.
  const first = tokens.utf16Ends.findIndex(end => end > start);
  if (first < 0) return [];
  return Array.from(tokens.ids.subarray(first), (id, index): TraceToken => {
    const row = first + index;
    const { id: _, ...place } = placeFields(tokens, row, model.tokenizer);
    const {
      logprob,
      surprisal,
      entropy,
      entropyLow = entropy,
      entropyHigh = entropy,
      varentropy,
      rank,
      context,
      top: likeliest,
    } = scoreFields(scores, row, model.tokenizer);
    const gap = scores.topLogprobs[row * scores.topK]! - scores.logprobs[row]!;
    return {
      index,
      id,
      ...place,
      byteStart: place.byteStart - bytesBefore,
      byteEnd: place.byteEnd - bytesBefore,
      utf16Start: place.utf16Start - start,
      utf16End: place.utf16End - start,
      text: displayToken(model.tokenizer.bytesOf(id)),
      logprob,
      surprisal,
      entropy,
      entropyLow,
      entropyHigh,
      varentropy,
      gap: numberOrNull(gap / NATS_PER_BIT),
      rank,
      context,
      top: likeliest && likeliest.slice(0, top),
      space: 'raw',
      ...(rows
        ? contrastFields(rows.positive[row]!, rows.negative[row]!, rows.divergences[row]!)
        : noContrast),
    };
  });
}

/** Nats. */
function contrastFields(positive: number, negative: number, divergence: number) {
  const contrast = { positive, negative, divergence };
  return {
    positive: numberOrNull(positive),
    negative: numberOrNull(negative),
    ratio: numberOrNull(logRatioOf(contrast)),
    divergence: numberOrNull(divergence),
    contrast: numberOrNull(contrastScore(contrast)),
  };
}
