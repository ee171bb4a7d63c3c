// What is known of a document's features: window by window, from what is remembered of the same tokens and from the model.
import { maskedIn } from '../../core/sae/masking';
import { isEnough } from '../../core/sae/selection';
import {
  concatRows,
  filterRows,
  rowCount,
  sliceRows,
  type FeatureRows,
} from '../../core/sae/sparseRows';
import type { TokenStream } from '../../core/text/stream/tokenStream';
import type { Window } from '../../core/text/contextWindows';
import type { Document } from '../documents/document';
import type { Model } from '../models/model';
import type { PassRun } from './pass';
import { WindowCache } from './windowCache';
import { runWindows, windowsIn } from './windowRuns';
import type { OpenedSae } from '../sae/openedSae';

/** Rows of tokens [first, first + rows) of a document; the first `masked` of them say nothing. */
export interface KnownFeatureRows {
  readonly first: number;
  readonly rows: FeatureRows;
  readonly masked: number;
}

/** Windows that are remembered: of a text with more of them the first are known, and those on the screen. */
const CAPACITY = 96;
const FIRST_LIMIT = 64;

export class FeatureWindows {
  private readonly cache: WindowCache<FeatureRows>;

  constructor(
    readonly opened: OpenedSae,
    private readonly model: Model,
    private readonly capacity = CAPACITY,
  ) {
    this.cache = new WindowCache<FeatureRows>(rowCount, capacity);
  }

  /** Encodes a document's windows, the visible ones first. Answers how many tokens' features are known. */
  async run(document: Document, run: Omit<PassRun, 'whole'>): Promise<number> {
    const stream = document.streamBy(this.model.tokenizer);
    const windows = [...this.windowsIn(stream)];
    // A request for all of a text keeps all of it.
    const isWhole = run.maxTokens === Infinity;
    if (isWhole) this.cache.reserve(windows.length);
    return runWindows(this.model, document, {
      ...run,
      windows,
      most: isWhole ? windows.length : this.capacity,
      inParts: true,
      compute: (window, end, signal, onKnown) =>
        this.encode(stream, window, end - window.start, signal, onKnown),
    });
  }

  /** What is known of tokens [first, end), in order, and of how many nothing is. */
  known(
    document: Document,
    first: number,
    end: number,
  ): { parts: KnownFeatureRows[]; pending: number } {
    const stream = document.streamBy(this.model.tokenizer);
    const parts: KnownFeatureRows[] = [];
    let pending = end - first;
    for (const window of this.windowsIn(stream)) {
      if (window.ownStart >= end) break;
      if (window.end <= first) continue;
      const from = Math.max(first, window.ownStart);
      const found = this.cache.find(idsOf(stream, window), window.ownStart - window.start);
      const until = Math.min(end, window.start + (found?.until ?? 0));
      if (!found || until <= from) continue;
      const skipped = window.start + found.window.firstRow;
      parts.push({
        first: from,
        rows: sliceRows(found.window.rows, from - skipped, until - skipped),
        masked: Math.min(until - from, Math.max(0, this.maskedTo(window) - from)),
      });
      pending -= until - from;
    }
    return { parts, pending };
  }

  /**
   * Rows of a whole document with all that is above 0 of them, as much as a choice of `budget` places asks for, and nothing
   * of masked tokens. What is chosen then is relative to this text: nothing of it is remembered.
   */
  async candidates(
    document: Document,
    budget: number,
    signal: AbortSignal,
  ): Promise<KnownFeatureRows[]> {
    const stream = document.streamBy(this.model.tokenizer);
    const { features } = this.opened.sae;
    for (let limit = Math.min(FIRST_LIMIT, features); ; limit = Math.min(features, 4 * limit)) {
      const parts: KnownFeatureRows[] = [];
      for (const window of this.windowsIn(stream)) {
        const { start, ownStart } = window;
        const ids = idsOf(stream, window);
        const rows = await this.model.encode(ids, ownStart - start, signal, () => {}, {
          candidates: { limit },
        });
        const masked = Math.max(0, this.maskedTo(window) - ownStart);
        // Else they would count in the budget that decides whether the rest is enough.
        const kept = filterRows(rows, (_, token) => token >= masked);
        parts.push({ first: ownStart, rows: { ...rows, ...kept }, masked });
      }
      if (limit >= features || isEnough(concatRows(parts.map(({ rows }) => rows)), limit, budget))
        return parts;
    }
  }

  /** The window that says what a token's features are. */
  windowOf(stream: TokenStream, token: number): Window | undefined {
    for (const window of this.windowsIn(stream)) if (token < window.end) return window;
    return undefined;
  }

  /** No longer than the autoencoder's own windows were. */
  windowsIn(stream: TokenStream): Generator<Window> {
    return windowsIn(this.model, stream, this.opened.sae.source.contextTokens ?? Infinity);
  }

  /** The first token of a document, from a window's own on, that is not masked. */
  private maskedTo({ start }: Window): number {
    return start + maskedIn(this.opened.sae, this.model.startTokens);
  }

  /** Tokens of a window up to `until`. */
  private async encode(
    stream: TokenStream,
    window: Window,
    until: number,
    signal: AbortSignal,
    onRows: (known: number) => void,
  ): Promise<void> {
    const ids = idsOf(stream, window);
    const own = window.ownStart - window.start;
    const found = this.cache.find(ids, own);
    const from = found?.until ?? own;
    if (from >= until) return;
    const parts = found
      ? [sliceRows(found.window.rows, own - found.window.firstRow, from - found.window.firstRow)]
      : [];
    let count = from - own;
    const keep = (): void => {
      const rows = concatRows(parts);
      this.cache.add({ ids, firstRow: own, rows });
    };
    const onEncoded = (rows: FeatureRows): void => {
      parts.push(rows);
      this.opened.note(rows, Math.max(0, this.maskedTo(window) - window.ownStart - count));
      count += rowCount(rows);
      keep();
      onRows(count);
    };
    await this.model.encode(ids, from, signal, onEncoded, { until });
  }
}

function idsOf(stream: TokenStream, { start, end }: Window): Uint32Array {
  return stream.tokens(start, end).ids;
}
