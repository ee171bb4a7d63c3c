// Views of tokens as the engine sends them, from rows that a test writes down.
import { emptyScores } from '../../src/core/lenses/scores';
import { encodeUtf8 } from '../../src/core/text/utf8';
import { utf16Spans } from '../../src/core/text/utf16Spans';
import type { TokenView } from '../../src/protocol/scores';

export interface TokenRow {
  /** Its text, or its bytes where these are no text. */
  readonly token: string | readonly number[];
  readonly id?: number;
  /** Its surprisal; none: it is not scored. */
  readonly bits?: number;
  readonly entropyBits?: number;
  readonly rank?: number;
  readonly context?: number;
  /** Alternatives: id, text and bits, the likeliest first. */
  readonly top?: readonly (readonly [id: number, token: string, bits: number])[];
}

export interface ViewOptions {
  /** Of the first token in the document, with `byteStart` and `utf16Start`. */
  readonly first?: number;
  readonly total?: number;
  readonly byteStart?: number;
  readonly utf16Start?: number;
  readonly topK?: number;
}

export function tokenView(rows: readonly TokenRow[], options: ViewOptions = {}): TokenView {
  const { first = 0, byteStart = 0, utf16Start = 0, total = first + rows.length } = options;
  const topK = options.topK ?? Math.max(1, ...rows.map(({ top }) => top?.length ?? 0));
  const bytes = rows.map(({ token }) =>
    typeof token === 'string' ? encodeUtf8(token) : Uint8Array.from(token),
  );
  const starts: number[] = [];
  for (let i = 0, at = 0; i < bytes.length; at += bytes[i++]!.length) starts.push(at);
  const all = Uint8Array.from(bytes.flatMap(own => [...own]));
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(all);
  const spans = utf16Spans(text, Uint32Array.from(starts));
  const scores = emptyScores(rows.length, topK);
  rows.forEach(({ bits, entropyBits = NaN, rank = 1, context = 0, top = [] }, row) => {
    if (bits === undefined) return;
    scores.logprobs[row] = -bits * Math.LN2;
    scores.entropiesNats[row] = entropyBits * Math.LN2;
    scores.ranks[row] = rank;
    scores.contexts[row] = context;
    top.forEach(([id, , own], k) => {
      scores.topIds[row * topK + k] = id;
      scores.topLogprobs[row * topK + k] = -own * Math.LN2;
    });
  });
  return {
    first,
    total,
    ids: Uint32Array.from(rows, ({ id = 0 }) => id),
    byteStarts: Uint32Array.from(starts, at => byteStart + at),
    byteEnds: Uint32Array.from(starts, (at, i) => byteStart + at + bytes[i]!.length),
    utf16Starts: spans.starts.map(at => utf16Start + at),
    utf16Ends: spans.ends.map(at => utf16Start + at),
    normalized: null,
    scores,
    pending: rows.filter(({ bits }) => bits === undefined).length,
    bytes,
    topBytes: rows.map(({ top = [] }) => top.map(([, token]) => encodeUtf8(token))),
  };
}

/** As a reader of Markdown sees it: entities and marks are gone. */
export function wordsOf(markdown: string): string {
  return markdown
    .replace(/<[^>]*>|\*\*/g, '')
    .replace(/ {2}\n/g, '\n')
    .replaceAll('&nbsp;', ' ')
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
}
