// What all tokenizers share, whatever their model: added tokens are matched, the rest is normalised, and the model's
// tokens are mapped back to the original text.
import { encodeUtf8 } from '../text/utf8';
import { AddedTokens, type AddedToken, type AddedTokenPiece } from './addedTokens';
import type { HardBoundaries } from './hardBoundary';
import type { Rewrite } from './normalize/rewrite';
import { RewriteSpans } from './normalize/rewriteSpans';
import { replaceSpans } from './normalize/spans';
import { PretokenList, TokenList, type Pretoken } from './tokenList';
import type { Encoding, Tokenizer } from './tokenizer';
import type { Vocabulary } from './vocabulary';

export interface PipelineParts {
  readonly name: string;
  readonly vocabulary: Vocabulary;
  readonly added: readonly AddedToken[];
  /** For display: 'NFC'. */
  readonly normalizer: string;
  /** In order; applied to the text between added tokens. */
  readonly normalizers: readonly Rewrite[];
  /** The form in normalised text of an added token that is matched there; by default its normalised content. */
  readonly spellAdded?: (content: string) => string;
}

export abstract class PipelineTokenizer<Parts extends PipelineParts> implements Tokenizer {
  readonly name: string;
  readonly vocabSize: number;
  readonly normalizer: string;
  abstract readonly boundaries: HardBoundaries | undefined;
  abstract readonly limitation: string;
  /** The number of rewriting levels after those of the normalizers, including the one for added tokens. */
  protected abstract readonly ownLevels: number;
  /** Whether text may be left out because of bytes that the vocabulary lacks. The last level then has only that. */
  protected get missesBytes(): boolean {
    return false;
  }
  /** Matched in the original text. */
  readonly #addedInText: AddedTokens;
  /** Matched in the normalised text. */
  readonly #addedInNormalized: AddedTokens;
  readonly #special: ReadonlySet<number>;

  constructor(readonly parts: Parts) {
    this.name = parts.name;
    this.vocabSize = parts.vocabulary.size;
    this.normalizer = parts.normalizer;
    const inNormalized = parts.added.filter(token => token.normalized);
    this.#addedInText = new AddedTokens(parts.added.filter(token => !token.normalized));
    const normalize = (content: string) =>
      parts.normalizers.reduce((text, step) => replaceSpans(text, step(text)), content);
    this.#addedInNormalized = new AddedTokens(inNormalized, parts.spellAdded ?? normalize);
    this.#special = new Set(parts.added.filter(token => token.special).map(({ id }) => id));
  }

  encode(text: string): Encoding {
    return this.encodeInto(text, new TokenList(Math.ceil(text.length / 3) + 16));
  }

  /** The tokens, and the pretokens that the model was given. Added tokens are not part of any pretoken. */
  encodeByPretokens(text: string): { encoding: Encoding; pretokens: readonly Pretoken[] } {
    const list = new PretokenList(Math.ceil(text.length / 3) + 16);
    return { encoding: this.encodeInto(text, list), pretokens: list.pretokens };
  }

  /**
   * Appends the tokens of text[start, end), which contains no added token. Changes to the text, and text encoded as
   * the unknown token, are recorded at the levels of `rewriting` from `firstLevel` on, as is the length of unchanged
   * text.
   */
  protected abstract encodeText(
    text: string,
    piece: AddedTokenPiece,
    isFirst: boolean,
    rewriting: RewriteSpans,
    firstLevel: number,
    list: TokenList,
  ): void;

  protected encodeInto(text: string, list: TokenList): Encoding {
    const { normalizers } = this.parts;
    const firstLevel = Math.max(1, normalizers.length);
    const rewriting = new RewriteSpans(firstLevel + this.ownLevels);
    for (const piece of this.#addedInText.split(text)) {
      if (takeToken(piece, list, rewriting, 0)) continue;
      let normalized = text.slice(piece.start, piece.end);
      if (normalizers.length === 0) rewriting.add(0, normalized.length);
      normalizers.forEach((step, level) => {
        normalized = applyRewrite(normalized, step(normalized), rewriting, level);
      });
      for (const inner of this.#addedInNormalized.split(normalized)) {
        if (takeToken(inner, list, rewriting, firstLevel)) continue;
        const isFirst = piece.start + inner.start === 0;
        this.encodeText(normalized, inner, isFirst, rewriting, firstLevel, list);
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

  #withSpans(text: string, list: TokenList, rewriting: RewriteSpans): Encoding {
    const ids = list.ids.slice(0, list.count);
    const { lengths } = this.parts.vocabulary;
    const offsets = new Uint32Array(ids.length + 1);
    for (let i = 0, at = 0; i < ids.length; i++) offsets[i + 1] = at += lengths[ids[i]!]!;
    rewriting.moveToText(text, offsets);
    return {
      ids,
      byteStarts: offsets.slice(0, ids.length),
      byteEnds: offsets.slice(1),
      normalized: rewriting.hasChanges ? this.#differences(text, ids, offsets) : undefined,
      missing: this.missesBytes ? rewriting.firstAt(rewriting.last, text) : undefined,
    };
  }

  /** [token]: 1 if its own bytes differ from the text's; undefined if all are equal. */
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

/** Appends the token of a piece, if it has one, and records it as unchanged at the levels after `level`. */
export function takeToken(
  { start, end, token }: AddedTokenPiece,
  list: TokenList,
  to: RewriteSpans,
  level: number,
): boolean {
  if (!token) return false;
  list.add(token.id);
  to.add(level, end - start, [{ start: 0, end: end - start, text: token.bytes }]);
  to.addUnchangedAfter(level, token.bytes.length);
  return true;
}

export function applyRewrite(
  text: string,
  changes: ReturnType<Rewrite>,
  rewriting: RewriteSpans,
  level: number,
): string {
  rewriting.add(level, text.length, changes);
  return changes.length > 0 ? replaceSpans(text, changes) : text;
}
