// The pass that adds up the surprisals of the tokens from each place on, as the tokens pass knows them.
import { lookAhead } from '../../core/layers/lookAhead';
import type { Model } from '../models/model';
import type { Pass } from '../scoring/pass';
import { tokensPass } from '../scoring/tokensPass';

export function lookAheadPass(opened: () => Model): Pass {
  const tokens = tokensPass(opened);
  return {
    ...tokens,
    id: 'lookAhead',
    columns(document, { first, end }, { layers: options }) {
      // Who does not say how it is read does not ask for it.
      if (!options) return undefined;
      const total = tokens.total(document);
      const to = Math.min(total, end + options.lookAheadTokens - 1);
      const known = tokens.columns(document, { first, end: to }, {});
      const logprobs = known?.scores.logprobs;
      if (!logprobs) return undefined;
      const nats = logprobs.map(logprob => -logprob);
      const sums = lookAhead(nats, options.lookAheadTokens).slice(0, end - first);
      return { scores: { lookAhead: sums }, pending: known.pending };
    },
  };
}
