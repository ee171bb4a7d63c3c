/** Minimises Σ costs · x over x ≥ 0 under rows. */
export interface LinearProgram {
  /** [variable] */
  readonly costs: readonly number[];
  readonly rows: readonly LinearRow[];
}

/** lower ≤ Σ values · x[variables] ≤ upper; each may be infinite. */
export interface LinearRow {
  /** Each at most once. */
  readonly variables: readonly number[];
  readonly values: readonly number[];
  readonly lower: number;
  readonly upper: number;
}

/** Returns [variable] of an optimum; throws if there is none. */
export type SolveLinearProgram = (program: LinearProgram) => ArrayLike<number>;
