// The order in which every pass works: what is visible first, then the rest of the document.
import type { RowSpan } from './pass';

export interface Work<U> {
  /** The units of work in the order of the text; made anew for each walk, and no further than it goes. */
  units(): Iterable<U>;
  /** The part of the document that a unit is for. */
  spanOf(unit: U): RowSpan;
  readonly visible: readonly RowSpan[];
  /** Whether what is known is enough; what is visible is worked on all the same. */
  isEnough(): boolean;
  /**
   * What comes first of a visible unit, before the rest of it and then the other units: what is visible alone, or all
   * from the unit's start up to there. Without it every unit is done whole.
   */
  readonly parts?: 'visible' | 'upToVisible' | undefined;
  run(unit: U, part: RowSpan): Promise<void>;
  /** Called once what is visible is done, where anything is. */
  readonly onVisible?: (() => void) | undefined;
}

export async function visibleFirst<U>(work: Work<U>): Promise<void> {
  const { visible, spanOf, parts } = work;
  const seenEnd = Math.max(0, ...visible.map(({ end }) => end));
  const seenIn = ({ first, end }: RowSpan) =>
    visible.filter(range => range.first < end && range.end > first);
  const runAll = (unit: U) => work.run(unit, spanOf(unit));
  const seen: U[] = [];
  for (const unit of work.units()) {
    const own = spanOf(unit);
    if (own.first >= seenEnd) break;
    const ranges = seenIn(own);
    if (ranges.length === 0) continue;
    seen.push(unit);
    if (!parts) await runAll(unit);
    else
      for (const { first, end } of ranges)
        await work.run(unit, {
          first: parts === 'visible' ? Math.max(first, own.first) : own.first,
          end: Math.min(end, own.end),
        });
  }
  if (seen.length > 0) work.onVisible?.();
  for (const unit of parts ? seen : []) {
    if (work.isEnough()) return;
    await runAll(unit);
  }
  for (const unit of work.units()) {
    if (work.isEnough()) return;
    if (seenIn(spanOf(unit)).length === 0) await runAll(unit);
  }
}
