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
  /** A unit can be done in parts: then of a visible unit the visible part comes first. */
  readonly inParts?: boolean;
  run(unit: U, part: RowSpan): Promise<void>;
}

export async function visibleFirst<U>(work: Work<U>): Promise<void> {
  const { visible, spanOf, run } = work;
  const seenEnd = Math.max(0, ...visible.map(({ end }) => end));
  const partsOf = ({ first, end }: RowSpan) =>
    visible.filter(range => range.first < end && range.end > first);
  for (const unit of work.units()) {
    const own = spanOf(unit);
    if (own.first >= seenEnd) break;
    const parts = partsOf(own);
    if (!work.inParts && parts.length > 0) await run(unit, own);
    else
      for (const { first, end } of parts)
        await run(unit, { first: Math.max(first, own.first), end: Math.min(end, own.end) });
  }
  for (const unit of work.units()) {
    if (work.isEnough()) break;
    const own = spanOf(unit);
    if (work.inParts || partsOf(own).length === 0) await run(unit, own);
  }
}
