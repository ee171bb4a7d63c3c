// Numbers in words, the same wherever they are shown.
import { NATS_PER_BIT } from './lenses/scores';

/** A probability given as its natural logarithm: `30.6 %`, `0.0078 %`, `1.2e-7 %`. */
export function formatPercent(logprob: number): string {
  return formatProbability(Math.exp(logprob));
}

/** A probability, with the three digits that `formatPercent` shows. */
export function formatProbability(probability: number): string {
  return `${Number((100 * probability).toPrecision(3))} %`;
}

/** A share of things that were counted, which has few digits: `63 %`. */
export function formatShare(part: number, whole: number): string {
  return `${Math.round((100 * part) / whole)} %`;
}

/** How far a task is: `62 %`; `100 %` only once all of it is done. */
export function formatProgress(done: number, total: number): string {
  return `${Math.floor((100 * done) / total)} %`;
}

/** `3.142`, or `–` where nothing was counted. */
export function formatRatio(a: number, b: number): string {
  return b > 0 ? (a / b).toFixed(3) : '–';
}

/** `8 s`, `4 min`, `2.5 h`: how long something takes, for people who wait. */
export function formatDuration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  return `${Number((seconds / 3600).toPrecision(2))} h`;
}

/** Nats, shown as `13.64 bits`. */
export function formatBits(nats: number): string {
  return `${(nats / NATS_PER_BIT).toFixed(2)} bits`;
}

/** A difference: `+0.125`, `−0.125` with a minus sign as wide as the plus. */
export function formatSigned(value: number, decimals: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(decimals)}`;
}

/** `12,345`. In place of toLocaleString, whose first call takes as long as a frame. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 byte`, `12 bytes`. */
export function formatNumberOf(count: number, noun: string, nouns = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : nouns}`;
}

/** How much data: `950 bytes`, `17 kB`, `269 MB`, `1.24 GB`. */
export function formatBytes(bytes: number): string {
  for (const [unit, size] of BYTE_UNITS)
    if (bytes >= size) return `${Number((bytes / size).toPrecision(3))} ${unit}`;
  return formatNumberOf(bytes, 'byte');
}

const BYTE_UNITS = [
  ['GB', 1e9],
  ['MB', 1e6],
  ['kB', 1e3],
] as const;

/** Bytes in hexadecimal: `20 61 74`. */
export function formatHex(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join(' ');
}
