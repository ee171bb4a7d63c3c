// What the hover says of a token's bytes.
import { expect, test } from 'vitest';
import { byteLines } from '../../../src/editor/hover/byteLines';
import type { TokenView } from '../../../src/protocol/scores';

const view = (bits: number[] | undefined, pending: number) =>
  ({
    ...(bits && { byteBits: [Float64Array.from(bits)] }),
    bytes: [Uint8Array.of(0x61, 0x62)],
    scores: null,
    pending,
  }) as unknown as TokenView;

test('each byte with its bits, and their sum', () => {
  const lines = byteLines(view([1, 0.5], 0), 0, '');
  expect(lines).toContain('| bits | 1.00 | 0.50 |');
  expect(lines).toContain('Bytes together 1.50 bits');
});

test('bytes without a score are those of a first token that is given, or not scored yet', () => {
  expect(byteLines(view([NaN, 1], 1), 0, '')).toMatch(/not been scored yet/);
  expect(byteLines(view(undefined, 1), 0, '')).toMatch(/not been scored yet/);
  expect(byteLines(view([NaN, NaN], 0), 0, '')).toMatch(/its bytes are given/);
});
