// Why a text is split as it is: the merges of the pretoken at an offset, and what one more character would do.
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

/** Symbols whose merges are listed: more make no tree that anybody reads. */
const MOST_SYMBOLS = 64;
/** UTF-16 units. Without hard boundaries the whole text is encoded for every continuation. */
const LONGEST_WHOLE = 1 << 17;
/** What else might follow: each joins what came before it in some pretokens and begins another elsewhere. */
const TYPICAL_NEXT = ['s', '1', ' ', '_', '.', '\n'];

/** Null where there is no token at `at`, in UTF-16 units. */
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
  const behind = text.slice(utf16End) || stream.segmentAt(utf16 + utf16End)?.segment.text;
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
        ...(behind ? [{ text: firstCharacter(behind), origin: 'text' as const }] : []),
        ...(typed ? [{ text: typed, origin: 'typed' as const }] : []),
        ...TYPICAL_NEXT.map(text => ({ text, origin: 'telling' as const })),
      ],
    ),
  };
}

/** The token alone, where finding out more would take too long. */
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
    note: `This tokenizer takes a text as a whole: why it is split so is told for texts up to ${LONGEST_WHOLE} characters.`,
    tokens: [pieceOf(tokenizer, token.ids[0]!)],
    token: 0,
    continuations: [],
  };
}

const ADDED = 'An added token: it is taken out of the text before the rest is cut.';

type Merges = Pick<SplitView, 'symbols' | 'steps' | 'rankIs' | 'note'> & {
  /** Tokens [first, end) of the text, which are told of. */
  first: number;
  end: number;
};

function mergesOf(
  tokenizer: BpeTokenizer,
  ids: Uint32Array,
  pretoken: Pretoken | undefined,
  token: number,
  /** Those before this one are not the text's: no merge links them to the rest. */
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
      'The vocabulary has this pretoken as a whole: this tokenizer then takes it as it is, without merging.';
    return { ...none, first, end, note };
  }
  const symbols = new Int32Array(text.length * 3);
  const count = alphabet.write(text, 0, text.length, symbols);
  const lengthOf = (id: number) => tokenizer.bytesOf(id).length;
  const all = { first: Math.max(first, firstOwn), end };
  const near = count > MOST_SYMBOLS ? tokensAround(ids, all, token, lengthOf) : all;
  // No merge lies across the tokens' borders, so what is between two of them can be merged alone.
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
        : `Of ${count} symbols that are merged together, those of the tokens around the cursor: no merge links them to the rest.`,
  };
}

/** How the pretoken's tokens were found. */
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
    ...(isUnknown ? ['The vocabulary lacks what stands here: it became the unknown token.'] : []),
  ].join(' ');
  return { ...none, first: pretoken.first, end: pretoken.end, note };
}

/** A token and its neighbours in the pretoken, as many as have few symbols. */
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

/** `prefix` ends with the pretoken, which begins at byte `byteStart` of it. */
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
  const told = ({ text, origin }: Pick<Continuation, 'text' | 'origin'>): Continuation => {
    const { ids } = text ? tokenizer.encode(prefix + text) : alone;
    let same = 0;
    while (same < ids.length && ids[same] === alone.ids[same]) same++;
    const begin = Math.min(first, same);
    const tokens = Array.from(ids.subarray(begin), id => pieceOf(tokenizer, id));
    return { text, origin, tokens, kept: same - begin };
  };
  const isNews = ({ text }: { text: string }, i: number) =>
    wanted.findIndex(other => other.text === text) === i;
  return [{ text: '', origin: 'end' as const }, ...wanted.filter(isNews)].map(told);
}

function pieceOf(tokenizer: Tokenizer, id: number): Piece {
  return { id, bytes: tokenizer.bytesOf(id).slice() };
}

/** The first character. */
function firstCharacter(text: string): string {
  return String.fromCodePoint(text.codePointAt(0)!);
}
