// Where two tokenizers cut one text differently.

/** A stretch between two boundaries that both have, with others in it: tokens [first, end) of one, [otherFirst, otherEnd) of the other. */
export interface Difference {
  readonly first: number;
  readonly end: number;
  readonly otherFirst: number;
  readonly otherEnd: number;
}

/** Of tokens that end at these byte offsets, which do not descend and end with the text; in its order. */
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
