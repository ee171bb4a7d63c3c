import fc from 'fast-check';
import { expect, test } from 'vitest';
import { utf16Spans } from '../../../src/core/text/utf16Spans';
import { encodeUtf8, firstInvalidUtf8 } from '../../../src/core/text/utf8';
import { seedOr } from '../../support/seed';

const text = fc.string({
  unit: fc.constantFrom('a', '\n', 'é', '中', '𝄞', '👩‍👧', '\ud800', '\udc00'),
  maxLength: 30,
});

test('UTF-16 spans cover the whole characters that the bytes touch', () => {
  fc.assert(
    fc.property(text, fc.array(fc.nat(120), { maxLength: 20 }), (text, cuts) => {
      const characters = [...text];
      // [byte]: the UTF-16 span of the character it belongs to.
      const spans: [number, number][] = [];
      let at = 0;
      for (const character of characters) {
        for (const _ of encodeUtf8(character)) spans.push([at, at + character.length]);
        at += character.length;
      }
      const inside = [...new Set([0, ...cuts])].filter(cut => cut < spans.length);
      const byteStarts = Uint32Array.from(inside).sort();
      const { starts, ends } = utf16Spans(text, byteStarts);
      byteStarts.forEach((start, i) => {
        const end = byteStarts[i + 1] ?? spans.length;
        expect([starts[i], ends[i]]).toEqual([spans[start]![0], spans[end - 1]![1]]);
      });
    }),
    { seed: seedOr(1), numRuns: 500 },
  );
});

test('the first byte that is not UTF-8 is found where TextDecoder refuses, and nowhere else', () => {
  const strict = new TextDecoder('utf-8', { fatal: true });
  const isValid = (bytes: Uint8Array) => {
    try {
      strict.decode(bytes);
      return true;
    } catch {
      return false;
    }
  };
  const bytes = fc.array(
    fc.oneof(
      fc.constantFrom([0xc3, 0xa9], [0xf0, 0x9d, 0x84, 0x9e], [0xed, 0xa0, 0x80]),
      fc.nat(255).map(byte => [byte]),
    ),
  );
  fc.assert(
    fc.property(bytes, parts => {
      const bytes = Uint8Array.from(parts.flat());
      const at = firstInvalidUtf8(bytes);
      expect(at < 0).toBe(isValid(bytes));
      if (at >= 0) expect(isValid(bytes.subarray(0, at))).toBe(true);
    }),
    { seed: seedOr(1), numRuns: 2000 },
  );
});
