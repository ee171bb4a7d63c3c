// What is likely to come because it came before: the tokens behind the last place where the text's last tokens stand.
// The model is asked about all of them at once, and goes on as if it had been asked one by one.

/** Tokens that must be the same: as many as can be. */
const MOST_SAME = 4;
const LEAST_SAME = 2;

const FIRST = 4;
const MOST = 16;

export class Drafter {
  #length = FIRST;
  #pending = 0;
  readonly #context: number[];
  readonly #before: number;

  /** @param context the tokens that the model sees before those that it writes */
  constructor(context: readonly number[]) {
    this.#context = [...context];
    this.#before = context.length;
  }

  /** Tokens that may come behind `written`; none where nothing like it was there. */
  after(written: readonly number[]): number[] {
    this.#context.length = this.#before;
    this.#context.push(...written);
    const draft = continuation(this.#context, this.#length);
    this.#pending = draft.length;
    return draft;
  }

  /** How many tokens of the last draft the model wrote, too. */
  accepted(count: number): void {
    if (this.#pending === 0) return;
    this.#length =
      count === this.#pending ? Math.min(MOST, this.#length * 2) : Math.max(LEAST_SAME, count + 1);
    this.#pending = 0;
  }
}

function continuation(tokens: readonly number[], most: number): number[] {
  const end = tokens.length;
  let best = -1;
  let bestSame = LEAST_SAME - 1;
  for (let at = end - 1; at > 0; at--) {
    let same = 0;
    while (same < MOST_SAME && at - same > 0 && tokens[at - 1 - same] === tokens[end - 1 - same]) {
      same++;
    }
    if (same > bestSame) [best, bestSame] = [at, same];
    if (bestSame === MOST_SAME) break;
  }
  return best < 0 ? [] : tokens.slice(best, best + most);
}
