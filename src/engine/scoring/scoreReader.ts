// The scores of a text that is read from its beginning to its end, window by window: those of a document of the same text,
// with no more than a window held.
import { Cancelled } from '../../core/errors';
import type { Scores } from '../../core/lenses/scores';
import { nextWindow, type Window } from '../../core/text/contextWindows';
import type { TokenPart, TokenReader } from '../../core/text/stream/tokenReader';
import type { Model } from '../models/model';
import { ScoredWindow } from './scoredWindows';
import { ruleOf, scoreWindow } from './tokensPass';

/** The tokens that take their scores from one window. */
export interface ScoredPart extends TokenPart {
  readonly scores: Scores;
}

export interface ScoreReading {
  /** Alternatives for every token. */
  readonly topK: number;
  readonly signal: AbortSignal;
  /** Reports how many tokens are scored, whenever that is more. */
  onScored(scored: number): void;
}

/** Throws `UserError`, and `Cancelled` when aborted. */
export async function* scoreReader(
  model: Model,
  reader: TokenReader,
  { topK, signal, onScored }: ScoreReading,
): AsyncGenerator<ScoredPart> {
  const { context, endsLine } = ruleOf(model);
  let before: ScoredWindow | undefined;
  for (;;) {
    const idAt = (token: number) => before!.ids[token - before!.window.start]!;
    const next = (tokens: number): Window | undefined =>
      nextWindow(before?.window, tokens, context, token => endsLine(idAt(token)));
    // Where a window starts does not depend on how many tokens follow.
    const start = next(Infinity)!.start;
    const window = next(reader.readTo(start + context));
    if (!window) return;
    const { ownStart, end } = window;
    const { ids } = reader.tokens(window.start, end);
    const scored = new ScoredWindow(window, ids, topK);
    await scoreWindow(model, scored, { first: ownStart, end }, signal, () =>
      onScored(ownStart + scored.count),
    );
    if (signal.aborted) throw new Cancelled();
    yield { ...reader.take(ownStart, end), scores: scored.scores };
    before = scored;
    reader.forgetBefore(next(Infinity)!.start);
  }
}
