// The cost of the usual approximation of the next byte's distribution.
import { NATS_PER_BIT } from '../lenses/scores';

/**
 * KL(exact ‖ other) in bits: the expected extra cost of a byte drawn from `exact` and predicted by `other`. Both are
 * probabilities [byte]; the remaining mass of each counts as one more outcome.
 */
export function biasBits(exact: Float64Array, other: Float64Array): number {
  const rest = (all: Float64Array) => Math.max(0, 1 - all.reduce((sum, p) => sum + p, 0));
  const term = (p: number, q: number) => (p > 0 ? p * Math.log(p / q) : 0);
  const nats = exact.reduce((sum, p, byte) => sum + term(p, other[byte]!), 0);
  return (nats + term(rest(exact), Math.max(rest(other), Number.EPSILON))) / NATS_PER_BIT;
}
