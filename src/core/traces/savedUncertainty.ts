// Uncertainty of a token from the log-probabilities saved in a file, without a model.
import { entropyBounds } from './entropyBounds';
import type { SavedAlternative, SavedLogprobs, SavedToken } from './trace';

export interface SavedUncertainty {
  /** Nats; NaN if the file has no log-probability. */
  readonly surprisal: number;
  /**
   * Nats: bounds of the entropy, depending on how the mass that is not listed is distributed; equal if everything is
   * listed.
   */
  readonly entropy: readonly [least: number, most: number];
  /** Nats²; NaN unless everything is listed, because it cannot be bounded. */
  readonly varentropy: number;
  /** max log p - log p(y), nats; NaN without alternatives. */
  readonly gap: number;
}

/** Nats: the list and the token's own number may be rounded differently. */
const SAME = 0.01;

/** The alternatives that have a number. */
function knownOf({ top }: SavedToken): SavedAlternative[] {
  return top.filter(({ logprob }) => !Number.isNaN(logprob));
}

/**
 * The index of the written token among alternatives, -1 if it is not listed. Several tokens may have one text, as parts
 * of characters do in files without bytes: then its log-probability distinguishes it.
 */
export function listedIndex(
  { bytes, logprob }: Pick<SavedToken, 'bytes' | 'logprob'>,
  top: readonly SavedAlternative[],
): number {
  return top.findIndex(
    other =>
      isSameBytes(other.bytes, bytes) &&
      (Number.isNaN(logprob) || Math.abs(other.logprob - logprob) <= SAME),
  );
}

/** Without a list: [0, log V], or no upper bound if the size of the vocabulary is unknown. */
export function savedUncertainty(
  token: SavedToken,
  { vocabSize }: Pick<SavedLogprobs, 'vocabSize'>,
): SavedUncertainty {
  const { logprob } = token;
  const listed = knownOf(token).map(alternative => alternative.logprob);
  const all =
    Number.isNaN(logprob) || listedIndex(token, token.top) >= 0 ? listed : [...listed, logprob];
  const { entropy, varentropy } = entropyBounds(all, vocabSize);
  return {
    surprisal: -logprob,
    entropy,
    varentropy,
    // Rounding may put the written token above the list.
    gap: listed.length > 0 ? Math.max(0, all.reduce(larger) - logprob) : NaN,
  };
}

function larger(one: number, other: number): number {
  return Math.max(one, other);
}

export function isSameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}
