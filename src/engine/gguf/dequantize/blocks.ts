// What the dequantisers have in common.
import { halfToNumber } from '../../files/halfFloat';

/** Writes the weights of `blocks` blocks, which `bytes` begins with, to the start of `into`. */
export type Dequantize = (bytes: Uint8Array, blocks: number, into: Float32Array) => void;

let table: Float32Array | undefined;

/** [bits]; all 16-bit floats. */
export function halves(): Float32Array {
  return (table ??= Float32Array.from({ length: 1 << 16 }, (_, bits) => halfToNumber(bits)));
}
