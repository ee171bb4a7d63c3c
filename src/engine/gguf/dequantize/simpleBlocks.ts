// Blocks of 32 weights with one scale, after `dequantize_row_*` of ggml-quants.c. Products are exact in the 64-bit
// numbers of JavaScript, and a sum of two 32-bit floats that is rounded there and then to 32 bits is rounded as once,
// so the results are those of 32-bit arithmetic, bit by bit.
import { halves, type Dequantize } from './blocks';

/** Weight i is the low half of byte i, weight i + 16 the high one. */
const HALF = 16;

export const q4_0: Dequantize = (bytes, blocks, into) => {
  const scales = halves();
  for (let block = 0, at = 0, out = 0; block < blocks; block++, at += 18, out += 32) {
    const d = scales[bytes[at]! | (bytes[at + 1]! << 8)]!;
    for (let i = 0; i < HALF; i++) {
      const q = bytes[at + 2 + i]!;
      into[out + i] = d * ((q & 15) - 8);
      into[out + HALF + i] = d * ((q >> 4) - 8);
    }
  }
};

export const q4_1: Dequantize = (bytes, blocks, into) => {
  const scales = halves();
  for (let block = 0, at = 0, out = 0; block < blocks; block++, at += 20, out += 32) {
    const d = scales[bytes[at]! | (bytes[at + 1]! << 8)]!;
    const m = scales[bytes[at + 2]! | (bytes[at + 3]! << 8)]!;
    for (let i = 0; i < HALF; i++) {
      const q = bytes[at + 4 + i]!;
      into[out + i] = d * (q & 15) + m;
      into[out + HALF + i] = d * (q >> 4) + m;
    }
  }
};

/** The fifth bits of a block's weights, the first one lowest. */
const fifthBits = (bytes: Uint8Array, at: number) =>
  bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);

export const q5_0: Dequantize = (bytes, blocks, into) => {
  const scales = halves();
  for (let block = 0, at = 0, out = 0; block < blocks; block++, at += 22, out += 32) {
    const d = scales[bytes[at]! | (bytes[at + 1]! << 8)]!;
    const high = fifthBits(bytes, at + 2);
    for (let i = 0; i < HALF; i++) {
      const q = bytes[at + 6 + i]!;
      into[out + i] = d * (((q & 15) | (((high >>> i) & 1) << 4)) - 16);
      into[out + HALF + i] = d * (((q >> 4) | (((high >>> (HALF + i)) & 1) << 4)) - 16);
    }
  }
};

export const q5_1: Dequantize = (bytes, blocks, into) => {
  const scales = halves();
  for (let block = 0, at = 0, out = 0; block < blocks; block++, at += 24, out += 32) {
    const d = scales[bytes[at]! | (bytes[at + 1]! << 8)]!;
    const m = scales[bytes[at + 2]! | (bytes[at + 3]! << 8)]!;
    const high = fifthBits(bytes, at + 4);
    for (let i = 0; i < HALF; i++) {
      const q = bytes[at + 8 + i]!;
      into[out + i] = d * ((q & 15) | (((high >>> i) & 1) << 4)) + m;
      into[out + HALF + i] = d * ((q >> 4) | (((high >>> (HALF + i)) & 1) << 4)) + m;
    }
  }
};

export const q8_0: Dequantize = (bytes, blocks, into) => {
  const scales = halves();
  for (let block = 0, at = 0, out = 0; block < blocks; block++, at += 34, out += 32) {
    const d = scales[bytes[at]! | (bytes[at + 1]! << 8)]!;
    for (let i = 0; i < 32; i++) into[out + i] = d * ((bytes[at + 2 + i]! << 24) >> 24);
  }
};
