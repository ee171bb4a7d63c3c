// Guesses of the tokens that come next. The rows after all of them are asked for in one request; what is chosen from a row
// does not depend on who asked for it, so a completion is the same as token by token.

export interface Drafter {
  /** Guessed paths after the tokens written so far, beginnings before what goes on from them; none without a guess. */
  draftsAfter(written: readonly number[]): number[][];
  /** Reports how many tokens were chosen along one of the last drafts. */
  accepted(count: number): void;
}

/** The path's beginnings and itself. */
export function pathsAlong(path: readonly number[]): number[][] {
  return path.map((_, i) => path.slice(0, i + 1));
}

/** Of the first that has a guess. */
export function firstDraft(drafters: readonly Drafter[]): Drafter {
  let asked: Drafter | undefined;
  return {
    draftsAfter(written) {
      for (const drafter of drafters) {
        const drafts = drafter.draftsAfter(written);
        asked = drafter;
        if (drafts.length > 0) return drafts;
      }
      asked = undefined;
      return [];
    },
    accepted: count => asked?.accepted(count),
  };
}
