// A byte-level BPE tokenizer: added tokens are taken out, the rest is normalised, cut into pretokens, and
// the bytes of each pretoken are merged.
import { encodeUtf8, writeUtf8 } from '../utf8';
import { AddedTokens, type AddedToken } from './added';
import { LONGEST_KEY, PretokenCache } from './cache';
import type { Merger } from './merge';
import { changesByNfc } from './normalize';
import type { Scan } from './patterns/scan';
import { moveToText, replaced, type Stretch } from './spans';
import { TokenList } from './tokenList';
import type { Encoding, Tokenizer } from './tokenizer';
import type { Vocabulary } from './vocabulary';

export interface BpeParts {
  readonly vocabulary: Vocabulary;
  readonly added: readonly AddedToken[];
  readonly merger: Merger;
  /** Each cuts the pieces that those before it leave; none leaves the text whole. */
  readonly scans: readonly Scan[];
  readonly normalizer: 'none' | 'NFC';
  /** The token that a pretoken is as a whole, where such are not merged (`ignore_merges`). */
  readonly whole: ((bytes: Uint8Array) => number | undefined) | undefined;
}

export class BpeTokenizer implements Tokenizer {
  readonly name = 'byte-level BPE';
  readonly vocabSize: number;
  readonly normalizer: 'none' | 'NFC';
  readonly #parts: BpeParts;
  /** Matched in the text as it is; in the normalised text. */
  readonly #addedBefore: AddedTokens;
  readonly #addedBehind: AddedTokens;
  readonly #special: ReadonlySet<number>;
  readonly #cache = new PretokenCache();
  #bytes = new Uint8Array(LONGEST_KEY * 3);

  constructor(parts: BpeParts) {
    this.#parts = parts;
    this.vocabSize = parts.vocabulary.size;
    this.normalizer = parts.normalizer;
    const behind = parts.added.filter(token => token.normalized);
    this.#addedBefore = new AddedTokens(parts.added.filter(token => !token.normalized));
    this.#addedBehind = new AddedTokens(behind, content => this.#normalize(content));
    this.#special = new Set(parts.added.filter(token => token.special).map(({ id }) => id));
  }

  encode(text: string): Encoding {
    const list = new TokenList(Math.ceil(text.length / 3) + 16);
    // First the text becomes the normalised text, then that one the tokens' bytes.
    const before: Stretch[] = [];
    const behind: Stretch[] = [];
    let normalizedLength = 0;
    for (const { start, end, token } of this.#addedBefore.cut(text)) {
      if (token) {
        list.add(token.id);
        before.push({ start, end, text: token.content });
        normalizedLength += token.content.length;
        continue;
      }
      const piece = text.slice(start, end);
      const changes = this.normalizer === 'NFC' ? changesByNfc(piece) : [];
      for (const change of changes) before.push(moved(change, start));
      const normalized = changes.length > 0 ? replaced(piece, changes) : piece;
      for (const inner of this.#addedBehind.cut(normalized)) {
        if (inner.token) {
          list.add(inner.token.id);
          behind.push(moved({ ...inner, text: inner.token.content }, normalizedLength));
        } else {
          this.#cutAndMerge(normalized, inner.start, inner.end, 0, list);
        }
      }
      normalizedLength += normalized.length;
    }
    return this.#withSpans(text, list, before, behind);
  }

  bytesOf(id: number): Uint8Array {
    return this.#parts.vocabulary.bytesOf(id);
  }

  idOf(content: string): number | undefined {
    return this.#parts.vocabulary.idOf(content);
  }

  isSpecial(id: number): boolean {
    return this.#special.has(id);
  }

  /** Forgets the pretokens seen so far, for measurements. */
  clearCache(): void {
    this.#cache.clear();
  }

  #normalize(text: string): string {
    return this.normalizer === 'NFC' ? text.normalize('NFC') : text;
  }

  #cutAndMerge(text: string, from: number, to: number, level: number, list: TokenList): void {
    const scan = this.#parts.scans[level];
    if (!scan) return this.#merge(text, from, to, list);
    const isLast = level + 1 === this.#parts.scans.length;
    for (let at = from; at < to;) {
      const end = scan(text, at, to);
      if (isLast) this.#merge(text, at, end, list);
      else this.#cutAndMerge(text, at, end, level + 1, list);
      at = end;
    }
  }

  #merge(text: string, from: number, to: number, list: TokenList): void {
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
    const { merger, whole } = this.#parts;
    const isLong = to - from > LONGEST_KEY;
    const bytes = isLong ? encodeUtf8(text.slice(from, to)) : this.#bytes;
    const length = isLong ? bytes.length : writeUtf8(text, from, to, bytes);
    const id = whole?.(bytes.subarray(0, length));
    if (id === undefined) merger.encode(bytes, length, list);
    else list.add(id);
  }

  #withSpans(
    text: string,
    list: TokenList,
    before: readonly Stretch[],
    behind: readonly Stretch[],
  ): Encoding {
    const ids = list.ids.slice(0, list.count);
    const { lengths } = this.#parts.vocabulary;
    const offsets = new Uint32Array(ids.length + 1);
    for (let i = 0, at = 0; i < ids.length; i++) offsets[i + 1] = at += lengths[ids[i]!]!;
    if (behind.length > 0) moveToText(replaced(text, before), behind, offsets);
    if (before.length > 0) moveToText(text, before, offsets);
    const differs = before.length + behind.length > 0;
    return {
      ids,
      byteStarts: offsets.slice(0, ids.length),
      byteEnds: offsets.slice(1),
      normalized: differs ? this.#differences(text, ids, offsets) : undefined,
    };
  }

  /** [token]: 1 where its own bytes are not the text's; undefined if they are everywhere. */
  #differences(text: string, ids: Uint32Array, offsets: Uint32Array): Uint8Array | undefined {
    const bytes = encodeUtf8(text);
    const differences = Uint8Array.from(ids, (id, token) => {
      const own = this.bytesOf(id);
      const start = offsets[token]!;
      if (own.length !== offsets[token + 1]! - start) return 1;
      return own.some((byte, i) => byte !== bytes[start + i]) ? 1 : 0;
    });
    return differences.includes(1) ? differences : undefined;
  }
}

function moved({ start, end, text }: Stretch, by: number): Stretch {
  return { start: start + by, end: end + by, text };
}
