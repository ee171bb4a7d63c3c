// Which of the features that could be on at a token count as on. What an autoencoder was calibrated to is its own
// rule; the others here are ways to look at one text, and relative to it.
import { rowCount, filterRows, type SparseRows } from './sparseRows';

/** Of equals the earlier token wins, then the lower feature. */
type Place = { readonly place: number; readonly token: number };

function places(rows: SparseRows): Place[] {
  const all: Place[] = [];
  for (let token = 0; token < rowCount(rows); token++)
    for (let place = rows.starts[token]!; place < rows.starts[token + 1]!; place++)
      all.push({ place, token });
  return all;
}

/** Places are in the order of tokens, and of features within one: a stable sort leaves equals so. */
function byValue({ values }: SparseRows) {
  return (a: Place, b: Place) => values[b.place]! - values[a.place]! || a.place - b.place;
}

function only(rows: SparseRows, chosen: readonly Place[]): SparseRows {
  const kept = new Set(chosen.map(({ place }) => place));
  return filterRows(rows, place => kept.has(place));
}

/** The k highest of each token. */
export function perToken(rows: SparseRows, k: number): SparseRows {
  const chosen: Place[] = [];
  const all = places(rows);
  for (let from = 0; from < all.length;) {
    let to = from;
    while (all[to]?.token === all[from]!.token) to++;
    chosen.push(...all.slice(from, to).sort(byValue(rows)).slice(0, k));
    from = to;
  }
  return only(rows, chosen);
}

/** Mutual Choice: the `budget` highest of all places of the text. */
export function mutualChoice(rows: SparseRows, budget: number): SparseRows {
  return only(rows, places(rows).sort(byValue(rows)).slice(0, budget));
}

/**
 * Feature Choice of one feature: the `count` tokens where it is highest, highest first. (For all features at once
 * on one text it is not offered: each would have to fire somewhere.)
 */
export function featureChoice(
  rows: SparseRows,
  feature: number,
  count: number,
): { token: number; value: number }[] {
  return places(rows)
    .filter(({ place }) => rows.features[place] === feature)
    .sort(byValue(rows))
    .slice(0, count)
    .map(({ place, token }) => ({ token, value: rows.values[place]! }));
}

/**
 * Whether rows that hold `held` places at most are enough to choose `budget` of all places from: no full row may
 * end above the lowest value chosen.
 */
export function isEnough(rows: SparseRows, held: number, budget: number): boolean {
  const chosen = places(rows).sort(byValue(rows)).slice(0, budget);
  const last = chosen.at(-1);
  if (!last) return true;
  const cut = chosen.length < budget ? 0 : rows.values[last.place]!;
  for (let token = 0; token < rowCount(rows); token++) {
    const row = rows.values.subarray(rows.starts[token], rows.starts[token + 1]);
    if (row.length >= held && row.every(value => value >= cut)) return false;
  }
  return true;
}
