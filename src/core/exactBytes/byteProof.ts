// Compares the sum of a text's byte surprisals with that of its tokens.

/** In bits. Bytes, boundaries and end together equal the cost of the tokens. */
export interface Sums {
  readonly bytesBits: number;
  readonly boundaryBits: number;
  readonly endBits: number;
  readonly tokenBits: number;
}

export function totalsOf({ windows }: { readonly windows: readonly Sums[] }): Sums {
  const sum = (of: (sums: Sums) => number) => windows.reduce((total, sums) => total + of(sums), 0);
  return {
    bytesBits: sum(sums => sums.bytesBits),
    boundaryBits: sum(sums => sums.boundaryBits),
    endBits: sum(sums => sums.endBits),
    tokenBits: sum(sums => sums.tokenBits),
  };
}

/**
 * Includes the end; comparable between models with different tokenizers. `bytes`: those that were scored; null of
 * none.
 */
export function bitsPerByte({ bytesBits, endBits }: Sums, bytes: number): number | null {
  return bytes === 0 ? null : (bytesBits + endBits) / bytes;
}

/** For example `Σ bytes 902.386 + end 1.653 = Σ tokens 904.038 bits (difference 0.001)`. */
export function describeProof({ bytesBits, boundaryBits, endBits, tokenBits }: Sums): string {
  const difference = Math.abs(bytesBits + boundaryBits + endBits - tokenBits);
  const parts = [`Σ bytes ${bytesBits.toFixed(3)}`];
  if (boundaryBits !== 0) parts.push(`boundaries ${boundaryBits.toFixed(3)}`);
  if (endBits !== 0) parts.push(`end ${endBits.toFixed(3)}`);
  return `${parts.join(' + ')} = Σ tokens ${tokenBits.toFixed(3)} bits (difference ${Number(difference.toPrecision(1))})`;
}
