// What a cut list of log-probabilities leaves open of the entropy of its place.

export interface EntropyBounds {
  /** Nats: depending on how the mass that is not listed is distributed; equal if everything is listed. */
  readonly entropy: readonly [least: number, most: number];
  /** Nats²; NaN unless everything is listed, because it cannot be bounded. */
  readonly varentropy: number;
}

/** What rounding may leave out of a complete list. */
const ROUNDING = 1e-6;

/**
 * `logprobs`: of different tokens, nats. Without the size of the vocabulary there is no upper bound. `most`: the highest
 * that a token has which is not listed, where the likeliest are; else all that is left could be one token's.
 */
export function entropyBounds(
  logprobs: readonly number[],
  vocabSize: number | undefined,
  most = 0,
): EntropyBounds {
  const mass = Math.min(1, sum(logprobs.map(Math.exp)));
  const own = sum(logprobs.map(value => (value > -Infinity ? -Math.exp(value) * value : 0)));
  const left = 1 - mass;
  const rest = vocabSize === undefined ? Infinity : Math.max(1, vocabSize - logprobs.length);
  const surprise = (mass: number) => (mass > 0 ? -mass * Math.log(mass) : 0);
  // Least where as few tokens as may be have what is left, each as much as it may; most where all have the same.
  const share = Math.exp(most);
  const whole = Math.floor(left / share);
  const entropy: [number, number] = [
    own + whole * surprise(share) + surprise(left - whole * share),
    own + surprise(left) + (left > 0 ? left * Math.log(rest) : 0),
  ];
  const isWhole = logprobs.length > 0 && left <= ROUNDING;
  const varentropy = sum(
    logprobs.map(value => (value > -Infinity ? Math.exp(value) * (value + entropy[0]) ** 2 : 0)),
  );
  return { entropy, varentropy: isWhole ? varentropy : NaN };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
