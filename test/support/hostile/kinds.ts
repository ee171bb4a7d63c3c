// The kinds of files, and which case is of which.

/** How many of a hundred cases are of a kind. */
export const SHARES: Readonly<Record<string, number>> = {
  traces: 26,
  archives: 6,
  tokenizers: 16,
  configs: 8,
  graphs: 8,
  checkpoints: 8,
  ggufs: 6,
  weights: 6,
  autoencoders: 10,
  labels: 6,
};

/** Spread, so that a few cases in a row are of every kind. */
function turnsOf(shares: Readonly<Record<string, number>>): string[] {
  return Object.entries(shares)
    .flatMap(([kind, share]) =>
      Array.from({ length: share }, (_, i) => ({ kind, at: (i + 0.5) / share })),
    )
    .sort((a, b) => a.at - b.at)
    .map(({ kind }) => kind);
}

/** Kinds in turn, by their shares. */
const TURNS = turnsOf(SHARES);

export const kindOf = (number: number): string => TURNS[number % TURNS.length]!;
