// Blocks of 256 weights whose parts have scales of their own, themselves quantised: `block_q*_K` of ggml-common.h, after
// `dequantize_row_*` of ggml-quants.c. Rounded as 32-bit arithmetic (simpleBlocks.ts says why).
import { halves, type Dequantize } from './blocks';

/** 16 parts of 16. Scale and minimum of a part are 4 bits each. */
export const q2_k: Dequantize = (bytes, blocks, into) => {
  const table = halves();
  for (let block = 0, at = 0, out = 0; block < blocks; block++, at += 84) {
    const d = table[bytes[at + 80]! | (bytes[at + 81]! << 8)]!;
    const min = table[bytes[at + 82]! | (bytes[at + 83]! << 8)]!;
    for (let part = 0; part < 16; part++, out += 16) {
      const scale = bytes[at + part]!;
      const [dl, ml] = [d * (scale & 15), min * (scale >> 4)];
      // Each 128 weights share 32 bytes: four shifts, of 32 weights each.
      const from = at + 16 + (part >> 3) * 32 + (part & 1) * 16;
      const shift = ((part >> 1) & 3) * 2;
      for (let i = 0; i < 16; i++) into[out + i] = dl * ((bytes[from + i]! >> shift) & 3) - ml;
    }
  }
};

/** 16 parts of 16. A weight's third bit stands apart; its absence subtracts 4. */
export const q3_k: Dequantize = (bytes, blocks, into) => {
  const table = halves();
  for (let block = 0, at = 0, out = 0; block < blocks; block++, at += 110) {
    const d = table[bytes[at + 108]! | (bytes[at + 109]! << 8)]!;
    for (let part = 0; part < 16; part++, out += 16) {
      const dl = d * (sixBitScale(bytes, at + 96, part) - 32);
      const [group, column] = [part >> 3, (part & 1) * 16];
      const from = at + 32 + group * 32 + column;
      const shift = ((part >> 1) & 3) * 2;
      const bit = part >> 1;
      for (let i = 0; i < 16; i++) {
        const low = (bytes[from + i]! >> shift) & 3;
        const third = (bytes[at + column + i]! >> bit) & 1;
        into[out + i] = dl * (low - (third ? 0 : 4));
      }
    }
  }
};

/** Of 16 scales in 12 bytes: their four low bits in the first eight, their two high ones in the last four. */
function sixBitScale(bytes: Uint8Array, at: number, part: number): number {
  const low = (bytes[at + (part & 7)]! >> (part < 8 ? 0 : 4)) & 15;
  const high = (bytes[at + 8 + (part & 3)]! >> ((part >> 2) * 2)) & 3;
  return low | (high << 4);
}

/** 8 parts of 32. */
export const q4_k: Dequantize = (bytes, blocks, into) => {
  const table = halves();
  for (let block = 0, at = 0, out = 0; block < blocks; block++, at += 144) {
    const d = table[bytes[at]! | (bytes[at + 1]! << 8)]!;
    const min = table[bytes[at + 2]! | (bytes[at + 3]! << 8)]!;
    for (let part = 0; part < 8; part++, out += 32) {
      const dl = d * scaleOf(bytes, at + 4, part);
      const ml = min * minimumOf(bytes, at + 4, part);
      const from = at + 16 + (part >> 1) * 32;
      const shift = (part & 1) * 4;
      for (let i = 0; i < 32; i++) into[out + i] = dl * ((bytes[from + i]! >> shift) & 15) - ml;
    }
  }
};

/** 8 parts of 32. */
export const q5_k: Dequantize = (bytes, blocks, into) => {
  const table = halves();
  for (let block = 0, at = 0, out = 0; block < blocks; block++, at += 176) {
    const d = table[bytes[at]! | (bytes[at + 1]! << 8)]!;
    const min = table[bytes[at + 2]! | (bytes[at + 3]! << 8)]!;
    for (let part = 0; part < 8; part++, out += 32) {
      const dl = d * scaleOf(bytes, at + 4, part);
      const ml = min * minimumOf(bytes, at + 4, part);
      const from = at + 48 + (part >> 1) * 32;
      const shift = (part & 1) * 4;
      for (let i = 0; i < 32; i++) {
        const low = (bytes[from + i]! >> shift) & 15;
        const fifth = (bytes[at + 16 + i]! >> part) & 1;
        into[out + i] = dl * (low | (fifth << 4)) - ml;
      }
    }
  }
};

/** `get_scale_min_k4`: eight scales and eight minima of 6 bits in 12 bytes. */
export function scaleOf(bytes: Uint8Array, at: number, part: number): number {
  if (part < 4) return bytes[at + part]! & 63;
  return (bytes[at + part + 4]! & 15) | ((bytes[at + part - 4]! >> 6) << 4);
}

export function minimumOf(bytes: Uint8Array, at: number, part: number): number {
  if (part < 4) return bytes[at + part + 4]! & 63;
  return (bytes[at + part + 4]! >> 4) | ((bytes[at + part]! >> 6) << 4);
}

/** 16 parts of 16, with scales of 8 bits. */
export const q6_k: Dequantize = (bytes, blocks, into) => {
  const table = halves();
  for (let block = 0, at = 0, out = 0; block < blocks; block++, at += 210) {
    const d = table[bytes[at + 208]! | (bytes[at + 209]! << 8)]!;
    for (let part = 0; part < 16; part++, out += 16) {
      const dl = d * ((bytes[at + 192 + part]! << 24) >> 24);
      // Each 128 weights share 64 bytes of low and 32 of high bits.
      const [group, row, column] = [part >> 3, (part >> 1) & 3, (part & 1) * 16];
      const low = at + group * 64 + (row & 1) * 32 + column;
      const high = at + 128 + group * 32 + column;
      const [lowShift, highShift] = [(row >> 1) * 4, row * 2];
      for (let i = 0; i < 16; i++) {
        const q =
          ((bytes[low + i]! >> lowShift) & 15) | (((bytes[high + i]! >> highShift) & 3) << 4);
        into[out + i] = dl * (q - 32);
      }
    }
  }
};
