// One text as the editor has it, its tokens, and what is known of their scores.
import type { ByteScores } from '../../core/exactBytes/documentBytes';
import { differencesOf, type Difference } from '../../core/text/boundaryDifferences';
import { emptyScores, type Scores } from '../../core/lenses/scores';
import { TokenStream, type StreamTokens } from '../../core/text/stream/tokenStream';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import type { TextEdit } from '../../protocol/types';
import { ScoredWindows, type WindowRule } from '../scoring/scoredWindows';

/** Alternatives kept for every token: what the hover shows. */
export const TOP_K = 8;

/** More edits at once than this cost less when the whole text is encoded anew. */
const MANY_EDITS = 64;

export class Document {
  private tokens: StreamTokens | undefined;
  /** What is known of the scores, and whose tokens have them. */
  private scored: { tokenizer: Tokenizer; windows: ScoredWindows } | undefined;
  private compared: readonly Difference[] | undefined;
  /** One for each tokenizer that was asked for: the model's and one that it is compared with. */
  private readonly streams = new Map<Tokenizer, TokenStream>();
  private controller = new AbortController();
  /**
   * By the model's tokenizer: surprisals of the bytes, as far as they are known, of this version of the text or of
   * one before it.
   */
  private readonly bytes = new Map<Tokenizer, { version: number; scores: ByteScores }>();

  constructor(
    readonly uri: string,
    public version: number,
    private ownText: string,
  ) {}

  get text(): string {
    const [stream] = this.streams.values();
    return stream?.text ?? this.ownText;
  }

  /** Aborted when the text it was taken from is no longer the document's. */
  get current(): AbortSignal {
    return this.controller.signal;
  }

  /** Applies the edits that lead to a version. Ignores them if the text is that version already, or a later one. */
  edit(version: number, edits: readonly TextEdit[]): void {
    if (version <= this.version) return;
    for (const [tokenizer, stream] of this.streams) {
      if (edits.length > MANY_EDITS || !stream.isIncremental) this.dropStream(tokenizer);
    }
    // VS Code reports several edits of one change last position first, all in offsets of the old text.
    for (const { utf16Start, utf16End, text } of edits) {
      for (const [tokenizer, stream] of this.streams) {
        const changed = stream.edit(utf16Start, utf16End, text);
        if (this.scored?.tokenizer === tokenizer) this.scored.windows.keepBelow(changed);
      }
      if (this.streams.size > 0) continue;
      this.ownText = this.ownText.slice(0, utf16Start) + text + this.ownText.slice(utf16End);
    }
    this.version = version;
    this.becomeAnother();
  }

  /** Drops what depends on the model. */
  forget(): void {
    this.bytes.clear();
    this.ownText = this.text;
    this.streams.clear();
    this.scored = undefined;
    this.becomeAnother();
  }

  /** Drops the tokens that a tokenizer made, which is not asked for any more. */
  forgetStream(tokenizer: Tokenizer): void {
    this.bytes.delete(tokenizer);
    this.dropStream(tokenizer);
  }

  /** What is known of the text's bytes. */
  bytesBy(tokenizer: Tokenizer): ByteScores | undefined {
    const known = this.bytes.get(tokenizer);
    return known?.version === this.version ? known.scores : undefined;
  }

  /** What was known of them before the last edits. */
  olderBytesBy(tokenizer: Tokenizer): ByteScores | undefined {
    return this.bytes.get(tokenizer)?.scores;
  }

  keepBytes(tokenizer: Tokenizer, scores: ByteScores): void {
    this.bytes.set(tokenizer, { version: this.version, scores });
  }

  private dropStream(tokenizer: Tokenizer): void {
    if (!this.streams.has(tokenizer)) return;
    if (this.streams.size === 1) this.ownText = this.text;
    this.streams.delete(tokenizer);
    this.compared = undefined;
  }

  streamBy(tokenizer: Tokenizer): TokenStream {
    const known = this.streams.get(tokenizer);
    if (known) return known;
    const stream = new TokenStream(tokenizer, this.text);
    this.streams.set(tokenizer, stream);
    if (this.scored?.tokenizer === tokenizer) this.scored.windows.follow(stream);
    return stream;
  }

  /** Where two tokenizers cut the text differently; made at its first use after an edit. */
  differencesOf(first: Tokenizer, second: Tokenizer): readonly Difference[] {
    const endsBy = (tokenizer: Tokenizer) => this.streamBy(tokenizer).tokens().byteEnds;
    return (this.compared ??= differencesOf(endsBy(first), endsBy(second)));
  }

  /** Made at its first use after an edit; it costs time and memory for every token of the document. */
  tokensBy(tokenizer: Tokenizer): StreamTokens {
    return (this.tokens ??= this.streamBy(tokenizer).tokens());
  }

  /** The windows that a model scores the document in. An edit leaves what is known of the tokens before it. */
  windowsBy(tokenizer: Tokenizer, rule: WindowRule, topK = TOP_K): ScoredWindows {
    const stream = this.streamBy(tokenizer);
    this.scored ??= { tokenizer, windows: new ScoredWindows(stream, rule, topK) };
    return this.scored.windows;
  }

  /** Rows [first, end) as far as they are known, and how many are not. */
  scoresOf(first: number, end: number): { scores: Scores; pending: number } {
    return (
      this.scored?.windows.rows(first, end) ?? {
        scores: emptyScores(end - first, TOP_K),
        pending: end - first,
      }
    );
  }

  private becomeAnother(): void {
    this.controller.abort();
    this.controller = new AbortController();
    this.tokens = undefined;
    this.compared = undefined;
  }
}
