// Why a text is split into these tokens: the merges of the pretoken at an offset, and the effect of one more character.
import { utf16Spans } from '../../core/text/utf16Spans';
import type { TokenStream } from '../../core/text/stream/tokenStream';
import { BpeTokenizer } from '../../core/tokenizer/bpe/bpe';
import { LookupTokenizer } from '../../core/tokenizer/lookup/lookupTokenizer';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import { utf8Length } from '../../core/text/utf8';
import type { SplitView } from '../../protocol/split';
import { continuationsOf } from './splitContinuations';
import { lookupOf, mergesOf } from './splitMerges';
import { tokenPiece } from './tokenPiece';

/** UTF-16 units of a text without hard boundaries, which is encoded whole for every continuation. */
const LONGEST_WHOLE = 1 << 17;

/** `at`: UTF-16 offset; `typed`: a continuation to try besides, or empty. Null if there is no token at the offset. */
export function splitAt(
  tokenizer: Tokenizer,
  stream: TokenStream,
  at: number,
  typed: string,
): SplitView | null {
  const found = stream.segmentAt(at);
  if (!found || !(tokenizer instanceof BpeTokenizer || tokenizer instanceof LookupTokenizer)) {
    return null;
  }
  const { before } = found;
  const { boundaries } = tokenizer;
  const start = before.utf16;
  const needed = boundaries?.needsBefore ? stream.segmentAt(start - 1)?.segment.text.at(-1) : '';
  const lead = needed ?? '';
  const text = lead + found.segment.text;
  if (!boundaries && text.length > LONGEST_WHOLE) return unexplained(tokenizer, stream, at);
  const { encoding, pretokens } = tokenizer.encodeByPretokens(text);
  const { starts, ends } = utf16Spans(text, encoding.byteStarts);
  const utf16 = start - lead.length;
  const bytes = before.bytes - utf8Length(lead, 0, lead.length);
  const unit = at - utf16;
  const leadTokens = lead ? starts.findIndex(start => start >= lead.length) : 0;
  const token = ends.findIndex(end => end > unit);
  if (token < 0) return null;
  const pretoken = pretokens.find(({ first, end }) => first <= token && token < end);
  const { first, end, ...merges } =
    tokenizer instanceof LookupTokenizer
      ? lookupOf(tokenizer, encoding.ids, pretoken, token)
      : mergesOf(tokenizer, encoding.ids, pretoken, token, leadTokens);
  const utf16End = ends[end - 1]!;
  const following = text.slice(utf16End) || stream.segmentAt(utf16 + utf16End)?.segment.text;
  return {
    ...merges,
    utf16Start: utf16 + starts[first]!,
    utf16End: utf16 + utf16End,
    byteStart: bytes + encoding.byteStarts[first]!,
    byteEnd: bytes + encoding.byteEnds[end - 1]!,
    tokens: Array.from(encoding.ids.subarray(first, end), id => tokenPiece(tokenizer, id)),
    token: token - first,
    continuations: continuationsOf(
      tokenizer,
      text.slice(0, utf16End),
      encoding.byteStarts[first]!,
      following ?? '',
      typed,
    ),
  };
}

/** The token only, where an explanation would take too long. */
function unexplained(tokenizer: Tokenizer, stream: TokenStream, at: number): SplitView {
  const { first } = stream.tokensIn(at, at);
  const token = stream.tokens(first, first + 1);
  return {
    utf16Start: token.utf16Starts[0]!,
    utf16End: token.utf16Ends[0]!,
    byteStart: token.byteStarts[0]!,
    byteEnd: token.byteEnds[0]!,
    symbols: [],
    steps: [],
    rankIs: '',
    note: `This tokenizer encodes a text as a whole, so splits are explained only for texts of up to ${LONGEST_WHOLE} characters.`,
    tokens: [tokenPiece(tokenizer, token.ids[0]!)],
    token: 0,
    continuations: [],
  };
}
