// How a model's completions are drafted: by prompt lookup, and where the text has nothing to look up by what the model
// found likeliest before.
import { firstDraft, type Drafter } from '../../core/completion/drafter';
import { PromptLookup } from '../../core/completion/promptLookup';
import { RecycledDrafts } from '../../core/completion/recycledDrafts';
import { TokenCandidates } from '../../core/completion/tokenCandidates';
import type { OnScores } from '../../core/completion/trunkRows';
import type { Model } from '../models/model';

/** Of each model that is open: another one begins with none. */
const remembered = new WeakMap<Model, TokenCandidates>();

interface Drafting {
  /** Makes a drafter for a completion. */
  draft(): Drafter;
  /** Takes in a row that the model computed. */
  readonly learn?: OnScores;
}

/**
 * Drafts what comes after the tokens that the model sees. Undefined where each row is a run or a request of its own: a
 * wrong guess would cost as much as a right one.
 */
export function draftingAfter(model: Model, seen: readonly number[]): Drafting | undefined {
  const { runsTogether, textTokens } = model;
  if (runsTogether === undefined) return undefined;
  if (runsTogether === 'paths') return { draft: () => new PromptLookup(seen) };
  let candidates = remembered.get(model);
  if (!candidates) {
    candidates = new TokenCandidates(id => textTokens.bytesOf(id) !== undefined);
    remembered.set(model, candidates);
  }
  const known = candidates;
  return {
    draft: () => firstDraft([new PromptLookup(seen), new RecycledDrafts(known, seen.at(-1))]),
    learn: (token, scores) => known.remember(token, scores),
  };
}
