// Which characters stand side by side inside tokens, told by the bytes at their border.

export class AdjacentCharacters {
  /** [byte * 256 + lead byte behind it] */
  readonly #inside = new Uint8Array(256 * 256);
  /** [byte] */
  readonly #goesOn = new Uint8Array(256);

  /** `tokens`: their bytes. */
  constructor(tokens: Iterable<Uint8Array>) {
    for (const token of tokens) {
      for (let i = 1; i < token.length; i++) {
        const [before, lead] = [token[i - 1]!, token[i]!];
        if (isContinuation(lead)) continue;
        this.#inside[before * 256 + lead] = 1;
        this.#goesOn[before] = 1;
      }
    }
  }

  /** Whether some token holds a character that ends with `before`, and behind it one that begins with `lead`. */
  has(before: number, lead: number): boolean {
    return this.#inside[before * 256 + lead] === 1;
  }

  /** Whether some token goes on with another character behind this byte. */
  continuesAfter(before: number): boolean {
    return this.#goesOn[before] === 1;
  }
}

const isContinuation = (byte: number) => (byte & 0xc0) === 0x80;
