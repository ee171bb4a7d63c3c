// Scores a text that a command needs whole, with its progress where that takes long.
import type { Lens } from '../../core/lenses/lens';
import type { Range16 } from '../../protocol/types';
import type { EngineQueries } from '../engine/engineQueries';
import { overUnchanged } from '../engine/unchangedText';
import { cancellableIfLong, type ShareReport } from '../ui/progress';
import type { Text } from './textSource';

/** Answers whether it is scored: the user may have cancelled. Throws `UserError` where the text changes meanwhile. */
export function scoreText(
  queries: EngineQueries,
  text: Text,
  range: Range16,
  lens: Lens,
): Promise<boolean> {
  return scored(queries, text, signal => queries.passes.score(text, [range], lens, signal));
}

/** The same of the tokens of a range, and no more. */
export function scoreRange(queries: EngineQueries, text: Text, range: Range16): Promise<boolean> {
  return scored(queries, text, signal => queries.passes.scoreRange(text, range, signal));
}

async function scored(
  queries: EngineQueries,
  text: Text,
  score: (signal: AbortSignal) => Promise<void>,
): Promise<boolean> {
  const isDone = await cancellableIfLong('Scoring the text', async (signal, report) => {
    await withShare(queries, text, report, () =>
      overUnchanged(signal, 'the scoring', () => score(signal)),
    );
    return true;
  });
  return isDone ?? false;
}

/** Reports how much of a text is scored while `work` scores it. */
export async function withShare<T>(
  { passes }: EngineQueries,
  text: Text,
  report: ShareReport,
  work: () => Promise<T>,
): Promise<T> {
  const listener = passes.onDidScore(({ uri, scored, total }) => {
    if (uri === text.uri.toString()) report(scored, total);
  });
  try {
    return await work();
  } finally {
    listener.dispose();
  }
}
