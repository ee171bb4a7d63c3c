// Which of a token's candidate features count as on. An autoencoder's own rule is the one that it was trained with; the
// others here are ways to look at one text, and relative to that text.
import { rowCount, filterRows, type SparseRows } from './sparseRows';

/** Ties go to the earlier token, then to the lower feature. */
type Place = { readonly place: number; readonly token: number };

function places(rows: SparseRows): Place[] {
  const all: Place[] = [];
  for (let token = 0; token < rowCount(rows); token++)
    for (let place = rows.starts[token]!; place < rows.starts[token + 1]!; place++)
      all.push({ place, token });
  return all;
}

/** Entries are ordered by token, then by feature, so a stable sort keeps ties in that order. */
function byValue({ values }: SparseRows) {
  return (a: Place, b: Place) => values[b.place]! - values[a.place]!;
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

/** Mutual Choice: the `budget` highest entries of the whole text. */
export function mutualChoice(rows: SparseRows, budget: number): SparseRows {
  return only(rows, places(rows).sort(byValue(rows)).slice(0, budget));
}

/**
 * Feature Choice for one feature: the `count` tokens with its highest values, highest first. (It is not offered for all
 * features at once on one text: each would have to fire somewhere.)
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
 * Whether rows truncated to `held` entries are sufficient to choose the `budget` highest entries: the lowest value of a
 * full row must not exceed the lowest chosen value.
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
