// A model's uncertainty about a token and its position. None of these numbers shows that the token is critical, only
// that the model was uncertain there, or surprised.
import type { LogprobRow } from '../exactBytes/tokenModel';

export interface Uncertainty {
  /** -log p(y), nats. */
  readonly surprisal: number;
  /** Nats. */
  readonly entropy: number;
  /** Variance of the surprisal under the model itself, nats². */
  readonly varentropy: number;
  /** max log p - log p(y), nats: 0 for the most probable token. */
  readonly gap: number;
}

/** `row`: log-probabilities. */
export function uncertaintyOf(row: LogprobRow, token: number): Uncertainty {
  const mean = (valueOf: (logprob: number) => number) => {
    let sum = 0;
    // 0 log 0 is 0.
    for (const logprob of row) if (logprob > -Infinity) sum += Math.exp(logprob) * valueOf(logprob);
    return sum;
  };
  const entropy = mean(logprob => -logprob);
  let most = -Infinity;
  for (const logprob of row) most = Math.max(most, logprob);
  return {
    surprisal: -row[token]!,
    entropy,
    varentropy: mean(logprob => (logprob + entropy) ** 2),
    gap: most - row[token]!,
  };
}
