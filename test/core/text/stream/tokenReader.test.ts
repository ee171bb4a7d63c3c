// Tokens of a text that comes in parts, compared with those of the whole text.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  measureTokens,
  TokenReader,
  tokenParts,
} from '../../../../src/core/text/stream/tokenReader';
import { TokenStream } from '../../../../src/core/text/stream/tokenStream';
import { fuzzStrings, mulberry32 } from '../../../golden/fuzz';
import { models } from '../../../support/paths';
import { sampleOf, seedOr } from '../../../support/seed';
import { tokenizerOf } from '../../../support/shared';

const TEXTS = sampleOf(12, 400);

describe.each(['coder', 'stories260K'])('by the tokenizer of %s', name => {
  const tokenizer = tokenizerOf(join(models, name));

  test('any parts have the tokens of the whole text, whatever is forgotten meanwhile', () => {
    const draw = mulberry32(seedOr(71));
    for (const each of fuzzStrings(draw(1 << 30), TEXTS)) {
      const text = each.repeat(1 + draw(10));
      const whole = new TokenStream(tokenizer, text);
      const reader = new TokenReader(tokenizer, cut(text, draw));
      let said = '';
      for (let first = 0; ; first = Math.min(first + 1 + draw(500), reader.size.tokens)) {
        const end = reader.readTo(first + 1 + draw(900));
        const last = Math.min(end, first + 200);
        expect(reader.take(first, last).tokens).toEqual(whole.tokens(first, last));
        if (first >= reader.size.tokens) break;
        reader.forgetBefore(first);
      }
      expect(reader.isWhole).toBe(true);
      expect(reader.size).toEqual(sizeOf(whole));
      const inParts = new TokenReader(tokenizer, cut(text, draw));
      for (const part of tokenParts(inParts)) {
        expect(part.utf16Start).toBe(said.length);
        said += part.text;
        const { first, tokens } = part;
        expect(tokens).toEqual(whole.tokens(first, first + tokens.ids.length));
      }
      expect(said).toBe(text);
      const { missing, ...size } = measureTokens(tokenizer, cut(text, draw));
      expect(size).toEqual(sizeOf(whole));
      expect(missing).toBe(whole.missing);
    }
  });
});

test('a text that is read holds no more than what is read of it at once', () => {
  const tokenizer = tokenizerOf(join(models, 'coder'));
  const line = 'const value = compute(other, 12);\n';
  let given = 0;
  function* parts() {
    for (; given < 400; given++) yield line.repeat(20);
  }
  const reader = new TokenReader(tokenizer, parts());
  reader.readTo(3000);
  // A part and a segment ahead of what was asked for, at most.
  expect(given * 20 * line.length).toBeLessThan(
    reader.size.utf16 + 2 * 1024 + 2 * 20 * line.length,
  );
  reader.take(0, 3000);
  reader.forgetBefore(2900);
  // Of no segment that is held.
  expect(reader.tokens(0, 10).ids).toEqual(new Uint32Array(10));
});

/** A text in parts of random lengths, between characters. */
function cut(text: string, draw: (below: number) => number): string[] {
  const characters = Array.from(text);
  const parts: string[] = [];
  for (let at = 0; at < characters.length;) {
    const end = at + 1 + draw(draw(2) ? 5 : 900);
    parts.push(characters.slice(at, end).join(''));
    at = end;
  }
  return parts;
}

function sizeOf({ size: { utf16, bytes, tokens } }: TokenStream) {
  return { utf16, bytes, tokens };
}
