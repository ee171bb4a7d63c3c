// Kinds of file.

/** `.ts`; `other` for a name without an ending. */
export function endingOf(path: string): string {
  return /[^/](\.[^./]+)$/.exec(path)?.[1] ?? 'other';
}
