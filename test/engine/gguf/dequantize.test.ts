// Against gguf-py (training/golden/gguf_blocks.py).
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dequantizers } from '../../../src/engine/gguf/dequantize/dequantize';
import { TENSOR_TYPES } from '../../../src/engine/gguf/tensorTypes';
import { golden } from '../../support/paths';

interface Golden {
  readonly type: number;
  /** Base64. */
  readonly blocks: string;
  readonly first: readonly (number | null)[];
  readonly sha256: string;
}
const goldens = JSON.parse(readFileSync(join(golden, 'gguf/blocks.json'), 'utf8')) as Record<
  string,
  Golden
>;

describe('the weights of blocks', () => {
  test('are known for every type', () => {
    expect(Object.keys(goldens).sort()).toEqual(Object.keys(dequantizers).sort());
  });

  test.each(Object.entries(goldens))('of %s are those of gguf-py, bit by bit', (name, file) => {
    const type = TENSOR_TYPES.get(file.type)!;
    expect(type.name).toBe(name);
    const bytes = Buffer.from(file.blocks, 'base64');
    const count = bytes.length / type.bytes;
    // What is beyond the blocks stays as it is.
    const weights = new Float32Array(count * type.weights + 1).fill(7);
    dequantizers[type.name](bytes, count, weights);
    expect(weights.at(-1)).toBe(7);
    const own = weights.subarray(0, -1);
    expect(Array.from(own.subarray(0, 4), each => (Number.isFinite(each) ? each : null))).toEqual(
      file.first,
    );
    const made = createHash('sha256').update(new Uint8Array(own.buffer, 0, own.byteLength));
    expect(made.digest('hex')).toBe(file.sha256);
  });
});
