// Where a token is, in words: counted from 0, as `index` on the command line.

/**
 * `index` of `total` tokens of a text. `first`: the index of the first token of what a model wrote, for a trace, whose
 * tokens are counted from there.
 */
export function tokenPlace(index: number, total: number, first = 0): string {
  if (index < first) return 'in the question';
  const all = first > 0 ? `the trace’s ${total - first} tokens` : `${total} tokens`;
  return `index ${index - first} of ${all}, from 0`;
}
