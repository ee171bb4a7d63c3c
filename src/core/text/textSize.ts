// The size of a text in the units that token counts are divided by.
import { utf8Length } from './utf8';
import { isHighSurrogate, isLowSurrogate } from './characters';

export interface TextSize {
  /** Length of its UTF-8. */
  bytes: number;
  /** Code points; a lone surrogate counts as one. */
  characters: number;
  /** Runs of non-white-space characters, as counted by `wc -w`. */
  words: number;
}

export const emptySize: TextSize = { bytes: 0, characters: 0, words: 0 };

export function textSizeOf(text: string): TextSize {
  let characters = 0;
  for (let i = 0; i < text.length; i++) {
    characters++;
    const isPair = isHighSurrogate(text.charCodeAt(i)) && isLowSurrogate(text.charCodeAt(i + 1));
    if (isPair) i++;
  }
  let words = 0;
  for (const word = /\S+/g; word.test(text);) words++;
  return { bytes: utf8Length(text, 0, text.length), characters, words };
}

export function addSizes(a: TextSize, b: TextSize): TextSize {
  return {
    bytes: a.bytes + b.bytes,
    characters: a.characters + b.characters,
    words: a.words + b.words,
  };
}

/** Ratios of a tokenizer for a text; NaN for a division by zero. */
export interface Rates {
  /** The tokenizer's fertility. */
  tokensPerWord: number;
  tokensPerCharacter: number;
  bytesPerToken: number;
}

export function ratesOf(tokens: number, { bytes, characters, words }: TextSize): Rates {
  const ratio = (a: number, b: number) => (b > 0 ? a / b : NaN);
  return {
    tokensPerWord: ratio(tokens, words),
    tokensPerCharacter: ratio(tokens, characters),
    bytesPerToken: ratio(bytes, tokens),
  };
}
