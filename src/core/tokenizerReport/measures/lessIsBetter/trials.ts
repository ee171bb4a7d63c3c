// Whether a unit is better than the next shorter one, by Less-is-Better: both are followed by the longest matches until
// they end at the same character, and the one with fewer unknown characters wins, then that with fewer units, then that
// whose units are better ones.
import type { Lexicon, Unit } from './lexicon';

interface Trial {
  readonly unit: Unit;
  /** With the unit; undefined for an unknown character. */
  readonly own: (Unit | undefined)[];
  /** With the shorter one; undefined for an unknown character. */
  readonly other: (Unit | undefined)[];
  /** Where `other` ends. */
  end: number;
}

export interface Verdict {
  readonly unit: Unit;
  readonly isBetter: boolean;
}

export class Trials {
  readonly #trials = new Map<Unit, Trial>();

  constructor(
    readonly lexicon: Lexicon,
    readonly longestUnit: number,
  ) {}

  /** `shorter` ends at `end`. A trial of the same unit that is under way is given up. */
  begin(unit: Unit, shorter: Unit, end: number): void {
    this.#trials.set(unit, { unit, own: [unit], other: [shorter], end });
  }

  /** What was read after the units on trial; undefined for an unknown character. */
  follow(read: Unit | undefined): void {
    for (const { own } of this.#trials.values()) own.push(read);
  }

  /** Those that end, since both ways come to `at`, to which the line has been read. */
  decide(characters: readonly string[], at: number): Verdict[] {
    const verdicts: Verdict[] = [];
    // A trial that is deleted meanwhile is not met again.
    for (const trial of this.#trials.values()) {
      while (trial.end < at) {
        const to = Math.min(trial.end + this.longestUnit, characters.length);
        const { unit } = this.lexicon.longest(characters, trial.end, to);
        trial.other.push(unit);
        trial.end += unit?.length ?? 1;
      }
      if (trial.end > at) continue;
      this.#trials.delete(trial.unit);
      verdicts.push({ unit: trial.unit, isBetter: !isWorse(trial) });
    }
    return verdicts;
  }
}

function isWorse({ own, other }: Trial): boolean {
  const unknown = (units: readonly (Unit | undefined)[]) =>
    units.filter(unit => unit === undefined).length;
  const ranks = (units: readonly (Unit | undefined)[]) =>
    units.reduce((sum, unit) => sum + (unit?.rank ?? 0), 0);
  if (unknown(own) !== unknown(other)) return unknown(own) > unknown(other);
  // As in the authors' program: of the shorter one's way unknown characters count as units too.
  const ownUnits = own.length - unknown(own);
  if (ownUnits !== other.length) return ownUnits > other.length;
  return ranks(own) > ranks(other);
}
