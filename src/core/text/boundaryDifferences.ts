// Where two tokenizers split one text differently.

/**
 * A range between two boundaries that both have, with others inside: tokens [first, end) of one, [otherFirst, otherEnd)
 * of the other.
 */
export interface Difference {
  readonly first: number;
  readonly end: number;
  readonly otherFirst: number;
  readonly otherEnd: number;
}

/**
 * The arguments are the byte offsets of token ends, not descending, the last one being the end of the text. In text
 * order.
 */
export function differencesOf(ends: ArrayLike<number>, otherEnds: ArrayLike<number>): Difference[] {
  const differences: Difference[] = [];
  for (let i = 0, j = 0; i < ends.length && j < otherEnds.length;) {
    const first = i;
    const otherFirst = j;
    let end = ends[i++]!;
    let otherEnd = otherEnds[j++]!;
    while (end !== otherEnd && (end < otherEnd ? i < ends.length : j < otherEnds.length)) {
      if (end < otherEnd) end = ends[i++]!;
      else otherEnd = otherEnds[j++]!;
    }
    if (i - first > 1 || j - otherFirst > 1) {
      differences.push({ first, end: i, otherFirst, otherEnd: j });
    }
  }
  return differences;
}
