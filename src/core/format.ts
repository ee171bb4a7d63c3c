// Formats probabilities and bytes, the same way wherever they are shown.
import { NATS_PER_BIT } from './lenses/scores';

/** For example `30.6 %`, `0.0078 %`, `1.2e-7 %`. */
export function formatPercent(logprob: number): string {
  return `${Number((100 * Math.exp(logprob)).toPrecision(3))} %`;
}

/** For example `13.64 bits`. */
export function formatBits(nats: number): string {
  return `${(nats / NATS_PER_BIT).toFixed(2)} bits`;
}

/** Bytes in hex: `20 61 74`. */
export function formatHex(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join(' ');
}
