// The pass that adds up the surprisals of the tokens from each place on, as the tokens pass knows them.
import { lookAhead } from '../../core/layers/lookAhead';
import { defaultLayerOptions } from '../../core/layers/layerPasses';
import type { TokenStream } from '../../core/text/stream/tokenStream';
import type { Range16 } from '../../protocol/types';
import type { Model } from '../models/model';
import type { Pass } from '../scoring/pass';
import { tokensPass } from '../scoring/tokensPass';

export function lookAheadPass(opened: () => Model): Pass {
  const tokens = tokensPass(opened);
  return {
    ...tokens,
    id: 'lookAhead',
    run(document, { visible, ...run }) {
      const { lookAheadTokens } = run.layers ?? defaultLayerOptions;
      const stream = document.streamBy(opened().tokenizer);
      // The sums of the last visible tokens have those that follow, too.
      const seen = visible.map(range => extended(stream, range, lookAheadTokens - 1));
      return tokens.run(document, { ...run, visible: seen });
    },
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

/** With so many more tokens, or up to the end of the text. */
function extended(stream: TokenStream, { utf16Start, utf16End }: Range16, more: number): Range16 {
  const { end } = stream.tokensIn(utf16Start, utf16End);
  const to = Math.min(stream.size.tokens, end + more);
  const last = to > end ? stream.tokens(to - 1, to).utf16Ends[0]! : utf16End;
  return { utf16Start, utf16End: Math.max(utf16End, last) };
}
