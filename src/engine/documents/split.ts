// Why a text is split into these tokens: the merges of the pretoken at an offset, and the effect of one more character.
import { utf16Spans } from '../../core/text/utf16Spans';
import type { TokenStream } from '../../core/text/stream/tokenStream';
import { BpeTokenizer } from '../../core/tokenizer/bpe/bpe';
import { LookupTokenizer } from '../../core/tokenizer/lookup/lookupTokenizer';
import { mergeSteps } from '../../core/tokenizer/bpe/mergeSteps';
import type { Pretoken } from '../../core/tokenizer/tokenList';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import { utf8Length } from '../../core/text/utf8';
import type { Continuation, SplitView } from '../../protocol/split';
import type { Piece } from '../../protocol/types';

/** Symbols whose merges are listed; a larger tree is unreadable. */
const MOST_SYMBOLS = 64;
/** UTF-16 units of a text without hard boundaries, which is encoded whole for every continuation. */
const LONGEST_WHOLE = 1 << 17;
/** Continuations to try: each joins some pretokens and starts a new one after others. */
const TYPICAL_NEXT = ['s', '1', ' ', '_', '.', '\n'];

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
    tokens: Array.from(encoding.ids.subarray(first, end), id => pieceOf(tokenizer, id)),
    token: token - first,
    continuations: continuationsOf(
      tokenizer,
      text.slice(0, utf16End),
      encoding.byteStarts[first]!,
      [
        ...(following ? [{ text: firstCharacter(following), origin: 'text' as const }] : []),
        ...(typed ? [{ text: typed, origin: 'typed' as const }] : []),
        ...TYPICAL_NEXT.map(text => ({ text, origin: 'telling' as const })),
      ],
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
    note: `This tokenizer encodes a text as a whole: the split is explained for texts of up to ${LONGEST_WHOLE} characters.`,
    tokens: [pieceOf(tokenizer, token.ids[0]!)],
    token: 0,
    continuations: [],
  };
}

const ADDED = 'An added token: it is taken out of the text before the rest is split.';

type Merges = Pick<SplitView, 'symbols' | 'steps' | 'rankIs' | 'note'> & {
  /** The tokens that are explained, [first, end) of the text. */
  first: number;
  end: number;
};

function mergesOf(
  tokenizer: BpeTokenizer,
  ids: Uint32Array,
  pretoken: Pretoken | undefined,
  token: number,
  /** Tokens before this one are not part of the text: no merge links them to the rest. */
  firstOwn: number,
): Merges {
  const { alphabet, merger, whole, added, rankIs } = tokenizer.parts;
  const none = { symbols: [], steps: [], rankIs };
  if (!pretoken) {
    const isAdded = added.some(({ id }) => id === ids[token]);
    const note = isAdded
      ? ADDED
      : 'The vocabulary has no token for this character, which becomes the unknown token.';
    return { ...none, first: token, end: token + 1, note };
  }
  const { text, first, end } = pretoken;
  if (whole?.(text) !== undefined) {
    const note =
      'The vocabulary has this pretoken as a whole, so this tokenizer uses that token without merging.';
    return { ...none, first, end, note };
  }
  const symbols = new Int32Array(text.length * 3);
  const count = alphabet.write(text, 0, text.length, symbols);
  const lengthOf = (id: number) => tokenizer.bytesOf(id).length;
  const all = { first: Math.max(first, firstOwn), end };
  const near = count > MOST_SYMBOLS ? tokensAround(ids, all, token, lengthOf) : all;
  // No merge crosses a boundary between tokens, so the symbols between two boundaries can be merged alone.
  const skipped = bytesOfTokens(ids, first, near.first, lengthOf);
  const taken = bytesOfTokens(ids, near.first, near.end, lengthOf);
  const own: number[] = [];
  for (let i = 0, at = 0; i < count && at < skipped + taken; i++) {
    if (at >= skipped) own.push(symbols[i]!);
    at += lengthOf(symbols[i]!);
  }
  const steps = mergeSteps(merger.merges, own);
  return {
    first: near.first,
    end: near.end,
    symbols: own.map(id => pieceOf(tokenizer, id)),
    steps: steps.map(({ at, rank, id }) => ({ at, rank, piece: pieceOf(tokenizer, id) })),
    rankIs,
    note:
      near === all && firstOwn <= first
        ? ''
        : `Of ${count} symbols only those of the tokens around the cursor are shown: no merge links them to the rest.`,
  };
}

/** How a tokenizer without merges found the pretoken's tokens. */
function lookupOf(
  { parts: { name, how, unknown } }: LookupTokenizer,
  ids: Uint32Array,
  pretoken: Pretoken | undefined,
  token: number,
): Merges {
  const none = { symbols: [], steps: [], rankIs: '' };
  if (!pretoken) return { ...none, first: token, end: token + 1, note: ADDED };
  const isUnknown = 'token' in unknown && unknown.token.id === ids[token];
  const note = [
    `${name} merges nothing. ${how}`,
    ...(isUnknown
      ? ['The vocabulary has no token for this text, which became the unknown token.']
      : []),
  ].join(' ');
  return { ...none, first: pretoken.first, end: pretoken.end, note };
}

/** A token and as many neighbours in the pretoken as have `MOST_SYMBOLS / 2` bytes together with it. */
function tokensAround(
  ids: Uint32Array,
  pretoken: { first: number; end: number },
  token: number,
  lengthOf: (id: number) => number,
): { first: number; end: number } {
  let first = token;
  let end = token + 1;
  let left = MOST_SYMBOLS / 2 - lengthOf(ids[token]!);
  for (let grows = true; grows;) {
    grows = false;
    if (end < pretoken.end && lengthOf(ids[end]!) <= left) {
      left -= lengthOf(ids[end++]!);
      grows = true;
    }
    if (first > pretoken.first && lengthOf(ids[first - 1]!) <= left) {
      left -= lengthOf(ids[--first]!);
      grows = true;
    }
  }
  return { first, end };
}

function bytesOfTokens(
  ids: Uint32Array,
  first: number,
  end: number,
  lengthOf: (id: number) => number,
): number {
  return ids.subarray(first, end).reduce((sum, id) => sum + lengthOf(id), 0);
}

/** `prefix` ends with the pretoken, which starts at byte `byteStart` of it. Equal continuations are listed once. */
function continuationsOf(
  tokenizer: Tokenizer,
  prefix: string,
  byteStart: number,
  wanted: readonly Pick<Continuation, 'text' | 'origin'>[],
): Continuation[] {
  const alone = tokenizer.encode(prefix);
  const first = Math.max(
    0,
    alone.byteStarts.findIndex(start => start >= byteStart),
  );
  const continuationOf = ({
    text,
    origin,
  }: Pick<Continuation, 'text' | 'origin'>): Continuation => {
    const { ids } = text ? tokenizer.encode(prefix + text) : alone;
    let same = 0;
    while (same < ids.length && ids[same] === alone.ids[same]) same++;
    const begin = Math.min(first, same);
    const tokens = Array.from(ids.subarray(begin), id => pieceOf(tokenizer, id));
    return { text, origin, tokens, kept: same - begin };
  };
  const isFirst = ({ text }: { text: string }, i: number) =>
    wanted.findIndex(other => other.text === text) === i;
  return [{ text: '', origin: 'end' as const }, ...wanted.filter(isFirst)].map(continuationOf);
}

function pieceOf(tokenizer: Tokenizer, id: number): Piece {
  return { id, bytes: tokenizer.bytesOf(id).slice() };
}

function firstCharacter(text: string): string {
  return String.fromCodePoint(text.codePointAt(0)!);
}
