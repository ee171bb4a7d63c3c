// Where the weights of a GGUF file go in the file that is made of them, and how: as 32-bit floats, or as 4-bit numbers in
// blocks. Tensors that are 32-bit floats already stay where they are.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { FilePart, WeightBlocks } from '../models/architecture/weights';
import { packers } from './dequantize/pack4';
import type { GgufFile, PlacedTensor } from './ggufFile';

/** Files of another layout are made anew. */
const LAYOUT = 1;
/** Tensors begin at its multiples, which suits every processor's vectors. */
const ALIGNMENT = 64;
export const ENDING = '.weights';
/** Products of layers, of experts in three dimensions. Tables are looked up by row, and some are the head, too. */
const PACKED = /^blk\.\d+\.(attn|ffn)_.*\.weight$/;
/** Weights with one scale. */
export const BLOCK = 32;

/** 32-bit floats of one tensor. */
export interface FloatPlace extends FilePart {
  readonly kind: 'floats';
  readonly path: string;
}

export type Place = FloatPlace | WeightBlocks;

export interface PlanOptions {
  /** Whether products that can be are kept in 4 bits: less memory, and the same weights. */
  readonly packs: boolean;
  /** Of files that are made, and kept: it need not exist. */
  readonly cacheFolder: string;
}

export interface WeightPlan {
  /** By the name of the tensor. */
  readonly places: ReadonlyMap<string, Place>;
  /** What is to be written, in the order of the file. */
  readonly written: readonly Written[];
  /** Of the file that is made; undefined where none is needed. */
  readonly path: string | undefined;
  /** Of that file; 0 where none is needed. */
  readonly bytes: number;
}

/** Of the files' paths, sizes and times, and the layout. */
function pathOf({ parts }: GgufFile, { cacheFolder, packs }: PlanOptions): string {
  const facts = parts.map(({ path, size, modifiedMs }) => [path, size, modifiedMs]);
  const key = createHash('sha256')
    .update(JSON.stringify([LAYOUT, packs, facts]))
    .digest('hex');
  return join(cacheFolder, `${key.slice(0, 32)}${ENDING}`);
}

export interface Written {
  readonly tensor: PlacedTensor;
  readonly place: Place;
}

export function planWeights(file: GgufFile, options: PlanOptions): WeightPlan {
  const path = pathOf(file, options);
  const places = new Map<string, Place>();
  const written: Written[] = [];
  let end = 0;
  const part = (length: number): FilePart => {
    const offset = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
    end = offset + length;
    return { offset, length };
  };
  for (const tensor of file.tensors.values()) {
    const { name, shape, type, offset } = tensor;
    const count = shape.reduce((product, size) => product * size, 1);
    if (type.name === 'F32') {
      places.set(name, { kind: 'floats', path: tensor.path, offset, length: count * 4 });
      continue;
    }
    const isProduct = shape.length >= 2 && PACKED.test(name);
    const packer = options.packs && isProduct ? packers.get(type.name) : undefined;
    const blocks = count / BLOCK;
    const place: Place = packer
      ? {
          kind: 'blocks',
          path,
          numbers: part(count / 2),
          scales: part(blocks * 4),
          offsets: packer.hasOffsets ? part(blocks * 4) : null,
        }
      : { kind: 'floats', path, ...part(count * 4) };
    places.set(name, place);
    written.push({ tensor, place });
  }
  return { places, written, path: end === 0 ? undefined : path, bytes: end };
}
