// The usual measures of a tokenizer over a text: fertility, characters and bytes per token, single-token retention.
import { addSizes, emptySize, ratesOf, textSizeOf, type TextSize } from '../../text/textSize';
import type { Encoding } from '../../tokenizer/tokenizer';
import { WholeWords, WordRuns } from './wordRuns';

export interface TextQuality extends TextSize {
  readonly tokens: number;
  /** Tokens per word of `wc -w`. This and the others: null for a division by zero. */
  readonly fertility: number | null;
  readonly charactersPerToken: number | null;
  readonly bytesPerToken: number | null;
  /** Longest runs of letters, marks and digits. */
  readonly runs: number;
  /** Those inside one token, with or without a blank. */
  readonly singleTokens: number;
  /**
   * Single-token retention: the share of them, by occurrence (Nayeem et al. 2025, arXiv:2510.09947, who take a list of a
   * language's words).
   */
  readonly retention: number | null;
}

export class TextQualityCounts {
  #size: TextSize = emptySize;
  #tokens = 0;
  #runs = 0;
  #single = 0;

  /** `words`, `size`: of the text, if they are known. */
  add(text: string, encoding: Encoding, words = new WordRuns(text), size = textSizeOf(text)): void {
    this.#size = addSizes(this.#size, size);
    this.#tokens += encoding.ids.length;
    const whole = new WholeWords(encoding);
    let single = 0;
    for (let word = 0; word < words.count; word++) {
      if (whole.has(words.fromOf(word), words.toOf(word))) single++;
    }
    this.#runs += words.count;
    this.#single += single;
  }

  result(): TextQuality {
    const rates = ratesOf(this.#tokens, this.#size);
    return {
      ...this.#size,
      tokens: this.#tokens,
      fertility: finite(rates.tokensPerWord),
      charactersPerToken: finite(this.#size.characters / this.#tokens),
      bytesPerToken: finite(rates.bytesPerToken),
      runs: this.#runs,
      singleTokens: this.#single,
      retention: finite(this.#single / this.#runs),
    };
  }
}

const finite = (ratio: number) => (Number.isFinite(ratio) ? ratio : null);
