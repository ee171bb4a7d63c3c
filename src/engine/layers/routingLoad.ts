// The load of a mixture's experts by a text, and beside it that by other texts.
import { ExpertLoad } from '../../core/layers/expertLoad';
import { totalVariation, type LoadComparison } from '../../core/layers/loadComparison';
import { UserError } from '../../core/errors';
import { Document } from '../documents/document';
import type { Model } from '../models/model';
import { checkSpelled } from '../scoring/checkSpelled';
import { windowsIn } from '../scoring/windowRuns';

/** Tokens of a micro-batch, whose balance is compared with that of the whole text. */
export const MICRO_BATCH = 256;

/** Tokens of all other texts together, an equal part of each at most. */
const OTHER_TOKENS = 16_384;

const NO_OTHERS = 'There is no other text to compare with.';

export interface RoutedText {
  /** [router]: its layer, from 0. */
  readonly layers: readonly number[];
  readonly load: ExpertLoad;
}

/** Undefined for a text without a token. Throws `UserError` where the model has no routers, and `Cancelled`. */
export async function loadOf(
  model: Model,
  document: Document,
  signal: AbortSignal,
  onWindow: (tokens: number) => void = () => {},
): Promise<RoutedText | undefined> {
  const stream = document.streamBy(model.tokenizer);
  let found: RoutedText | undefined;
  for (const { start, ownStart, end } of windowsIn(model, stream)) {
    const { ids } = stream.tokens(start, end);
    const rows = await model.readLayers(ids, { kind: 'routing' }, signal);
    const { layers, experts, chosen, logits } = rows;
    found ??= { layers, load: new ExpertLoad(layers.length, experts, chosen) };
    const all = ids.length + model.startTokens;
    for (let from = ownStart - start + model.startTokens; from < all; from += MICRO_BATCH) {
      const part = [from * experts, Math.min(all, from + MICRO_BATCH) * experts] as const;
      found.load.add(logits.map(values => values.subarray(...part)));
    }
    onWindow(found.load.tokens);
  }
  return found;
}

/**
 * Beside that of a text the load of others, each read at most around its middle. `given`: how many there were to choose
 * them from. Throws as `loadOf` does, and `UserError` where either has no token.
 */
export async function compareLoads(
  model: Model,
  document: Document,
  others: { readonly texts: readonly string[]; readonly given: number },
  signal: AbortSignal,
  report: (done: number, total: number) => void = () => {},
): Promise<LoadComparison> {
  if (others.texts.length === 0) throw new UserError(NO_OTHERS);
  checkSpelled(model, document);
  const most = Math.floor(OTHER_TOKENS / others.texts.length);
  const documents = others.texts.map(text => middleOf(model, text, most));
  const tokensOf = (each: Document) => each.streamBy(model.tokenizer).size.tokens;
  const own = tokensOf(document);
  const total = documents.reduce((sum, each) => sum + tokensOf(each), own);
  report(0, total);
  const here = await loadOf(model, document, signal, done => report(done, total));
  if (!here) throw new UserError('The text is empty: there is no load to compare.');
  const { layers, load } = here;
  const there = new ExpertLoad(layers.length, load.experts, load.topK);
  let files = 0;
  for (const each of documents) {
    const found = await loadOf(model, each, signal);
    if (!found) continue;
    there.include(found.load);
    files++;
    report(own + there.tokens, total);
  }
  if (files === 0) throw new UserError(NO_OTHERS);
  return {
    experts: load.experts,
    chosen: load.topK,
    tokens: load.tokens,
    others: { files, given: others.given, tokens: there.tokens },
    layers: layers.map((layer, router) => {
      const [shares, othersShares] = [load.shares(router), there.shares(router)];
      return { layer, shares, othersShares, distance: totalVariation(shares, othersShares) };
    }),
  };
}

/** So many tokens at most, around the middle of a text. */
function middleOf(model: Model, text: string, most: number): Document {
  const whole = new Document('other', 0, text);
  const stream = whole.streamBy(model.tokenizer);
  const { tokens } = stream.size;
  if (tokens <= most) return whole;
  const first = Math.floor((tokens - most) / 2);
  const { utf16Starts, utf16Ends } = stream.tokens(first, first + most);
  return new Document('other', 0, text.slice(utf16Starts[0], utf16Ends.at(-1)));
}
