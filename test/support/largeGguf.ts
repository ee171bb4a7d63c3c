// A GGUF file whose weights take seconds to be written as they are mapped, and which itself takes no room on the disk:
// its large tensors are a hole, which reads as zeros.
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { TensorToWrite } from './gguf';
import { goldenGgufs, ggufOfFamily } from './ggufFamilies';

/** The number of each type in the format. */
const TYPES = { F32: 0, F16: 1 };
const BYTES = { F32: 4, F16: 2 };
/** Inner width: 201 MB of 32-bit floats in each product, and 604 MB in a layer. */
const INNER = 3 << 19;
const WIDTH = 32;

/**
 * `layers` of `inner` · 384 bytes of 32-bit floats each: what is written of those that the file has in 16 bits. Returns the
 * path.
 */
export function writeLargeGguf(
  path: string,
  layers: number,
  type: keyof typeof TYPES = 'F16',
  inner = INNER,
): string {
  const llama = goldenGgufs.cases.llama!;
  const keys = { ...llama.keys, block_count: layers, feed_forward_length: inner };
  const own = Object.entries(llama.tensors).filter(
    ([name]) => !/^blk\.1\.|ffn_(gate|up|down)/.test(name),
  );
  const each = Array.from({ length: layers }, (_, layer) =>
    own.map(([name, how]) => [name.replace('blk.0.', `blk.${layer}.`), how] as const),
  );
  const length = inner * WIDTH * BYTES[type];
  const holeOf = (name: string, shape: readonly number[]): TensorToWrite => {
    return { name, shape, type: TYPES[type], bytes: new Uint8Array(0), hole: length };
  };
  const holes = Array.from({ length: layers }, (_, layer) => layer).flatMap(layer => [
    holeOf(`blk.${layer}.ffn_gate.weight`, [inner, WIDTH]),
    holeOf(`blk.${layer}.ffn_up.weight`, [inner, WIDTH]),
    holeOf(`blk.${layer}.ffn_down.weight`, [WIDTH, inner]),
  ]);
  const tensors = Object.fromEntries(each.flat());
  const head = ggufOfFamily({ ...llama, keys, tensors }, {}, holes);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, head);
  truncateSync(path, head.length + holes.length * length);
  return path;
}
