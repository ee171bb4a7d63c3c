// Vocabularies without a list of merges: two neighbours merge if their concatenation is in the vocabulary, and the rank
// of that token is the rank of the merge.

/**
 * In the layout of `MergeTable`. `ids` is keyed by a token's content, in any encoding in which joining tokens joins
 * strings.
 */
export function rankedMerges(
  ids: ReadonlyMap<string, number>,
  rankOf: (id: number) => number,
): Int32Array {
  const merges: number[] = [];
  for (const [token, id] of ids) {
    for (let i = 1; i < token.length; i++) {
      const left = ids.get(token.slice(0, i));
      if (left === undefined) continue;
      const right = ids.get(token.slice(i));
      if (right !== undefined) merges.push(left, right, rankOf(id), id);
    }
  }
  return Int32Array.from(merges);
}
