// The encoding of a range of tokens: for each token the few features that are on, and how much of its activation they
// leave unexplained.

/** Row t: the features on at token t, ascending, in [starts[t], starts[t + 1]) of `features` and `values`. */
export interface SparseRows {
  /** [tokens + 1] */
  readonly starts: Uint32Array;
  readonly features: Uint32Array;
  /** Greater than 0. */
  readonly values: Float32Array;
}

/** Sparse rows and the activations that they encode. */
export interface FeatureRows extends SparseRows {
  /** [token], |x|. */
  readonly norms: Float32Array;
  /** [token], |x - x̂|. NaN for a transcoder, whose x̂ does not approximate x. */
  readonly errors: Float32Array;
  /** [token, d], x. */
  readonly activations: Float32Array;
}

export function rowCount({ starts }: SparseRows): number {
  return starts.length - 1;
}

/** Builds rows from lists. */
export function rowsOf(lists: readonly (readonly [number, number])[][]): SparseRows {
  const starts = new Uint32Array(lists.length + 1);
  lists.forEach((list, t) => (starts[t + 1] = starts[t]! + list.length));
  const flat = lists.flat();
  return {
    starts,
    features: Uint32Array.from(flat, ([feature]) => feature),
    values: Float32Array.from(flat, ([, value]) => value),
  };
}

/** The value of a feature at a token; 0 where it is off. */
export function valueAt(rows: SparseRows, token: number, feature: number): number {
  const { starts, features, values } = rows;
  for (let i = starts[token]!; i < starts[token + 1]!; i++)
    if (features[i] === feature) return values[i]!;
  return 0;
}

/** Only the entries for which `keep` returns true. */
export function filterRows(
  rows: SparseRows,
  keep: (place: number, token: number) => boolean,
): SparseRows {
  const tokens = rowCount(rows);
  const starts = new Uint32Array(tokens + 1);
  const kept: number[] = [];
  for (let token = 0; token < tokens; token++) {
    for (let i = rows.starts[token]!; i < rows.starts[token + 1]!; i++)
      if (keep(i, token)) kept.push(i);
    starts[token + 1] = kept.length;
  }
  return {
    starts,
    features: Uint32Array.from(kept, i => rows.features[i]!),
    values: Float32Array.from(kept, i => rows.values[i]!),
  };
}

const noRows: FeatureRows = {
  starts: new Uint32Array(1),
  features: new Uint32Array(),
  values: new Float32Array(),
  norms: new Float32Array(),
  errors: new Float32Array(),
  activations: new Float32Array(),
};

/** Rows [first, end). */
export function sliceRows(rows: FeatureRows, first: number, end: number): FeatureRows {
  const tokens = rowCount(rows);
  const width = tokens > 0 ? rows.activations.length / tokens : 0;
  const from = rows.starts[first] ?? 0;
  const to = rows.starts[end] ?? from;
  return {
    starts: rows.starts.slice(first, end + 1).map(start => start - from),
    features: rows.features.slice(from, to),
    values: rows.values.slice(from, to),
    norms: rows.norms.slice(first, end),
    errors: rows.errors.slice(first, end),
    activations: rows.activations.slice(first * width, end * width),
  };
}

export function concatRows(parts: readonly FeatureRows[]): FeatureRows {
  if (parts.length === 1) return parts[0]!;
  if (parts.length === 0) return noRows;
  const starts = new Uint32Array(parts.reduce((sum, part) => sum + rowCount(part), 0) + 1);
  let token = 0;
  let before = 0;
  for (const part of parts) {
    for (let t = 1; t < part.starts.length; t++) starts[++token] = before + part.starts[t]!;
    before += part.features.length;
  }
  const joined = (pick: (part: FeatureRows) => Float32Array) => {
    const all = new Float32Array(parts.reduce((sum, part) => sum + pick(part).length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(pick(part), at);
      at += pick(part).length;
    }
    return all;
  };
  const features = new Uint32Array(before);
  let at = 0;
  for (const part of parts) {
    features.set(part.features, at);
    at += part.features.length;
  }
  return {
    starts,
    features,
    values: joined(part => part.values),
    norms: joined(part => part.norms),
    errors: joined(part => part.errors),
    activations: joined(part => part.activations),
  };
}
