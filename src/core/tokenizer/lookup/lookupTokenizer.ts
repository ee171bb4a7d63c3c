// A tokenizer whose model looks pretokens up: Unigram finds the most probable pieces, WordPiece the longest from the
// left. A library does the search but does not return positions, so these are determined and checked here.
import { encodeUtf8 } from '../../text/utf8';
import type { AddedTokenPiece, TakenToken } from '../addedTokens';
import { LONGEST_KEY, PretokenCache } from '../bpe/pretokenCache';
import { TokenizerError } from '../../errors';
import { quote } from '../../json';
import { splitBy } from '../patterns/scan';
import {
  PipelineTokenizer,
  applyRewrite,
  takeToken,
  type PipelineParts,
} from '../pipelineTokenizer';
import type { RewriteSpans } from '../normalize/rewriteSpans';
import { PretokenList, type TokenList } from '../tokenList';
import type { Encoding } from '../tokenizer';
import type { LookupPipeline } from '../files/lookupPipeline';

/** A piece of a pretoken: its length in UTF-16 units, and the token's id, undefined if the vocabulary has none. */
export interface FoundPiece {
  readonly id: number | undefined;
  readonly length: number;
}

/** The pieces of a pretoken, in order. The pretoken has no lone surrogates. */
export type FindPieces = (pretoken: string) => readonly FoundPiece[];

export interface LookupParts extends PipelineParts, LookupPipeline {
  /** For display: what the model does with a pretoken. */
  readonly how: string;
  readonly find: FindPieces;
  readonly unknown: UnknownPieces;
}

/** How runs of text without a token are encoded: by the tokens of their bytes if all have one, else by one token. */
export interface UnknownPieces {
  /** [byte]; -1 if it has no token. */
  readonly byteIds: Int32Array | undefined;
  /** Undefined if all bytes have tokens. */
  readonly token: TakenToken | undefined;
}

export class LookupTokenizer extends PipelineTokenizer<LookupParts> {
  /** The white space that it drops is assigned to tokens that may be far away. */
  override readonly boundaries = undefined;
  override readonly limitation: string;
  /** Levels for added tokens, dropped text, changes by the pre_tokenizer, and unknown pieces. */
  protected override readonly ownLevels = 4;
  readonly #cache = new PretokenCache();

  constructor(parts: LookupParts) {
    super(parts);
    this.limitation =
      `The tokenizer is ${parts.name}: it has no merges to show, and no exact ` +
      `probabilities of bytes.`;
  }

  protected override encodeInto(text: string, list: TokenList): Encoding {
    return super.encodeInto(text.replace(/\p{Surrogate}/gu, '\ufffd'), list);
  }

  protected override encodeText(
    text: string,
    { start, end }: AddedTokenPiece,
    isFirst: boolean,
    rewriting: RewriteSpans,
    firstLevel: number,
    list: TokenList,
  ): void {
    const { splits, respell, scans } = this.parts;
    rewriting.add(firstLevel, end - start);
    const takeWord = (from: number, to: number) => {
      rewriting.add(firstLevel + 1, to - from);
      const word = text.slice(from, to);
      const changes = respell?.(word, isFirst && from === start) ?? [];
      const spelled = applyRewrite(word, changes, rewriting, firstLevel + 2);
      splitBy(scans, spelled, 0, spelled.length, (at, until) => {
        const first = list.count;
        this.#lookUp(spelled, at, until, rewriting, firstLevel + 3, list);
        if (list instanceof PretokenList) list.close(spelled.slice(at, until), first);
      });
    };
    const split = (from: number, to: number, level: number) => {
      const step = splits[level];
      if (!step) return takeWord(from, to);
      splitBy([step.scan], text, from, to, (at, until) => {
        if (!step.drops?.(text, at, until)) return split(at, until, level + 1);
        rewriting.add(firstLevel + 1, until - at, [{ start: 0, end: until - at, text: '' }]);
      });
    };
    split(start, end, 0);
  }

  /** Appends the tokens of text[from, to). */
  #lookUp(
    text: string,
    from: number,
    to: number,
    rewriting: RewriteSpans,
    level: number,
    list: TokenList,
  ): void {
    const { unknown } = this.parts;
    const isShort = to - from <= LONGEST_KEY;
    if (isShort && this.#cache.appendKnown(text, from, to, list))
      return rewriting.add(level, to - from);
    const first = list.count;
    let isKnown = true;
    for (const { id, start, end, token } of this.#piecesOf(text.slice(from, to))) {
      const bytes = id === undefined ? encodeUtf8(text.slice(from + start, from + end)) : undefined;
      const fallsBack =
        bytes && unknown.byteIds && bytes.every(byte => unknown.byteIds![byte]! >= 0);
      const stand = token ?? (bytes && !fallsBack ? unknown.token : undefined);
      if (takeToken({ start, end, ...(stand ? { token: stand } : {}) }, list, rewriting, level)) {
        isKnown = false;
        continue;
      }
      rewriting.add(level, end - start);
      if (id !== undefined) list.add(id);
      else for (const byte of bytes!) list.add(unknown.byteIds![byte]!);
    }
    // Tokens that do not determine the bytes of their text cannot be placed from the cache.
    if (isShort && isKnown) this.#cache.add(text, from, to, list.ids, first, list.count);
  }

  /** The positions of the pieces, with adjacent unknown ones joined. Throws if they do not spell the pretoken. */
  #piecesOf(pretoken: string): PlacedPiece[] {
    const { find, vocabulary, name } = this.parts;
    const pieces: PlacedPiece[] = [];
    let at = 0;
    for (const { id, length } of find(pretoken)) {
      const start = at;
      at += length;
      const last = pieces.at(-1);
      if (id === undefined) {
        if (last && last.id === undefined) last.end = at;
        else pieces.push({ id, start, end: at });
        continue;
      }
      const slice = pretoken.slice(start, at);
      const bytes = encodeUtf8(slice);
      const piece = { id, start, end: at };
      if (vocabulary.isAt(id, bytes, 0, bytes.length)) pieces.push(piece);
      // WordPiece may find a continuation piece whose literal spelling ("##" and more) begins a word.
      else if (vocabulary.idOf(slice) === id) {
        const own = new TextDecoder().decode(vocabulary.bytesOf(id));
        pieces.push({ ...piece, token: { id, bytes: own } });
      } else break;
    }
    if (pieces.at(-1)?.end === pretoken.length) return pieces;
    const place = pieces.at(-1)?.end ?? 0;
    throw new TokenizerError(
      `The tokens of ${name} for ${quote(pretoken)} do not spell it from ${quote(pretoken.slice(place))} on, so ` +
        'their positions in the text are unknown',
    );
  }
}

interface PlacedPiece {
  /** Set if its own bytes differ from the text at its position. */
  readonly token?: TakenToken;
  readonly id: number | undefined;
  readonly start: number;
  end: number;
}
