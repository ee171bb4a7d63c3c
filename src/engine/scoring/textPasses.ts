// Passes that read the text and its tokens alone: they run at once, and need no model.
import type { Scores } from '../../core/lenses/scores';
import {
  chunksBySeparators,
  TokenPlaces,
  type TokenRange,
} from '../../core/tokenizerReport/measures/chunkers';
import { englishBytesPerToken, finenessOf } from '../../core/tokenizerReport/measures/fineness';
import { digitGroupsOf } from '../../core/tokenizerReport/measures/numbers';
import type { Encoding, Tokenizer } from '../../core/tokenizer/tokenizer';
import type { Document } from '../documents/document';
import type { EngineState } from '../engineState';
import type { ColumnOptions, Pass, RowSpan } from './pass';

/** Tokens around a span that are read with it: more of them where a number or a word goes on there. */
const AROUND = 64;

export const numbersPass = (state: EngineState): Pass =>
  textPass(state, 'numbers', (document, tokenizer, span) => {
    const { text, encoding, utf16Starts, utf16Ends, shift } = slice(document, tokenizer, span);
    const groups = digitGroupsOf(text, encoding, { utf16Starts, utf16Ends });
    return { digitGroups: groups.slice(shift, shift + span.end - span.first) };
  });

export const wordsPass = (state: EngineState): Pass =>
  textPass(state, 'words', (document, tokenizer, span) => {
    const { text, encoding, shift } = slice(document, tokenizer, span);
    const fineness = finenessOf(text, encoding, englishOf(tokenizer));
    return { fineness: fineness.slice(shift, shift + span.end - span.first) };
  });

/** Tokens of a chunk at most, where the request does not say. */
const CHUNK_TOKENS = 256;

export const chunksPass = (state: EngineState): Pass =>
  textPass(state, 'chunks', (document, tokenizer, { first, end }, { chunkTokens }) => {
    const chunks = new Float32Array(end - first).fill(NaN);
    const all = chunksOf(document, tokenizer, chunkTokens ?? CHUNK_TOKENS);
    all.forEach((chunk, i) => {
      const [from, to] = [Math.max(first, chunk.first), Math.min(end, chunk.end)];
      if (from < to) chunks.fill(i, from - first, to - first);
    });
    return { chunks };
  });

function textPass(
  state: EngineState,
  id: 'numbers' | 'words' | 'chunks',
  columnsOf: (
    document: Document,
    tokenizer: Tokenizer,
    span: RowSpan,
    options: ColumnOptions,
  ) => Partial<Scores>,
): Pass {
  const total = (document: Document) => document.streamBy(state.model().tokenizer).size.tokens;
  return {
    id,
    available: async () => undefined,
    total,
    run: async document => ({ scored: total(document) }),
    columns: (document, span, options) => ({
      scores: columnsOf(document, state.model().tokenizer, span, options),
      pending: 0,
    }),
  };
}

/** The text of a span and of the tokens around it; `shift`: of the span's first token. Offsets are relative to the text. */
function slice(document: Document, tokenizer: Tokenizer, span: RowSpan) {
  const stream = document.streamBy(tokenizer);
  const count = stream.size.tokens;
  const cuts = (token: number) =>
    isInWord(document.text, stream.tokens(token, token + 1).utf16Starts[0]!);
  let [first, end] = [span.first, span.end];
  do first = Math.max(0, first - AROUND);
  while (first > 0 && cuts(first));
  do end = Math.min(count, end + AROUND);
  while (end < count && cuts(end));
  const tokens = stream.tokens(first, end);
  const [utf16 = 0, bytes = 0] = [tokens.utf16Starts[0], tokens.byteStarts[0]];
  const less = (offsets: Uint32Array, by: number) => offsets.map(offset => offset - by);
  const encoding: Encoding = {
    ids: tokens.ids,
    byteStarts: less(tokens.byteStarts, bytes),
    byteEnds: less(tokens.byteEnds, bytes),
    normalized: undefined,
    missing: undefined,
  };
  return {
    text: document.text.slice(utf16, tokens.utf16Ends.at(-1) ?? utf16),
    encoding,
    utf16Starts: less(tokens.utf16Starts, utf16),
    utf16Ends: less(tokens.utf16Ends, utf16),
    shift: span.first - first,
  };
}

/** Of words, and of numbers with their commas; halves of a character are taken for a letter. */
const WORD = /[\p{L}\p{M}\p{N}\p{Cs},]/u;

/** Whether a word or a number may go on across an offset. */
function isInWord(text: string, at: number): boolean {
  return WORD.test(text.charAt(at - 1)) && WORD.test(text.charAt(at));
}

const english = new WeakMap<Tokenizer, number>();

function englishOf(tokenizer: Tokenizer): number {
  const known = english.get(tokenizer) ?? englishBytesPerToken(tokenizer);
  english.set(tokenizer, known);
  return known;
}

interface Chunks {
  readonly version: number;
  readonly tokenizer: Tokenizer;
  readonly size: number;
  readonly all: readonly TokenRange[];
}

/** Of the text as it was last asked for: views of one text come one after the other. */
const known = new WeakMap<Document, Chunks>();

function chunksOf(document: Document, tokenizer: Tokenizer, size: number): readonly TokenRange[] {
  const { version } = document;
  const before = known.get(document);
  const isSame =
    before?.version === version && before.tokenizer === tokenizer && before.size === size;
  if (isSame) return before.all;
  const { ids, byteStarts, byteEnds } = document.streamBy(tokenizer).tokens();
  const encoding = { ids, byteStarts, byteEnds, normalized: undefined, missing: undefined };
  const all = chunksBySeparators(new TokenPlaces(document.text, encoding), { size, overlap: 0 });
  known.set(document, { version, tokenizer, size, all });
  return all;
}
