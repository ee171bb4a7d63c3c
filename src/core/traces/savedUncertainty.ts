// What log-probabilities that a file holds say of a token, without any model.
import type { SavedLogprobs, SavedToken } from './trace';

export interface SavedUncertainty {
  /** Nats; NaN where the file has no log-probability. */
  readonly surprisal: number;
  /** Nats: the entropy lies between, as what is not listed may be spread; both are the same where all is listed. */
  readonly entropy: readonly [least: number, most: number];
  /** Nats²; NaN where the list is not of everything: it would be a guess. */
  readonly varentropy: number;
  /** max log p - log p(y), nats; NaN without alternatives. */
  readonly gap: number;
}

/** What rounding leaves out of a list of everything. */
const ROUNDING = 1e-6;

/** Nothing listed: [0, log V]; of a vocabulary of unknown size there is no most. */
export function savedUncertainty(
  { bytes, logprob, top }: SavedToken,
  { vocabSize }: Pick<SavedLogprobs, 'vocabSize'>,
): SavedUncertainty {
  const known = top.filter(({ logprob }) => !Number.isNaN(logprob));
  const listed = known.map(({ logprob }) => logprob);
  // The written token may stand beside the list of the likeliest.
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
