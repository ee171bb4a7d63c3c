// A pass fills columns of a document's scores: what is visible first, then the rest. passes.ts lists them.
import type { PassId } from '../../core/lenses/lens';
import type { LayerOptions } from '../../core/layers/layerPasses';
import type { Scores } from '../../core/lenses/scores';
import type { TokenStream } from '../../core/text/stream/tokenStream';
import type { ByteProof } from '../../protocol/scores';
import type { FeatureOptions } from '../../protocol/features';
import type { ContrastOptions } from '../../protocol/traces';
import type { Range16, Refusal } from '../../protocol/types';
import type { Document } from '../documents/document';

/** Half-open. In tokens, unless a pass counts something else. */
export interface RowSpan {
  readonly first: number;
  readonly end: number;
}

export interface PassRun {
  readonly visible: readonly Range16[];
  /** Stop once this much of the document is known; what is visible is scored all the same. */
  readonly maxTokens: number;
  /** Score the whole text where a pass would score what is visible alone, and prove its sums. */
  readonly whole: boolean;
  /** Of the passes that read layers. */
  readonly layers?: LayerOptions | undefined;
  readonly signal: AbortSignal;
  /** Reports how much of the document is known, whenever that is more. */
  readonly onScored: (scored: number) => void;
  /** Reports that what is visible is known, before the rest is. */
  readonly onVisible?: (() => void) | undefined;
}

export interface PassResult {
  /** How much of the document is known, in the unit of `total`. */
  readonly scored: number;
  readonly proof?: ByteProof | undefined;
}

/** How columns are read. */
export interface ColumnOptions {
  readonly features?: FeatureOptions | undefined;
  readonly contrast?: ContrastOptions | undefined;
  /** Tokens of a chunk at most. */
  readonly chunkTokens?: number | undefined;
  readonly layers?: LayerOptions | undefined;
}

export interface Columns {
  /** [row] of tokens [first, end). */
  readonly scores: Partial<Scores>;
  /** Tokens that a run would still add to. */
  readonly pending: number;
}

export interface Pass {
  readonly id: PassId;
  /** Why it cannot run on the document now; undefined where it can. May open what the pass needs. */
  available(document: Document): Promise<Refusal | undefined>;
  /** Tokens of the document, or bytes where the pass counts those. */
  total(document: Document): number;
  /**
   * A refusal says why the pass has nothing to say of this text. Throws `UserError` where the model fails, and
   * `Cancelled` when aborted or when the text has changed.
   */
  run(document: Document, run: PassRun): Promise<PassResult | Refusal>;
  /** What is known by now of tokens [first, end); undefined where the pass has nothing to say of the document. */
  columns(document: Document, span: RowSpan, options: ColumnOptions): Columns | undefined;
}

/** The tokens of the visible ranges. */
export function visibleSpans(stream: TokenStream, visible: readonly Range16[]): RowSpan[] {
  return visible.map(({ utf16Start, utf16End }) => stream.tokensIn(utf16Start, utf16End));
}
