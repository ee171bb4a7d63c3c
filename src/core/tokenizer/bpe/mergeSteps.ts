// How a pretoken became its tokens: the merges one by one, in the order in which they take place (Sennrich et al.
// 2016). Slower than `Merger` and written independently of it, so that each can be tested by the other.
import type { MergeTable } from './mergeTable';

export interface MergeStep {
  /** Index, among the pieces before the step, of the left one of the pair. */
  readonly at: number;
  /** As `MergeTable` has it: of all pairs of neighbours, the lowest merges first. */
  readonly rank: number;
  /** Id of what the pair becomes. */
  readonly id: number;
}

/** The merges of [symbol] ids, until no pair of neighbours has one. Takes time by the square of their number. */
export function mergeSteps(merges: MergeTable, symbols: ArrayLike<number>): MergeStep[] {
  const pieces = Array.from(symbols);
  const steps: MergeStep[] = [];
  for (;;) {
    let best = -1;
    let bestAt = 0;
    for (let at = 0; at + 1 < pieces.length; at++) {
      const merge = merges.find(pieces[at]!, pieces[at + 1]!);
      // The leftmost of equal ranks.
      if (merge < 0 || (best >= 0 && merges.rankAt(merge) >= merges.rankAt(best))) continue;
      best = merge;
      bestAt = at;
    }
    if (best < 0) return steps;
    const step = { at: bestAt, rank: merges.rankAt(best), id: merges.mergedAt(best) };
    steps.push(step);
    pieces.splice(step.at, 2, step.id);
  }
}

/** A piece that stands for symbols [start, end). */
export interface MergedPiece {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

/** The pieces before the first step, and after each. */
export function piecesAfterSteps(
  symbols: ArrayLike<number>,
  steps: readonly MergeStep[],
): MergedPiece[][] {
  let pieces: MergedPiece[] = Array.from(symbols, (id, start) => ({ id, start, end: start + 1 }));
  const states = [pieces];
  for (const { at, id } of steps) {
    const merged = { id, start: pieces[at]!.start, end: pieces[at + 1]!.end };
    pieces = pieces.toSpliced(at, 2, merged);
    states.push(pieces);
  }
  return states;
}
