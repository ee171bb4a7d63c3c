// What token counts come to: share of a context window, and price.
import { UserError } from '../../errors';

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

/**
 * The user's table: `{ "name": { "perMillion": 2.5, "window": 128000 } }`, the window being optional. `where`: what has
 * it, for errors. Throws `UserError`.
 */
export function readPrices(table: unknown, where: string): Price[] {
  const wrong = (what: string) =>
    new UserError(
      `${where}: ${what} Write it as { "name": { "perMillion": 2.5, "window": 128000 } }.`,
    );
  const isObject = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject(table)) throw wrong('the prices are not a JSON object.');
  return Object.entries(table).map(([name, price]) => {
    const { perMillion, window } = isObject(price) ? price : {};
    if (typeof perMillion !== 'number' || !(perMillion >= 0))
      throw wrong(`"perMillion" of "${name}" must be a number of at least 0.`);
    if (window === undefined) return { name, perMillion };
    if (typeof window !== 'number' || !(window > 0))
      throw wrong(`"window" of "${name}" must be a number above 0.`);
    return { name, perMillion, window };
  });
}
