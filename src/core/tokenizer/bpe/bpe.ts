// A BPE tokenizer: the text that added tokens and normalizers leave is split into pretokens, and the bytes or
// characters of each pretoken are merged.
import { encodeUtf8 } from '../../text/utf8';
import type { AddedToken, AddedTokenPiece } from '../addedTokens';
import { ByteAlphabet, CharacterAlphabet, type Alphabet } from './alphabet';
import { spellingOf } from './byteLevel';
import { LONGEST_KEY, PretokenCache } from './pretokenCache';
import {
  afterLineFeeds,
  beforeWords,
  betweenKept,
  betweenTokens,
  type HardBoundaries,
} from '../hardBoundary';
import type { Merger } from './merger';
import type { MissingBytes } from './missingBytes';
import { areCutAtBoundaries, leavesLineFeedsAlone } from '../patterns/boundaries';
import { toNfc } from '../normalize/unicodeForms';
import { splitBy, type Scan } from '../patterns/scan';
import {
  PipelineTokenizer,
  applyRewrite,
  takeToken,
  type PipelineParts,
} from '../pipelineTokenizer';
import type { Respell } from '../normalize/rewrite';
import type { ReplacedSpan } from '../normalize/spans';
import type { RewriteSpans } from '../normalize/rewriteSpans';
import { prependSchemeOf, prependSpace, toSpaces, withSpaces } from '../files/metaspace';
import { PretokenList, type TokenList } from '../tokenList';
import type { UnknownCharacters } from '../lookup/unknownCharacters';

export interface BpeParts extends PipelineParts {
  readonly alphabet: Alphabet;
  readonly merger: Merger;
  /** Each splits the pieces that those before it leave. */
  readonly scans: readonly Scan[];
  /** These split pretokens once more, as the byte-level alphabet spells them: one character for each byte. */
  readonly byteScans?: readonly Scan[];
  /** Whether the model does not see a piece that `scans` leave. */
  readonly drops?: (text: string, at: number, to: number) => boolean;
  readonly respell: Respell | undefined;
  readonly unknown: UnknownCharacters | undefined;
  /** The token that equals a whole pretoken, if such pretokens are not merged (`ignore_merges`). */
  readonly whole: ((text: string) => number | undefined) | undefined;
  /** What a merge's rank means, for display, such as 'place in the list of merges, from 0'. */
  readonly rankIs: string;
}

export class BpeTokenizer extends PipelineTokenizer<BpeParts> {
  override readonly boundaries: HardBoundaries | undefined;
  override readonly limitation = '';
  /** Levels for added tokens, for changes by the pre_tokenizer, and for unknown characters. */
  protected override readonly ownLevels = 3;
  readonly #cache = new PretokenCache();
  #symbols = new Int32Array(LONGEST_KEY * 3);

  constructor(parts: BpeParts) {
    super(parts);
    this.boundaries =
      parts.alphabet instanceof CharacterAlphabet
        ? boundariesOfMerging(parts, parts.alphabet)
        : boundariesOfSplitting(parts);
  }

  /** The bytes that the vocabulary lacks; undefined if it spells every text. */
  get missing(): MissingBytes | undefined {
    const { alphabet } = this.parts;
    return alphabet instanceof ByteAlphabet ? alphabet.missing : undefined;
  }

  protected override get missesBytes(): boolean {
    return this.missing !== undefined && !this.missing.unknown;
  }

  /** Clears the pretoken cache, for measurements. */
  clearCache(): void {
    this.#cache.clear();
  }

  protected override encodeText(
    text: string,
    { start, end }: AddedTokenPiece,
    isFirst: boolean,
    rewriting: RewriteSpans,
    firstLevel: number,
    list: TokenList,
  ): void {
    const { respell, unknown } = this.parts;
    rewriting.add(firstLevel, end - start);
    if (!respell && !unknown) {
      rewriting.add(firstLevel + 1, end - start, this.#droppedIn(text, start, end));
      rewriting.add(firstLevel + 2, end - start, this.#missingIn(text, start, end));
      return this.#splitAndMerge(text, start, end, 0, list);
    }
    const piece = text.slice(start, end);
    const changes = respell?.(piece, isFirst) ?? [];
    const spelled = applyRewrite(piece, changes, rewriting, firstLevel + 1);
    for (const inner of unknown?.split(spelled) ?? [{ start: 0, end: spelled.length }]) {
      if (takeToken(inner, list, rewriting, firstLevel + 2)) continue;
      rewriting.add(firstLevel + 2, inner.end - inner.start);
      this.#splitAndMerge(spelled, inner.start, inner.end, 0, list);
    }
  }

  /** What the model does not see of text[start, end), as spans from `start` on. */
  #droppedIn(text: string, start: number, end: number): ReplacedSpan[] {
    const { scans, drops } = this.parts;
    const spans: ReplacedSpan[] = [];
    if (!drops) return spans;
    splitBy(scans, text, start, end, (from, to) => {
      if (drops(text, from, to)) spans.push({ start: from - start, end: to - start, text: '' });
    });
    return spans;
  }

  /** What the tokens of text[start, end) lack, as spans from `start` on. */
  #missingIn(text: string, start: number, end: number): ReplacedSpan[] {
    const { scans, whole } = this.parts;
    const { missing } = this;
    if (!missing?.areIn(text, start, end)) return [];
    const spans: ReplacedSpan[] = [];
    splitBy(scans, text, start, end, (from, to) => {
      if (whole?.(text.slice(from, to)) !== undefined) return;
      for (const span of missing.spansOf(text, from, to)) {
        spans.push({ ...span, start: span.start - start, end: span.end - start });
      }
    });
    return spans;
  }

  #splitAndMerge(text: string, from: number, to: number, level: number, list: TokenList): void {
    const scan = this.parts.scans[level];
    if (!scan) return this.#merge(text, from, to, list);
    const isLast = level + 1 === this.parts.scans.length;
    for (let at = from; at < to;) {
      const end = scan(text, at, to);
      if (isLast) this.#merge(text, at, end, list);
      else this.#splitAndMerge(text, at, end, level + 1, list);
      at = end;
    }
  }

  #merge(text: string, from: number, to: number, list: TokenList): void {
    if (this.parts.drops?.(text, from, to)) return;
    const first = list.count;
    this.#mergeOrFind(text, from, to, list);
    if (list instanceof PretokenList) list.close(text.slice(from, to), first);
  }

  #mergeOrFind(text: string, from: number, to: number, list: TokenList): void {
    if (to - from > LONGEST_KEY) return this.#mergeAnew(text, from, to, list);
    const cache = this.#cache;
    if (cache.appendKnown(text, from, to, list)) return;
    const start = list.count;
    this.#mergeAnew(text, from, to, list);
    cache.add(text, from, to, list.ids, start, list.count);
  }

  #mergeAnew(text: string, from: number, to: number, list: TokenList): void {
    const { alphabet, merger, whole } = this.parts;
    const id = whole?.(text.slice(from, to));
    if (id !== undefined) return list.add(id);
    if (this.parts.byteScans?.length) return this.#mergeSpelled(text.slice(from, to), list);
    const isLong = to - from > LONGEST_KEY;
    const symbols = isLong ? new Int32Array((to - from) * 3) : this.#symbols;
    const count = alphabet.write(text, from, to, symbols);
    if (count > 0) merger.encode(symbols, count, list);
  }

  /** A pretoken that is split once more. */
  #mergeSpelled(pretoken: string, list: TokenList): void {
    const { alphabet, merger, byteScans } = this.parts;
    const bytes = encodeUtf8(pretoken);
    splitBy(byteScans!, spellingOf(bytes), 0, bytes.length, (from, to) => {
      const symbols = new Int32Array(to - from);
      const count = (alphabet as ByteAlphabet).writeBytes(bytes.subarray(from, to), symbols);
      if (count > 0) merger.encode(symbols, count, list);
    });
  }
}

function boundariesOfSplitting(parts: BpeParts): HardBoundaries | undefined {
  const { scans, normalizers, respell, unknown, added } = parts;
  // An added token must neither cross a boundary nor take the space after it.
  const liesAcross = ({ special, content, lstrip, rstrip }: AddedToken) =>
    !special && (lstrip || rstrip || /[ \n]/.test(content));
  const isSplitAlone = normalizers.every(step => step === toNfc) && !respell && !unknown;
  if (!isSplitAlone || added.some(liesAcross)) return undefined;
  const boundaries = areCutAtBoundaries(scans)
    ? beforeWords
    : leavesLineFeedsAlone(scans[0])
      ? afterLineFeeds
      : undefined;
  const { missing } = parts.alphabet as ByteAlphabet;
  return boundaries && missing ? betweenKept(boundaries, missing) : boundaries;
}

/** For SentencePiece-style BPE. */
function boundariesOfMerging(
  { vocabulary, merger, normalizers, respell, scans, whole, added, spellAdded }: BpeParts,
  alphabet: CharacterAlphabet,
): HardBoundaries | undefined {
  const spellsSpacesAlone = normalizers.every(step => step === prependSpace || step === toSpaces);
  const bytes = new Set(alphabet.byteIds);
  if (!spellsSpacesAlone || whole || merger.merges.takes(id => bytes.has(id))) return undefined;
  // Scans come from Metaspace here. They end pretokens at spaces, and additional boundaries change nothing where no
  // merge crosses.
  if (scans.length > 0 && !respell) return undefined;
  const matched = added.filter(({ special }) => !special);
  if (matched.some(({ lstrip, rstrip, singleWord }) => lstrip || rstrip || singleWord)) {
    return undefined;
  }
  const prefixes =
    normalizers.includes(prependSpace) || (respell && prependSchemeOf(respell) !== 'never');
  // The text after an added token may be treated like the beginning of a text.
  if (prefixes && matched.length > 0 && !spellAdded) return undefined;
  const tokens = Array.from({ length: vocabulary.size }, (_, id) => vocabulary.bytesOf(id));
  const contents = matched.map(({ content }) => encodeUtf8(withSpaces(content)));
  return betweenTokens([...tokens, ...contents], alphabet, prefixes ?? false);
}
