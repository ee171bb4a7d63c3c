// The weights of a tensor as 32-bit floats, equal bit by bit to what gguf-py and llama.cpp's reference functions give.
import type { TensorTypeName } from '../tensorTypes';
import { halves, type Dequantize } from './blocks';
import { q2_k, q3_k, q4_k, q5_k, q6_k } from './kBlocks';
import { q4_0, q4_1, q5_0, q5_1, q8_0 } from './simpleBlocks';
import { iq4_nl, iq4_xs, mxfp4 } from './tableBlocks';

const f32: Dequantize = (bytes, blocks, into) => {
  new Uint8Array(into.buffer, into.byteOffset, blocks * 4).set(bytes.subarray(0, blocks * 4));
};

const f16: Dequantize = (bytes, blocks, into) => {
  const table = halves();
  for (let i = 0; i < blocks; i++) into[i] = table[bytes[2 * i]! | (bytes[2 * i + 1]! << 8)]!;
};

/** The upper half of a 32-bit float. */
const bf16: Dequantize = (bytes, blocks, into) => {
  const bits = new Uint32Array(into.buffer, into.byteOffset, blocks);
  for (let i = 0; i < blocks; i++) bits[i] = (bytes[2 * i]! << 16) | (bytes[2 * i + 1]! << 24);
};

export const dequantizers: Readonly<Record<TensorTypeName, Dequantize>> = {
  F32: f32,
  F16: f16,
  BF16: bf16,
  Q4_0: q4_0,
  Q4_1: q4_1,
  Q5_0: q5_0,
  Q5_1: q5_1,
  Q8_0: q8_0,
  Q2_K: q2_k,
  Q3_K: q3_k,
  Q4_K: q4_k,
  Q5_K: q5_k,
  Q6_K: q6_k,
  IQ4_NL: iq4_nl,
  IQ4_XS: iq4_xs,
  MXFP4: mxfp4,
};
