// What the hover says of a token's bytes.
import { expect, test } from 'vitest';
import { byteLines } from '../../../src/editor/hover/byteLines';
import type { TokenView } from '../../../src/protocol/scores';
import { tokenView } from '../../support/tokenViews';

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

test('the second model has a row below the first, where it knows all bytes', () => {
  const own = view([1, 0.5], 0);
  const both = (second: number[]) =>
    byteLines({ ...own, secondByteBits: [Float64Array.from(second)] }, 0, 'gpt2-x');
  expect(both([2, 0.25])).toContain(
    '| bits | 1.00 | 0.50 |\n| gpt2&#45;x, bits | 2.00 | 0.25 |\n\n',
  );
  expect(both([2, NaN])).not.toContain('gpt2');
  const unnamed = byteLines({ ...own, secondByteBits: [Float64Array.of(2, 0.25)] }, 0);
  expect(unnamed).not.toContain('2.00');
  expect(byteLines(own, 0, 'gpt2')).not.toContain('gpt2');
});

test('the table has a column for each byte, and the sum stands beside that of the token', () => {
  const scored = tokenView([
    { token: 'x', bits: 9 },
    { token: 'ab', bits: 1.5 },
  ]);
  const bits = [Float64Array.of(9), Float64Array.of(1, 0.5)];
  expect(byteLines({ ...scored, byteBits: bits }, 1)).toBe(
    '| byte | a | b |\n| --- | --: | --: |\n| bits | 1.00 | 0.50 |\n\n' +
      'Bytes together 1.50 bits, the token 1.50 bits\n\n',
  );
  expect(byteLines(view([1, 0.5], 0), 0)).toContain('the token not known\n');
});
