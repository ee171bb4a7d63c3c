// Measures that run the model over a text that was changed, and compare.
import { permutedWithinClasses, tokenClassOf } from '../../core/layers/permutation';
import { wordEdits } from '../../core/layers/wordEdits';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import { Document } from '../documents/document';
import type { Model } from '../models/model';
import { surprisals } from './surprisals';
import type { WindowMeasure, WindowText } from './windowMeasure';

/** Every word is edited in one of so many rounds, in which the words around it stay. */
const ROUNDS = 8;

/** Nats: how much worse the model predicts each token where ids are permuted within classes of tokens. */
export const lexical: WindowMeasure = {
  isCausal: true,
  uses: ['seed'],
  async compute(model, { ids }, { seed }, signal) {
    const permutation = permutationOf(model.tokenizer, seed);
    const permuted = ids.map(id => permutation[id]!);
    const before = await surprisals(model, ids, signal);
    const after = await surprisals(model, permuted, signal, true);
    return after.map((nats, token) => nats - before[token]!);
  },
};

const permutations = new WeakMap<Tokenizer, { seed: number; permutation: Uint32Array }>();

function permutationOf(tokenizer: Tokenizer, seed: number): Uint32Array {
  const known = permutations.get(tokenizer);
  if (known?.seed === seed) return known.permutation;
  const classOf = (id: number) =>
    tokenizer.isSpecial(id) ? undefined : tokenClassOf(tokenizer.bytesOf(id));
  const permutation = permutedWithinClasses(tokenizer.vocabSize, classOf, seed);
  permutations.set(tokenizer, { seed, permutation });
  return permutation;
}

/**
 * Nats: how much worse the model predicts what follows a word, where one of the word's characters is another. NaN for the
 * last words of a window after which the text continues.
 */
export const robustness: WindowMeasure = {
  isCausal: false,
  // A word that is spelled otherwise takes more tokens.
  mostTokens: context => Math.max(1, Math.floor(context / 2)),
  uses: ['seed'],
  async compute(model, window, { seed }, signal) {
    const { text, ids, utf16Starts, utf16Ends, endsText } = window;
    const original = await placed(model, window, signal);
    const changes = new Float32Array(ids.length).fill(NaN);
    for (let round = 0; round < ROUNDS; round++) {
      const { edited, stretches } = wordEdits(text, round, ROUNDS, seed);
      const changed = await placed(model, encoded(model.tokenizer, edited), signal, true);
      for (const { wordStart, wordEnd, after } of stretches) {
        // Fewer words follow it in the window than in the text.
        if (after.end === text.length && !endsText) continue;
        const change = changed.over(after) - original.over(after);
        // Of all tokens that hold a part of the word.
        for (
          let token = firstAfter(utf16Ends, wordStart);
          token < ids.length && utf16Starts[token]! < wordEnd;
          token++
        )
          changes[token] = change;
      }
    }
    return changes;
  },
};

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Nats of the tokens that begin in a span of UTF-16 offsets. */
async function placed(
  model: Model,
  { ids, utf16Starts }: Pick<WindowText, 'ids' | 'utf16Starts'>,
  signal: AbortSignal,
  isOnce = false,
) {
  const most = model.info.contextTokens - model.startTokens;
  const nats = await surprisals(model, ids.subarray(0, most), signal, isOnce);
  return {
    /** NaN where the text is longer by then than the model holds. */
    over({ start, end }: Span): number {
      let sum = 0;
      let token = firstAfter(utf16Starts, start - 1);
      for (; token < ids.length && utf16Starts[token]! < end; token++) sum += nats[token] ?? NaN;
      return sum;
    },
  };
}

function encoded(tokenizer: Tokenizer, text: string) {
  return new Document('', 0, text).streamBy(tokenizer).tokens();
}

/** The first token whose offset lies after another one. */
function firstAfter(offsets: Uint32Array, offset: number): number {
  const found = offsets.findIndex(each => each > offset);
  return found < 0 ? offsets.length : found;
}
