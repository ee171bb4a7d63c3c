// Blocks whose 4-bit numbers are places in a table, after `dequantize_row_*` of ggml-quants.c.
import { halves, type Dequantize } from './blocks';

/** `kvalues_iq4nl` */
const IQ4 = Int8Array.of(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113);
/** `kvalues_mxfp4`: twice the numbers of E2M1. */
const E2M1 = Int8Array.of(0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12);

export const iq4_nl: Dequantize = (bytes, blocks, into) => {
  const scales = halves();
  for (let block = 0, at = 0, out = 0; block < blocks; block++, at += 18, out += 32)
    fill(bytes, at + 2, IQ4, scales[bytes[at]! | (bytes[at + 1]! << 8)]!, into, out);
};

/** 8 parts of 32, whose scales have 6 bits. */
export const iq4_xs: Dequantize = (bytes, blocks, into) => {
  const scales = halves();
  for (let block = 0, at = 0, out = 0; block < blocks; block++, at += 136) {
    const d = scales[bytes[at]! | (bytes[at + 1]! << 8)]!;
    const high = bytes[at + 2]! | (bytes[at + 3]! << 8);
    for (let part = 0; part < 8; part++, out += 32) {
      const low = (bytes[at + 4 + (part >> 1)]! >> ((part & 1) * 4)) & 15;
      const scale = low | (((high >> (2 * part)) & 3) << 4);
      fill(bytes, at + 8 + part * 16, IQ4, d * (scale - 32), into, out);
    }
  }
};

/** OCP Microscaling: 32 numbers of E2M1 with one power of two. */
export const mxfp4: Dequantize = (bytes, blocks, into) => {
  for (let block = 0, at = 0, out = 0; block < blocks; block++, at += 17, out += 32)
    fill(bytes, at + 1, E2M1, 2 ** (bytes[at]! - 128), into, out);
};

/** 32 weights of 16 bytes: weight i is the low half of byte i, weight i + 16 the high one. */
function fill(
  bytes: Uint8Array,
  from: number,
  table: Int8Array,
  scale: number,
  into: Float32Array,
  out: number,
): void {
  for (let i = 0; i < 16; i++) {
    const q = bytes[from + i]!;
    into[out + i] = scale * table[q & 15]!;
    into[out + 16 + i] = scale * table[q >> 4]!;
  }
}
