// The bits of words from those of tokens. Learn Your Tokens (Thawani et al. 2023, arXiv:2310.11628) pools tokens to words inside
// a model; here the words of a model of tokens are scored from outside. Where a space belongs to the token after it, the last
// token of a word does not say that the word has ended: the next one does. "How to Compute the Probability of a Word"
// (Pimentel and Meister 2024, arXiv:2406.14561) and Oh and Schuler 2024 ("Leading Whitespaces of Language Models'
// Subword Vocabulary Pose a Confound for Calculating Word Probabilities") give a word the probability that it ends, and take
// from it that of the word before:
//
//   -log p(word | before) = Σ -log p(token | before) - log E(after its last token) + log E(before its first token)
//
// E(place) is the probability that the next token begins outside the word in progress there, 1 where none is in progress.
import { logSumOf } from '../exactBytes/logSum';
import type { TokenWords } from './tokenWords';

/**
 * log E of one place, in nats: of the log-probabilities [id] of the next token, those of the tokens that do not go on with a
 * word (`wordContinuations`).
 */
export function endMassOf(logprobs: ArrayLike<number>, continues: Uint8Array): number {
  return logSumOf(
    (function* () {
      for (let id = 0; id < logprobs.length; id++) if (!continues[id]) yield logprobs[id]!;
    })(),
  );
}

/**
 * [unit], in nats: the surprisal of each word and of each token between words, by the formula above. The sum over units is
 * that over tokens, less log E of the end of the text: what one unit is given is taken from the next.
 *
 * `nats`: [token], surprisals. `endMass`: [token + 1], log E before each token and after the last one; asked for only where
 * a word is in progress (`open`). What is not known is NaN, and makes the units NaN that need it.
 */
export function wordNats(
  { starts, words, open }: TokenWords,
  nats: ArrayLike<number>,
  endMass: ArrayLike<number>,
): Float64Array {
  const massAt = (place: number) => (open[place] ? endMass[place]! : 0);
  return Float64Array.from(words, (_, unit) => {
    const [first, end] = [starts[unit]!, starts[unit + 1]!];
    let sum = massAt(first) - massAt(end);
    for (let token = first; token < end; token++) sum += nats[token]!;
    return sum;
  });
}

/**
 * [unit]: 1 if every token was the model's first choice after the ones before it, so that choosing the likeliest token each
 * time would have written it. `isFirst`: [token]. Whether the word would also have ended is not asked.
 */
export function wholeWordHit(
  { starts, words }: TokenWords,
  isFirst: ArrayLike<number>,
): Uint8Array {
  return Uint8Array.from(words, (_, unit) => {
    for (let token = starts[unit]!; token < starts[unit + 1]!; token++)
      if (!isFirst[token]) return 0;
    return 1;
  });
}
