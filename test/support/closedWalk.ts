/** Visits every ordered pair of neighbours once, and ends where it began; each item alternates with those after it. */
export function closedWalk<T>(items: readonly T[]): T[] {
  const walk = items.flatMap((item, i) => items.slice(i + 1).flatMap(other => [item, other]));
  return [...walk, items[0]!];
}
