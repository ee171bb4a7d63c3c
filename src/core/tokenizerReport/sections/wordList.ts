// Words of the texts with what was found of each, how often, and the first place.
import type { Place } from '../report';

/** More different words than this are not held: those seen once make way. */
const MAX_WORDS = 100_000;

export interface ListedWord<T> {
  readonly word: string;
  readonly times: number;
  /** The first one. */
  readonly place: Place;
  readonly of: T;
}

export interface WorstWords<T> {
  readonly listed: readonly ListedWord<T>[];
  readonly total: number;
}

export class WordList<T> {
  private words = new Map<string, { word: string; times: number; place: Place; of: T }>();

  /** `first`: called for a new word, of which it says the place, and what is the same at all its places. */
  add(word: string, first: () => { readonly place: Place; readonly of: T }): void {
    const known = this.words.get(word);
    if (known) {
      known.times++;
      return;
    }
    if (this.words.size >= MAX_WORDS)
      this.words = new Map([...this.words].filter(([, { times }]) => times > 1));
    if (this.words.size < MAX_WORDS) this.words.set(word, { word, times: 1, ...first() });
  }

  /** Those with the most in all by a number of each that is above 0, and how many have such a number. */
  worst(limit: number, weight: (of: T) => number): WorstWords<T> {
    const weightOf = ({ times, of }: ListedWord<T>) => times * weight(of);
    const all = [...this.words.values()]
      .filter(each => weightOf(each) > 0)
      .sort((a, b) => weightOf(b) - weightOf(a));
    return { listed: all.slice(0, limit), total: all.length };
  }
}
