// Named tensors of a weights file, each read as float32 when it is asked for. The only containers that are read are
// safetensors and NumPy's npz, neither of which can hold code.
import { UserError } from '../../core/errors';
import { bfloatToNumber, halfToNumber } from '../files/halfFloat';

export interface Tensor {
  readonly shape: readonly number[];
  /** In memory that threads share, row by row. */
  readonly data: Float32Array;
}

export class Tensors {
  constructor(
    readonly path: string,
    /** Strings beside the tensors. */
    readonly notes: Readonly<Record<string, string>>,
    private readonly readers: ReadonlyMap<string, () => Tensor>,
  ) {}

  has(name: string): boolean {
    return this.readers.has(name);
  }

  /** The first of these names that the file has. Throws `UserError` if it has none of them. */
  get(...names: string[]): Tensor {
    const found = this.find(...names);
    if (found) return found;
    const there = [...this.readers.keys()].slice(0, 12).join(', ');
    throw new UserError(`${this.path} has no "${names.join('" or "')}"; it has: ${there}.`);
  }

  find(...names: string[]): Tensor | undefined {
    const name = names.find(each => this.readers.has(each));
    return name === undefined ? undefined : this.readers.get(name)!();
  }
}

export function toSharedMemory(length: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(length * 4));
}

type ElementType = readonly [width: number, read: (view: DataView, at: number) => number];

/** Little-endian, by safetensors' name: the bytes of one number, and how it is read. */
export const ELEMENT_TYPES: ReadonlyMap<string, ElementType> = new Map<string, ElementType>([
  ['F64', [8, (view, at) => view.getFloat64(at, true)]],
  ['F32', [4, (view, at) => view.getFloat32(at, true)]],
  ['F16', [2, (view, at) => halfToNumber(view.getUint16(at, true))]],
  ['BF16', [2, (view, at) => bfloatToNumber(view.getUint16(at, true))]],
  ['I64', [8, (view, at) => Number(view.getBigInt64(at, true))]],
  ['I32', [4, (view, at) => view.getInt32(at, true)]],
  ['BOOL', [1, (view, at) => view.getUint8(at)]],
]);

/** `type` is one of `ELEMENT_TYPES`. */
export function numbersOf(bytes: Uint8Array, type: string, length: number): Float32Array {
  const [width, read] = ELEMENT_TYPES.get(type)!;
  const data = toSharedMemory(length);
  if (type === 'F32') new Uint8Array(data.buffer).set(bytes.subarray(0, length * 4));
  else {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i < length; i++) data[i] = read(view, i * width);
  }
  return data;
}
