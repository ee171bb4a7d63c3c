// Blocks of 4-bit numbers as ONNX Runtime multiplies with them (MatMulNBits), without a change of any weight:
// w = scale·(q - 8) + offset for 32 weights each. Their numbers stand in pairs of neighbours, not 16 apart.
import { halves } from './blocks';
import { minimumOf, scaleOf } from './kBlocks';

/** Of `blocks` blocks; each array has room for their parts of 32 weights. */
export interface Packed4 {
  /** [part, 16]: byte i has weight 2 i in its low half, 2 i + 1 in its high one. */
  readonly numbers: Uint8Array;
  /** [part] */
  readonly scales: Float32Array;
  /** [part]; not written where the type has none. */
  readonly offsets: Float32Array;
}

export type Pack4 = (bytes: Uint8Array, blocks: number, into: Packed4) => void;

/** Weight i is the low half of byte i, weight i + 16 the high one. */
function pairUp(bytes: Uint8Array, from: number, numbers: Uint8Array, to: number): void {
  for (let i = 0; i < 8; i++) {
    const [first, second] = [bytes[from + 2 * i]!, bytes[from + 2 * i + 1]!];
    numbers[to + i] = (first & 15) | ((second & 15) << 4);
    numbers[to + 8 + i] = (first >> 4) | (second & 0xf0);
  }
}

const q4_0: Pack4 = (bytes, blocks, { numbers, scales }) => {
  const table = halves();
  for (let block = 0, at = 0; block < blocks; block++, at += 18) {
    scales[block] = table[bytes[at]! | (bytes[at + 1]! << 8)]!;
    pairUp(bytes, at + 2, numbers, block * 16);
  }
};

const q4_1: Pack4 = (bytes, blocks, { numbers, scales, offsets }) => {
  const table = halves();
  for (let block = 0, at = 0; block < blocks; block++, at += 20) {
    const d = table[bytes[at]! | (bytes[at + 1]! << 8)]!;
    scales[block] = d;
    offsets[block] = 8 * d + table[bytes[at + 2]! | (bytes[at + 3]! << 8)]!;
    pairUp(bytes, at + 4, numbers, block * 16);
  }
};

/** 8 parts; two of them share 32 bytes, the first in their low halves. */
const q4_k: Pack4 = (bytes, blocks, { numbers, scales, offsets }) => {
  const table = halves();
  for (let block = 0, at = 0, part = 0; block < blocks; block++, at += 144) {
    const d = table[bytes[at]! | (bytes[at + 1]! << 8)]!;
    const min = table[bytes[at + 2]! | (bytes[at + 3]! << 8)]!;
    for (let i = 0; i < 8; i++, part++) {
      const dl = d * scaleOf(bytes, at + 4, i);
      scales[part] = dl;
      offsets[part] = 8 * dl - min * minimumOf(bytes, at + 4, i);
      const from = at + 16 + (i >> 1) * 32;
      const shift = (i & 1) * 4;
      for (let k = 0; k < 16; k++) {
        const low = (bytes[from + 2 * k]! >> shift) & 15;
        numbers[part * 16 + k] = low | (((bytes[from + 2 * k + 1]! >> shift) & 15) << 4);
      }
    }
  }
};

/** By the name of a type; those with offsets. */
export const packers: ReadonlyMap<string, { readonly pack: Pack4; readonly hasOffsets: boolean }> =
  new Map([
    ['Q4_0', { pack: q4_0, hasOffsets: false }],
    ['Q4_1', { pack: q4_1, hasOffsets: true }],
    ['Q4_K', { pack: q4_k, hasOffsets: true }],
  ]);
