// One JSON object per token. The field names are an interface: docs/cli.md documents them.
import { NATS_PER_BIT, type Scores } from '../../core/lenses/scores';
import type { StreamTokens } from '../../core/text/stream/tokenStream';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';

/** A line for each token of a text from `first` on, with their scores where there is a model. */
export function* tokenLines(
  tokens: StreamTokens,
  scores: Scores | null,
  tokenizer: Tokenizer,
  first = 0,
): Generator<string> {
  for (let row = 0; row < tokens.ids.length; row++) {
    const place = placeFields(tokens, row, tokenizer);
    const line = scores ? { ...place, ...scoreFields(scores, row, tokenizer) } : place;
    yield `${JSON.stringify({ index: first + row, ...line })}\n`;
  }
}

export function placeFields(tokens: StreamTokens, row: number, tokenizer: Tokenizer) {
  const id = tokens.ids[row]!;
  return {
    id,
    bytes: hex(tokenizer.bytesOf(id)),
    byteStart: tokens.byteStarts[row]!,
    byteEnd: tokens.byteEnds[row]!,
    utf16Start: tokens.utf16Starts[row]!,
    utf16End: tokens.utf16Ends[row]!,
    ...(tokens.normalized?.[row] ? { normalized: true } : {}),
  };
}

/**
 * `logprob` in nats, `surprisal` and `entropy` in bits, `varentropy` in bits²; null where nothing came before the token, or
 * a server does not say it. An entropy that the server leaves open is null, with `entropyLow` and `entropyHigh`.
 */
export function scoreFields(scores: Scores, row: number, tokenizer: Tokenizer) {
  const { topK } = scores;
  const ids = scores.topIds.subarray(row * topK, (row + 1) * topK);
  const isListed = !Number.isNaN(scores.topLogprobs[row * topK] ?? NaN);
  const upper = scores.entropyUppersNats?.[row] ?? NaN;
  const entropy = numberOrNull(scores.entropiesNats[row]! / NATS_PER_BIT);
  const bounds = { entropyLow: entropy, entropyHigh: numberOrNull(upper / NATS_PER_BIT) };
  const isOpen = !Number.isNaN(upper);
  return {
    logprob: numberOrNull(scores.logprobs[row]!),
    surprisal: numberOrNull(-scores.logprobs[row]! / NATS_PER_BIT),
    entropy: isOpen ? null : entropy,
    ...(isOpen && bounds),
    varentropy: numberOrNull(scores.varentropies[row]! / NATS_PER_BIT ** 2),
    rank: scores.ranks[row]! || null,
    context: scores.contexts[row]!,
    top:
      isListed || (topK === 0 && scores.ranks[row]! > 0)
        ? Array.from(ids, (id, i) => ({ id, logprob: scores.topLogprobs[row * topK + i]! }))
            .filter(({ logprob }) => !Number.isNaN(logprob))
            .map(({ id, logprob }) => ({
              id,
              bytes: hex(tokenizer.bytesOf(id)),
              logprob: numberOrNull(logprob),
            }))
        : null,
  };
}

/** JSON has no NaN and no infinity. */
export function numberOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
