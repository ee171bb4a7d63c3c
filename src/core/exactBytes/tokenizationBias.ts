// What the common way to ask for the next byte costs.
import { NATS_PER_BIT } from '../lenses/scores';

/**
 * KL(exact ‖ other) in bits: what a byte costs more, on average, if it is expected by `other` while it comes by
 * `exact`. Both are probabilities [byte]; what they leave to anything but a byte is one case more.
 */
export function biasBits(exact: Float64Array, other: Float64Array): number {
  const rest = (all: Float64Array) => Math.max(0, 1 - all.reduce((sum, p) => sum + p, 0));
  const term = (p: number, q: number) => (p > 0 ? p * Math.log(p / q) : 0);
  const nats = exact.reduce((sum, p, byte) => sum + term(p, other[byte]!), 0);
  return (nats + term(rest(exact), Math.max(rest(other), Number.EPSILON))) / NATS_PER_BIT;
}
