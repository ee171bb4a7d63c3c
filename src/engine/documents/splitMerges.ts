// The merges that made the tokens of a pretoken.
import { encodeUtf8 } from '../../core/text/utf8';
import { spellingOf } from '../../core/tokenizer/bpe/byteLevel';
import type { BpeTokenizer } from '../../core/tokenizer/bpe/bpe';
import { mergeSteps } from '../../core/tokenizer/bpe/mergeSteps';
import type { LookupTokenizer } from '../../core/tokenizer/lookup/lookupTokenizer';
import type { Pretoken } from '../../core/tokenizer/tokenList';
import type { SplitView } from '../../protocol/split';
import { tokenPiece } from './tokenPiece';

/** Symbols whose merges are listed; a larger tree is unreadable. */
const MOST_SYMBOLS = 64;

const ADDED = 'An added token, taken out of the text before the rest is split.';

export type Merges = Pick<SplitView, 'symbols' | 'steps' | 'rankIs' | 'note'> & {
  /** The tokens that are explained, [first, end) of the text. */
  first: number;
  end: number;
};

/** The merges of the pretoken that holds a token; without one, why there are none. */
export function mergesOf(
  tokenizer: BpeTokenizer,
  ids: Uint32Array,
  pretoken: Pretoken | undefined,
  token: number,
  /** Tokens before this one are not part of the text: no merge links them to the rest. */
  firstOwn: number,
): Merges {
  const { alphabet, merger, whole, added, rankIs, byteScans = [] } = tokenizer.parts;
  const none = { symbols: [], steps: [], rankIs };
  if (!pretoken) {
    const isAdded = added.some(({ id }) => id === ids[token]);
    const note = isAdded
      ? ADDED
      : 'The vocabulary has no token for this character, so it becomes the unknown token.';
    return { ...none, first: token, end: token + 1, note };
  }
  const { text, first, end } = pretoken;
  if (whole?.(text) !== undefined) {
    const note =
      'The whole pretoken is in the vocabulary, so this tokenizer uses that token without merging.';
    return { ...none, first, end, note };
  }
  const bytes = encodeUtf8(text);
  if (byteScans.some(scan => scan(spellingOf(bytes), 0, bytes.length) < bytes.length)) {
    const note = 'This tokenizer splits the pretoken again at digits. Its merges are not shown.';
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
    symbols: own.map(id => tokenPiece(tokenizer, id)),
    steps: steps.map(({ at, rank, id }) => ({ at, rank, piece: tokenPiece(tokenizer, id) })),
    rankIs,
    note:
      near === all && firstOwn <= first
        ? ''
        : `Only the symbols of the tokens around the cursor are shown, of ${count}; no merge links them to the rest.`,
  };
}

/** How a tokenizer without merges found the pretoken's tokens. */
export function lookupOf(
  { parts: { name, how, unknown } }: LookupTokenizer,
  ids: Uint32Array,
  pretoken: Pretoken | undefined,
  token: number,
): Merges {
  const none = { symbols: [], steps: [], rankIs: '' };
  if (!pretoken) return { ...none, first: token, end: token + 1, note: ADDED };
  const isUnknown = unknown.token?.id === ids[token];
  const note = [
    `${name} has no merges. ${how}`,
    ...(isUnknown
      ? ['The vocabulary has no token for this text, so it became the unknown token.']
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
