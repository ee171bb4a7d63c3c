// Explanations of splits, by real tokenizers.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TokenStream } from '../../../src/core/text/stream/tokenStream';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import { splitAt } from '../../../src/engine/documents/split';
import type { Piece } from '../../../src/protocol/types';
import type { SplitView } from '../../../src/protocol/split';
import { hasShared, shared, tokenizerOf, tokenizerOfFile } from '../../support/shared';

const root = join(import.meta.dirname, '../../..');
const coder = tokenizerOf(join(root, 'models/coder'));

const textOf = (pieces: readonly Piece[]) =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(
    Buffer.concat(pieces.map(({ bytes }) => bytes)),
  );

function splitOf(text: string, at: number, tokenizer = coder, typed = ''): SplitView {
  return splitAt(tokenizer, new TokenStream(tokenizer, text, 16), at, typed)!;
}

/** The pieces after all steps. */
function merged({ symbols, steps }: SplitView): number[] {
  const pieces = symbols.map(({ id }) => id);
  for (const { at, piece } of steps) pieces.splice(at, 2, piece.id);
  return pieces;
}

test('the pretoken at every offset of a text has its bounds, and its steps end with the document’s tokens', () => {
  const text = "it's  a naïve 𝄞 test;\n\n\tfunctionality 12345 of <|endoftext|>\r\n".repeat(3);
  const bytes = encodeUtf8(text);
  const whole = coder.encode(text);
  for (let at = 0; at < text.length; at++) {
    const split = splitOf(text, at);
    expect(split.utf16Start).toBeLessThanOrEqual(at);
    expect(split.utf16End).toBeGreaterThan(at);
    expect(textOf(split.symbols)).toBe(text.slice(split.utf16Start, split.utf16End));
    expect(textOf(split.symbols)).toBe(
      new TextDecoder().decode(bytes.subarray(split.byteStart, split.byteEnd)),
    );
    const first = whole.byteStarts.indexOf(split.byteStart);
    const ids = whole.ids.slice(first, first + split.tokens.length);
    expect(split.tokens.map(({ id }) => id)).toEqual([...ids]);
    expect(merged(split)).toEqual([...ids]);
    expect(split.note).toBe('');
  }
});

test('merges across a whole text are explained for the tokens around the offset', () => {
  const stories = tokenizerOf(join(root, 'models/stories260K'));
  const text = 'Lily\'s naïve 𝄞 cat sat.\n"Oh no!" she said, and ran home.\n'.repeat(4);
  const bytes = encodeUtf8(text);
  const whole = stories.encode(text);
  for (let at = 1; at < text.length; at++) {
    const split = splitOf(text, at, stories);
    expect(split.utf16Start).toBeLessThanOrEqual(at);
    expect(split.utf16End).toBeGreaterThan(at);
    const first = whole.byteEnds.findIndex(end => end > split.byteStart);
    const shown = split.tokens.filter(({ bytes }) => bytes.length > 0).map(({ id }) => id);
    const at0 = split.byteStart === 0 ? 0 : first;
    expect(shown).toEqual(Array.from(whole.ids.slice(at0, at0 + shown.length)));
    expect(merged(split)).toEqual(shown);
    const own = new TextDecoder().decode(bytes.subarray(split.byteStart, split.byteEnd));
    expect(textOf(split.symbols).trimStart()).toBe(own.trimStart());
    expect(own).toBe(text.slice(split.utf16Start, split.utf16End));
  }
});

test('every continuation shows the tokens of the text that ends with it', () => {
  const text = 'const returned = values';
  const split = splitOf(text, text.length - 1, coder, 'zz');
  expect(split.continuations.map(({ text, origin }) => [text, origin])).toEqual([
    ['', 'end'],
    ['zz', 'typed'],
    ...['s', '1', ' ', '_', '.', '\n'].map(text => [text, 'telling']),
  ]);
  const alone = [...coder.encode(text).ids];
  for (const { text: more, tokens, kept } of split.continuations) {
    const ids = [...coder.encode(text + more).ids];
    expect(tokens.map(({ id }) => id)).toEqual(ids.slice(ids.length - tokens.length));
    const before = ids.length - tokens.length + kept;
    expect(ids.slice(0, before)).toEqual(alone.slice(0, before));
    expect(ids[before] === alone[before]).toBe(more === '');
  }
  expect(splitOf(text, 0).continuations[1]).toMatchObject({ text: ' ', origin: 'text' });
});

test('a long pretoken shows the tokens around the cursor, which are those of the whole pretoken', () => {
  const text = `x ${'abcdefghijklmnopqrstuvwxyz'.repeat(400)} y`;
  const split = splitOf(text, 5000);
  expect(split.note).toMatch(/of 10401/);
  expect(split.symbols.length).toBeLessThanOrEqual(64);
  expect(split.utf16Start).toBeLessThanOrEqual(5000);
  expect(split.utf16End).toBeGreaterThan(5000);
  const whole = coder.encode(text);
  const first = whole.byteStarts.indexOf(split.byteStart);
  expect(merged(split)).toEqual(Array.from(whole.ids.slice(first, first + split.tokens.length)));
});

test('a pretoken that is a token as a whole has no steps, and says so', () => {
  const ranks = tokenizerOf(join(root, 'test/golden/ranks/cl100k_base'));
  const split = splitOf('in the', 0, ranks);
  expect(split).toMatchObject({ utf16Start: 0, utf16End: 2, steps: [] });
  expect(split.note).toMatch(/whole pretoken is in the vocabulary/);
  const merging = splitOf('zzqqxx', 0, ranks);
  expect(merging.rankIs).toMatch(/its id/);
  for (const { rank, piece } of merging.steps) expect(rank).toBe(piece.id);
});

test('after the last token there is nothing', () => {
  expect(splitAt(coder, new TokenStream(coder, 'a'), 1, '')).toBeNull();
});

describe.skipIf(!hasShared)('SentencePiece BPE, which cuts no pretokens', () => {
  test('shows the merges around the cursor', () => {
    const phi = tokenizerOf(join(shared, 'tokenizers/phi-3-mini'));
    const text = 'A naïve tokenizer without pretokens merges 𝄞 over the whole text. '.repeat(5);
    const whole = phi.encode(text);
    for (let at = 0; at < text.length; at++) {
      const split = splitOf(text, at, phi);
      const first = whole.byteStarts.indexOf(split.byteStart);
      const ids = whole.ids.slice(first, first + split.tokens.length);
      expect(merged(split), `at ${at}`).toEqual([...ids]);
      expect(split.utf16Start).toBeLessThanOrEqual(at);
      expect(split.utf16End).toBeGreaterThan(at);
    }
  });
});

test('a tokenizer without merges says how it works, and what one more character would change', () => {
  const path = join(root, 'test/golden/lookups');
  const wordPiece = tokenizerOfFile(join(path, 'wordpiece.json'));
  const split = splitOf('the functions', 6, wordPiece);
  expect(textOf(split.tokens)).toBe('functions');
  expect([split.utf16Start, split.utf16End]).toEqual([3, 13]);
  expect(split.symbols).toEqual([]);
  expect(split.note).toMatch(/^WordPiece has no merges\. The tokenizer takes the longest entry/);
  expect(split.continuations[0]!.tokens).toEqual(split.tokens);
  const unknown = splitOf('the 𐍈𐍈', 4, tokenizerOfFile(join(path, 'unigram.json')));
  expect(unknown.note).toMatch(/became the unknown token/);
});
