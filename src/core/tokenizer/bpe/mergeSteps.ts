// How a pretoken becomes its tokens: the merges one by one, in the order in which they happen (Sennrich et al. 2016).
// Slower than `Merger` and implemented independently, so that each can be tested against the other.
import type { Merges } from './mergeTable';

export interface MergeStep {
  /** Index of the pair's left piece among the pieces before the step. */
  readonly at: number;
  /** As in `MergeTable`: of all neighbouring pairs, the lowest merges first. */
  readonly rank: number;
  /** Id of the merged piece. */
  readonly id: number;
}

/** The merges of [symbol] ids, until no neighbouring pair has one. Takes quadratic time. */
export function mergeSteps(merges: Merges, symbols: ArrayLike<number>): MergeStep[] {
  const pieces = Array.from(symbols);
  const steps: MergeStep[] = [];
  for (;;) {
    let best = -1;
    let bestAt = 0;
    for (let at = 0; at + 1 < pieces.length; at++) {
      const merge = merges.find(pieces[at]!, pieces[at + 1]!);
      // Of equal ranks, the leftmost merges first.
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

/** A piece that covers symbols [start, end). */
export interface MergedPiece {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

/** The pieces before the first step, and after each step. */
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
