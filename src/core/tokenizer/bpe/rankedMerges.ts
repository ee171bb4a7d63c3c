// Vocabularies that come without merges: two neighbours merge wherever the vocabulary has what they are together,
// and the rank of that token is the merge's.

/**
 * As `MergeTable` takes them. `ids` is by what a token is, in any encoding in which joining tokens joins strings.
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
