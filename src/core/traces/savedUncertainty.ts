// Uncertainty of a token from the log-probabilities saved in a file, without a model.
import type { SavedLogprobs, SavedToken } from './trace';

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

/** What rounding may leave out of a complete list. */
const ROUNDING = 1e-6;

/** Without a list: [0, log V], or no upper bound if the size of the vocabulary is unknown. */
export function savedUncertainty(
  { bytes, logprob, top }: SavedToken,
  { vocabSize }: Pick<SavedLogprobs, 'vocabSize'>,
): SavedUncertainty {
  const known = top.filter(({ logprob }) => !Number.isNaN(logprob));
  const listed = known.map(({ logprob }) => logprob);
  // The written token may be missing from the list of the most probable ones.
  const isListed = known.some(other => isSameBytes(other.bytes, bytes));
  const all = isListed || Number.isNaN(logprob) ? listed : [...listed, logprob];
  const mass = Math.min(1, sum(all.map(Math.exp)));
  const own = sum(all.map(value => -Math.exp(value) * value));
  const left = 1 - mass;
  const rest = vocabSize === undefined ? Infinity : Math.max(1, vocabSize - all.length);
  const lump = left > 0 ? -left * Math.log(left) : 0;
  const entropy: [number, number] = [
    own + lump,
    own + lump + (left > 0 ? left * Math.log(rest) : 0),
  ];
  const isWhole = all.length > 0 && left <= ROUNDING;
  const varentropy = sum(all.map(value => Math.exp(value) * (value + entropy[0]) ** 2));
  return {
    surprisal: -logprob,
    entropy,
    varentropy: isWhole ? varentropy : NaN,
    gap: listed.length > 0 ? Math.max(...all) - logprob : NaN,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export function isSameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}
