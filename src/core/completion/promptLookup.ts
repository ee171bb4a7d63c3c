// Drafts tokens by prompt lookup: those that followed the last earlier occurrence of the text's final tokens. The model
// scores the whole draft in one request; the result is the same as asking token by token.
import { pathsAlong, type Drafter } from './drafter';

/** Final tokens that must match: as many as possible within these limits. */
const MOST_SAME = 4;
const LEAST_SAME = 2;

const FIRST = 4;
const MOST = 16;

export class PromptLookup implements Drafter {
  #length = FIRST;
  #pending = 0;
  readonly #context: number[];
  readonly #before: number;

  /** @param context the tokens that the model sees before those that it writes */
  constructor(context: readonly number[]) {
    this.#context = [...context];
    this.#before = context.length;
  }

  /** One path with its beginnings; none if there is no match. */
  draftsAfter(written: readonly number[]): number[][] {
    this.#context.length = this.#before;
    this.#context.push(...written);
    const draft = continuation(this.#context, this.#length);
    this.#pending = draft.length;
    return pathsAlong(draft);
  }

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
