// A BPE tokenizer: added tokens are taken out, the rest is normalised and cut into pretokens, and the bytes or
// characters of each pretoken are merged.
import { encodeUtf8 } from '../utf8';
import { AddedTokens, type AddedToken, type Piece } from './added';
import type { Alphabet } from './alphabet';
import { LONGEST_KEY, PretokenCache } from './cache';
import type { Merger } from './merge';
import { cutsAll } from './patterns/lookup';
import { toNfc } from './normalize';
import type { Scan } from './patterns/scan';
import type { Respell, Rewrite } from './rewrite';
import { Rewriting } from './rewriting';
import { replaced } from './spans';
import { PretokenList, TokenList, type Pretoken } from './tokenList';
import type { Encoding, Tokenizer } from './tokenizer';
import type { UnknownCharacters } from './unknown';
import type { Vocabulary } from './vocabulary';

export interface BpeParts {
  readonly name: string;
  readonly vocabulary: Vocabulary;
  readonly added: readonly AddedToken[];
  readonly alphabet: Alphabet;
  readonly merger: Merger;
  /** Each cuts the pieces that those before it leave. */
  readonly scans: readonly Scan[];
  /** For people: 'NFC'. */
  readonly normalizer: string;
  /** In order; for what added tokens leave. */
  readonly normalizers: readonly Rewrite[];
  readonly respell: Respell | undefined;
  readonly unknown: UnknownCharacters | undefined;
  /** The token that a pretoken is as a whole, where such are not merged (`ignore_merges`). */
  readonly whole: ((text: string) => number | undefined) | undefined;
  /** For people: what a merge's rank is, such as 'place in the list of merges, from 0'. */
  readonly rankIs: string;
}

export class BpeTokenizer implements Tokenizer {
  readonly name: string;
  readonly vocabSize: number;
  readonly normalizer: string;
  readonly isCutByHardBoundaries: boolean;
  readonly parts: BpeParts;
  /** Matched in the text as it is; in the normalised text. */
  readonly #addedBefore: AddedTokens;
  readonly #addedBehind: AddedTokens;
  readonly #special: ReadonlySet<number>;
  readonly #cache = new PretokenCache();
  #symbols = new Int32Array(LONGEST_KEY * 3);

  constructor(parts: BpeParts) {
    this.parts = parts;
    this.name = parts.name;
    this.vocabSize = parts.vocabulary.size;
    this.normalizer = parts.normalizer;
    // An added token must neither lie across a boundary nor take a blank from behind it.
    const liesAcross = ({ special, content, lstrip, rstrip }: AddedToken) =>
      !special && (lstrip || rstrip || /[ \n]/.test(content));
    this.isCutByHardBoundaries =
      parts.scans.length > 0 &&
      parts.scans.every(cutsAll) &&
      parts.normalizers.every(step => step === toNfc) &&
      !parts.respell &&
      !parts.unknown &&
      !parts.added.some(liesAcross);
    const behind = parts.added.filter(token => token.normalized);
    this.#addedBefore = new AddedTokens(parts.added.filter(token => !token.normalized));
    this.#addedBehind = new AddedTokens(behind, content =>
      parts.normalizers.reduce((text, step) => replaced(text, step(text)), content),
    );
    this.#special = new Set(parts.added.filter(token => token.special).map(({ id }) => id));
  }

  encode(text: string): Encoding {
    return this.#encode(text, new TokenList(Math.ceil(text.length / 3) + 16));
  }

  /** The same with the pretokens that the tokens were merged in; added and unknown tokens are in none. */
  encodeByPretokens(text: string): { encoding: Encoding; pretokens: readonly Pretoken[] } {
    const list = new PretokenList(Math.ceil(text.length / 3) + 16);
    return { encoding: this.#encode(text, list), pretokens: list.pretokens };
  }

  #encode(text: string, list: TokenList): Encoding {
    const { normalizers } = this.parts;
    const behind = Math.max(1, normalizers.length);
    const rewriting = new Rewriting(behind + LEVELS_BEHIND);
    for (const piece of this.#addedBefore.cut(text)) {
      if (take(piece, list, rewriting, 0)) continue;
      let normalized = text.slice(piece.start, piece.end);
      if (normalizers.length === 0) rewriting.add(0, normalized.length);
      normalizers.forEach((step, level) => {
        normalized = rewritten(normalized, step(normalized), rewriting, level);
      });
      for (const inner of this.#addedBehind.cut(normalized)) {
        if (take(inner, list, rewriting, behind)) continue;
        const isFirst = piece.start + inner.start === 0;
        this.#encodeText(normalized, inner, isFirst, rewriting, behind, list);
      }
    }
    return this.#withSpans(text, list, rewriting);
  }

  bytesOf(id: number): Uint8Array {
    return this.parts.vocabulary.bytesOf(id);
  }

  idOf(content: string): number | undefined {
    return this.parts.vocabulary.idOf(content);
  }

  isSpecial(id: number): boolean {
    return this.#special.has(id);
  }

  /** Forgets the pretokens seen so far, for measurements. */
  clearCache(): void {
    this.#cache.clear();
  }

  /** text[start, end) holds no added token. */
  #encodeText(
    text: string,
    { start, end }: Piece,
    isFirst: boolean,
    rewriting: Rewriting,
    behind: number,
    list: TokenList,
  ): void {
    const { respell, unknown } = this.parts;
    rewriting.add(behind, end - start);
    if (!respell && !unknown) {
      rewriting.addBehind(behind, end - start);
      return this.#cutAndMerge(text, start, end, 0, list);
    }
    const piece = text.slice(start, end);
    const changes = respell?.(piece, isFirst) ?? [];
    const spelled = rewritten(piece, changes, rewriting, behind + 1);
    for (const inner of unknown?.cut(spelled) ?? [{ start: 0, end: spelled.length }]) {
      if (take(inner, list, rewriting, behind + 2)) continue;
      rewriting.add(behind + 2, inner.end - inner.start);
      this.#cutAndMerge(spelled, inner.start, inner.end, 0, list);
    }
  }

  #cutAndMerge(text: string, from: number, to: number, level: number, list: TokenList): void {
    const scan = this.parts.scans[level];
    if (!scan) return this.#merge(text, from, to, list);
    const isLast = level + 1 === this.parts.scans.length;
    for (let at = from; at < to;) {
      const end = scan(text, at, to);
      if (isLast) this.#merge(text, at, end, list);
      else this.#cutAndMerge(text, at, end, level + 1, list);
      at = end;
    }
  }

  #merge(text: string, from: number, to: number, list: TokenList): void {
    const first = list.count;
    this.#mergeOrFind(text, from, to, list);
    if (list instanceof PretokenList) list.close(text.slice(from, to), first);
  }

  #mergeOrFind(text: string, from: number, to: number, list: TokenList): void {
    if (to - from > LONGEST_KEY) return this.#mergeAnew(text, from, to, list);
    const cache = this.#cache;
    const found = cache.find(text, from, to);
    if (found > 0) {
      const { words } = cache;
      const count = words[found]!;
      list.reserve(count);
      for (let i = 1; i <= count; i++) list.ids[list.count++] = words[found + i]!;
      return;
    }
    const start = list.count;
    this.#mergeAnew(text, from, to, list);
    cache.add(text, from, to, list.ids, start, list.count);
  }

  #mergeAnew(text: string, from: number, to: number, list: TokenList): void {
    const { alphabet, merger, whole } = this.parts;
    const id = whole?.(text.slice(from, to));
    if (id !== undefined) return list.add(id);
    const isLong = to - from > LONGEST_KEY;
    const symbols = isLong ? new Int32Array((to - from) * 3) : this.#symbols;
    merger.encode(symbols, alphabet.write(text, from, to, symbols), list);
  }

  #withSpans(text: string, list: TokenList, rewriting: Rewriting): Encoding {
    const ids = list.ids.slice(0, list.count);
    const { lengths } = this.parts.vocabulary;
    const offsets = new Uint32Array(ids.length + 1);
    for (let i = 0, at = 0; i < ids.length; i++) offsets[i + 1] = at += lengths[ids[i]!]!;
    rewriting.moveToText(text, offsets);
    return {
      ids,
      byteStarts: offsets.slice(0, ids.length),
      byteEnds: offsets.slice(1),
      normalized: rewriting.changes ? this.#differences(text, ids, offsets) : undefined,
    };
  }

  /** [token]: 1 where its own bytes are not the text's; undefined if they are everywhere. */
  #differences(text: string, ids: Uint32Array, offsets: Uint32Array): Uint8Array | undefined {
    const bytes = encodeUtf8(text);
    const { vocabulary } = this.parts;
    const differences = new Uint8Array(ids.length);
    for (let i = 0; i < ids.length; i++) {
      if (!vocabulary.isAt(ids[i]!, bytes, offsets[i]!, offsets[i + 1]!)) differences[i] = 1;
    }
    return differences.includes(1) ? differences : undefined;
  }
}

/** Behind the normalisers: added tokens, the pre_tokenizer's changes, unknown characters. */
const LEVELS_BEHIND = 3;

/** Puts a piece's token into the list, if it has one; it stays as it is in the levels behind. */
function take(
  { start, end, token }: Piece,
  list: TokenList,
  to: Rewriting,
  level: number,
): boolean {
  if (!token) return false;
  list.add(token.id);
  to.add(level, end - start, [{ start: 0, end: end - start, text: token.bytes }]);
  to.addBehind(level, token.bytes.length);
  return true;
}

function rewritten(
  text: string,
  changes: ReturnType<Rewrite>,
  rewriting: Rewriting,
  level: number,
): string {
  rewriting.add(level, text.length, changes);
  return changes.length > 0 ? replaced(text, changes) : text;
}
