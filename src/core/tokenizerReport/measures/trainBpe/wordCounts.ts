// The pretokens of texts with their counts: all that training needs to know of a text.
import { splitBy, type Scan } from '../../../tokenizer/patterns/scan';

/** Which pretokens there are, and how often: each once, in the order of their first places. */
export class WordCounts {
  readonly #counts = new Map<string, number>();
  readonly #scans: readonly Scan[];

  /** Each of the scanners splits the pieces that those before it leave. */
  constructor(scans: readonly Scan[]) {
    this.#scans = scans;
  }

  add(text: string): void {
    splitBy(this.#scans, text, 0, text.length, (from, to) => {
      const word = text.slice(from, to);
      const count = this.#counts.get(word);
      // A slice would keep the whole text in memory.
      if (count === undefined) this.#counts.set(` ${word}`.slice(1), 1);
      else this.#counts.set(word, count + 1);
    });
  }

  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }
}
