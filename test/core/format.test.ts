import { expect, test } from 'vitest';
import {
  formatBits,
  formatBytes,
  formatCount,
  formatDuration,
  formatHex,
  formatNumberOf,
  formatPercent,
  formatProbability,
  formatProgress,
  formatRatio,
  formatShare,
  formatSigned,
} from '../../src/core/format';

test('a probability has three digits, from itself as from its logarithm', () => {
  const shown: [number, string][] = [
    [1, '100 %'],
    [0.99996, '100 %'],
    [0.9994, '99.9 %'],
    [0.5, '50 %'],
    [0.30649, '30.6 %'],
    [0.000078, '0.0078 %'],
    [1.2e-9, '1.2e-7 %'],
    [0, '0 %'],
  ];
  for (const [probability, words] of shown) {
    expect(formatProbability(probability)).toBe(words);
    expect(formatPercent(Math.log(probability))).toBe(words);
  }
});

test('shares are whole, and progress is complete only at its end', () => {
  expect(formatShare(5, 8)).toBe('63 %');
  expect(formatShare(0, 32)).toBe('0 %');
  expect(formatProgress(999, 1000)).toBe('99 %');
  expect(formatProgress(1000, 1000)).toBe('100 %');
});

test('a ratio of nothing is none', () => {
  expect(formatRatio(1, 3)).toBe('0.333');
  expect(formatRatio(5, 0)).toBe('–');
});

test('durations are told in the unit that people wait in', () => {
  const told = [0, 20, 1499, 8400, 89_000, 240_000, 5_300_000, 9_000_000].map(formatDuration);
  expect(told).toEqual(['1 s', '1 s', '1 s', '8 s', '89 s', '4 min', '88 min', '2.5 h']);
  expect([89_999, 90_000, 5_399_999, 5_400_000].map(formatDuration)).toEqual([
    '90 s',
    '2 min',
    '90 min',
    '1.5 h',
  ]);
});

test('bits, differences, counts and bytes', () => {
  expect(formatBits(Math.LN2)).toBe('1.00 bits');
  expect(formatSigned(0.1254, 3)).toBe('+0.125');
  expect(formatSigned(-2, 1)).toBe('−2.0');
  expect(formatSigned(0, 1)).toBe('+0.0');
  const counts = ['0', '999', '1,000', '12,345', '1,234,567'];
  expect([0, 999, 1000, 12_345, 1_234_567].map(formatCount)).toEqual(counts);
  expect(formatNumberOf(1, 'byte')).toBe('1 byte');
  expect(formatNumberOf(0, 'byte')).toBe('0 bytes');
  expect(formatNumberOf(2, 'cliff')).toBe('2 cliffs');
  expect(formatHex(Uint8Array.of(0x20, 0x61, 0xff))).toBe('20 61 ff');
});

test('how much data has three digits in the unit that fits', () => {
  const sizes = [0, 1, 950, 999, 1000, 17_040, 999_499, 1e6, 269_060_552, 1e9, 1.2449e9, 7e12];
  expect(sizes.map(formatBytes)).toEqual([
    '0 bytes',
    '1 byte',
    '950 bytes',
    '999 bytes',
    '1 kB',
    '17 kB',
    '999 kB',
    '1 MB',
    '269 MB',
    '1 GB',
    '1.24 GB',
    '7000 GB',
  ]);
});
