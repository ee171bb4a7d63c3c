// What token counts come to: share of a context window, and price.

export interface Price {
  /** For display: a model or an offer. */
  readonly name: string;
  /** Of a million tokens of input, in whatever currency the table is in. */
  readonly perMillion: number;
  /** In tokens. */
  readonly window?: number;
}

export interface CostRow {
  readonly name: string;
  readonly tokens: number;
  readonly cost: number;
  /** Of the window: 1 is full; null where its size is not given. */
  readonly windowShare: number | null;
}

export function costsOf(tokens: number, prices: readonly Price[]): CostRow[] {
  return prices.map(({ name, perMillion, window }) => ({
    name,
    tokens,
    cost: (tokens * perMillion) / 1e6,
    windowShare: window ? tokens / window : null,
  }));
}
