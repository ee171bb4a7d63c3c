// What the dequantisers have in common.

/** Writes the weights of `blocks` blocks, which `bytes` begins with, to the start of `into`. */
export type Dequantize = (bytes: Uint8Array, blocks: number, into: Float32Array) => void;

let table: Float32Array | undefined;

/** [bits]; all 16-bit floats (IEEE 754 binary16), each of which is a 32-bit float exactly. */
export function halves(): Float32Array {
  return (table ??= Float32Array.from({ length: 1 << 16 }, (_, bits) => valueOf(bits)));
}

function valueOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
