// What a tokenizer was trained on, from its merges (Hayase et al. 2024, "Data Mixture Inference: What do BPE Tokenizers
// Reveal about their Training Data?"): each merge was the most frequent pair of the training data at its time, so the
// mixture of categories is sought in which that holds with the least slack.
import { PairCounts, type PairChanges } from './pairChanges';
import type { LinearRow, SolveLinearProgram } from './linearProgram';

export interface Mixture {
  /** [category]; shares of the bytes, which sum to 1. */
  readonly shares: readonly number[];
  /** Of the counts of the chosen pairs, the part that they lack to be the most frequent ones: 0 if all is explained. */
  readonly slack: number;
  /** By how much more the whole program's slack may be, as a part of it. */
  readonly gap: number;
  /** The merges that were looked at. */
  readonly merges: number;
  /** Those whose pair no sample has at its time; they say nothing. */
  readonly unseen: number;
  /** How many programs were solved. */
  readonly rounds: number;
}

/** By how much a constraint may be violated; counts are per million bytes. */
const TOLERANCE = 1e-3;
/** How far the least slack may be missed, as a part of it. The shares hardly move by then. */
const GAP = 0.05;
/** Constraints that are added for a merge in a round. */
const MOST_ADDED = 4;

/**
 * The linear program of the paper: shares α ≥ 0 with Σα = 1, and for every merge t with the pair m and every other pair p
 *
 *   Σ α_i count_i(t, m) + v_t + w_p ≥ Σ α_i count_i(t, p),   v, w ≥ 0,   minimise Σ v_t + Σ w_p
 *
 * Constraints that are violated are added, a few for each merge, until what is missing is little beside the slack.
 */
export function inferMixture(
  changes: PairChanges,
  solve: SolveLinearProgram,
  onProgress?: (share: number) => void,
): Mixture {
  const program = new MixtureProgram(changes);
  let excess = program.addViolated();
  let rounds = 0;
  // The slack of the whole program is between that of its constraints so far and that with the excess added to it.
  while (excess > changes.chosen.length * TOLERANCE + GAP * program.slack) {
    program.solveBy(solve);
    rounds++;
    excess = program.addViolated();
    // How many rounds there will be is not known.
    onProgress?.(1 - 0.7 ** rounds);
  }
  onProgress?.(1);
  const { slack } = program;
  return { ...program.found(), gap: slack > 0 ? excess / slack : 0, rounds };
}

class MixtureProgram {
  #shares: number[];
  readonly #costs: number[];
  readonly #rows: LinearRow[];
  #values: ArrayLike<number> = [];
  /** The variable of the slack of a merge, and of a pair. */
  readonly #ofMerge = new Map<number, number>();
  readonly #ofPair = new Map<number, number>();
  /** [merge]; the pairs that have a constraint. */
  readonly #constrained: Set<number>[];
  #chosenCounts = 0;
  #unseen = 0;

  constructor(readonly changes: PairChanges) {
    const categories = changes.bytes.length;
    const all = changes.bytes.map((_, i) => i);
    this.#shares = all.map(() => 1 / categories);
    this.#costs = all.map(() => 0);
    this.#rows = [{ variables: all, values: all.map(() => 1), lower: 1, upper: 1 }];
    this.#constrained = changes.chosen.map(() => new Set());
  }

  solveBy(solve: SolveLinearProgram): void {
    this.#values = solve({ costs: this.#costs, rows: this.#rows });
    this.#shares = this.#shares.map((_, i) => Math.max(0, this.#values[i]!));
  }

  found(): Omit<Mixture, 'gap' | 'rounds'> {
    const total = this.#shares.reduce((sum, share) => sum + share, 0);
    return {
      shares: this.#shares.map(share => share / total),
      slack: this.#chosenCounts > 0 ? this.slack / this.#chosenCounts : 0,
      merges: this.changes.chosen.length,
      unseen: this.#unseen,
    };
  }

  /** Of the constraints so far. */
  get slack(): number {
    return this.#costs.reduce((sum, cost, i) => sum + cost * (this.#values[i] ?? 0), 0);
  }

  /** Adds constraints that the present shares and slacks violate; returns the sum over merges of what they miss at most. */
  addViolated(): number {
    const { chosen, bytes } = this.changes;
    const counts = new PairCounts(this.changes, this.#shares);
    const slackOf = (variable: number | undefined) =>
      variable === undefined ? 0 : (this.#values[variable] ?? 0);
    const slacks = new Float64Array(this.changes.pairs);
    for (const [pair, variable] of this.#ofPair) slacks[pair] = slackOf(variable);
    let excess = 0;
    this.#chosenCounts = 0;
    this.#unseen = 0;
    chosen.forEach((own, merge) => {
      counts.step(merge);
      if (bytes.every((_, category) => counts.perMillion(own, category) === 0)) {
        this.#unseen++;
        return;
      }
      this.#chosenCounts += counts.mixed[own]!;
      const least = counts.mixed[own]! + slackOf(this.#ofMerge.get(merge));
      const above = mostAbove(counts.mixed, slacks, least + TOLERANCE, this.#constrained[merge]!);
      if (above.length > 0) excess += above[0]!.over - least;
      for (const { pair } of above) this.#add(merge, pair, counts);
    });
    return excess;
  }

  #add(merge: number, pair: number, counts: PairCounts): void {
    const { bytes, chosen } = this.changes;
    const variables = [...bytes.keys(), this.#variable(this.#ofMerge, merge)];
    variables.push(this.#variable(this.#ofPair, pair));
    const values = bytes.map(
      (_, category) =>
        counts.perMillion(chosen[merge]!, category) - counts.perMillion(pair, category),
    );
    this.#rows.push({ variables, values: [...values, 1, 1], lower: 0, upper: Infinity });
    this.#constrained[merge]!.add(pair);
  }

  #variable(of: Map<number, number>, key: number): number {
    let variable = of.get(key);
    if (variable === undefined) {
      of.set(key, (variable = this.#costs.length));
      this.#costs.push(1);
    }
    return variable;
  }
}

/** The pairs whose counts without their slack are furthest above `least`, at most `MOST_ADDED`, the furthest first. */
function mostAbove(
  mixed: Float64Array,
  slacks: Float64Array,
  least: number,
  known: ReadonlySet<number>,
): { pair: number; over: number }[] {
  const found: { pair: number; over: number }[] = [];
  let bar = least;
  for (let pair = 0; pair < mixed.length; pair++) {
    const over = mixed[pair]! - slacks[pair]!;
    if (over <= bar || known.has(pair)) continue;
    found.push({ pair, over });
    found.sort((a, b) => b.over - a.over);
    if (found.length <= MOST_ADDED) continue;
    found.pop();
    bar = found.at(-1)!.over;
  }
  return found;
}
