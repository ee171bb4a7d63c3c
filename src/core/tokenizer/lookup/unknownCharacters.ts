// Characters that a vocabulary without byte fallback cannot spell. Each becomes the unknown token, or each run of them
// does (`fuse_unk`). No merge and no split by a supported pre_tokenizer crosses their borders.
import type { AddedTokenPiece, TakenToken } from '../addedTokens';
import type { CharacterAlphabet } from '../bpe/alphabet';
import { codePointAt } from '../unicode/classes';

export class UnknownCharacters {
  readonly #alphabet: CharacterAlphabet;
  readonly #token: TakenToken;
  readonly #fuses: boolean;

  constructor(alphabet: CharacterAlphabet, token: TakenToken, fuses: boolean) {
    this.#alphabet = alphabet;
    this.#token = token;
    this.#fuses = fuses;
  }

  /** Splits text into unknown characters and the text between them; no piece is empty. */
  split(text: string): AddedTokenPiece[] {
    const pieces: AddedTokenPiece[] = [];
    let start = 0;
    let isUnknown = false;
    const close = (end: number) => {
      if (end > start) pieces.push({ start, end, ...(isUnknown ? { token: this.#token } : {}) });
      start = end;
    };
    for (let i = 0; i < text.length;) {
      const code = codePointAt(text, i, text.length);
      const unknown = !this.#alphabet.has(code);
      if (unknown !== isUnknown || (unknown && !this.#fuses)) close(i);
      isUnknown = unknown;
      i += code > 0xffff ? 2 : 1;
    }
    close(text.length);
    return pieces;
  }
}
