// Which characters are adjacent inside tokens, identified by the bytes at their border.

export class AdjacentCharacters {
  /** [last byte of a character * 256 + lead byte of the next] */
  readonly #inside = new Uint8Array(256 * 256);
  /** [last byte of a character] */
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

  /** Whether some token contains a character that ends with `before`, followed by one that begins with `lead`. */
  has(before: number, lead: number): boolean {
    return this.#inside[before * 256 + lead] === 1;
  }

  /** Whether some token contains another character after one that ends with this byte. */
  continuesAfter(before: number): boolean {
    return this.#goesOn[before] === 1;
  }
}

const isContinuation = (byte: number) => (byte & 0xc0) === 0x80;
