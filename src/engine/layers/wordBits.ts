// Bits of whole words, the probability that a word ends included.
import { sumsOf } from '../../core/exactBytes/tokenModel';
import { wordContinuations, wordsOf } from '../../core/layers/tokenWords';
import { wordNats } from '../../core/layers/wordScores';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import type { Model } from '../models/model';
import { surprisals } from './surprisals';
import type { WindowMeasure } from './windowMeasure';

/** Rows that are summed in one run. */
const ROWS = 64;

/** [token], nats: of its word; of tokens between words their own. NaN for a word that the window cuts, or may. */
export const wordBits: WindowMeasure = {
  isCausal: false,
  uses: [],
  async compute(model, { ids, text, endsText, ...places }, _options, signal) {
    const words = wordsOf(text, places);
    const nats = await surprisals(model, ids, signal);
    const endMasses = await wordEndMasses(model, ids, words.open, signal);
    const values = new Float32Array(ids.length);
    wordNats(words, nats, endMasses).forEach((value, unit) =>
      values.fill(value, words.starts[unit], words.starts[unit + 1]),
    );
    // Whether the last word ends with the window is not known, so neither is what it costs.
    if (!endsText && words.open[ids.length]) values.fill(NaN, words.starts.at(-2));
    return values;
  },
};

/**
 * [place], nats: the log-probability that the token after so many tokens does not go on with a word. NaN where no word is in
 * progress, and before the first token of a model without a start.
 */
async function wordEndMasses(
  model: Model,
  ids: Uint32Array,
  open: Uint8Array,
  signal: AbortSignal,
): Promise<Float64Array> {
  const masses = new Float64Array(ids.length + 1).fill(NaN);
  const tokens = model.asTokenModel(signal);
  const { ids: order } = model.textTokens;
  const others = continuationSet(model.tokenizer);
  for (let from = 1 - model.startTokens; from <= ids.length; from += ROWS) {
    const to = Math.min(from + ROWS, ids.length + 1);
    const nodes = Array.from({ length: to - from }, (_, i) => ({
      parent: i - 1,
      token: i === 0 ? -1 : ids[from + i - 1]!,
    }));
    const asked = [...nodes.keys()].filter(node => open[from + node]);
    if (asked.length === 0) continue;
    const sums = asked.map(node => ({ node, tokens: [], ranges: [], others }));
    const answers = await sumsOf(tokens, [...ids.subarray(0, from)], nodes, sums, order);
    asked.forEach((node, i) => (masses[from + node] = answers[i]!));
  }
  return masses;
}

const sets = new WeakMap<Tokenizer, Uint32Array>();

/** The tokens that go on with a word, as words of 32 bits. */
function continuationSet(tokenizer: Tokenizer): Uint32Array {
  const known = sets.get(tokenizer);
  if (known) return known;
  const set = new Uint32Array(Math.ceil(tokenizer.vocabSize / 32));
  wordContinuations(tokenizer).forEach((goesOn, id) => (set[id >> 5]! |= goesOn << (id & 31)));
  sets.set(tokenizer, set);
  return set;
}
