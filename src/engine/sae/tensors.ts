// Named tensors of a weights file, read one by one as float32. The only containers are safetensors and NumPy's
// npz: neither can hold anything that runs.
import { UserError } from '../../core/errors';
import { withFile, type FileSource } from '../files/fileSource';
import { readZipEntries, readZipEntry, ZipError } from '../files/zip';

export interface Tensor {
  readonly shape: readonly number[];
  /** In memory that threads share. */
  readonly data: Float32Array;
}

export class Tensors {
  constructor(
    readonly path: string,
    /** What else the file says. */
    readonly notes: Readonly<Record<string, string>>,
    private readonly readers: ReadonlyMap<string, () => Tensor>,
  ) {}

  has(name: string): boolean {
    return this.readers.has(name);
  }

  /** The first of these names that is there. Throws `UserError` where none is. */
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

/** Of little-endian bytes: the width of one number, and how it is read. */
const KINDS: Record<string, [number, (view: DataView, at: number) => number]> = {
  F64: [8, (view, at) => view.getFloat64(at, true)],
  F32: [4, (view, at) => view.getFloat32(at, true)],
  F16: [2, (view, at) => halfToNumber(view.getUint16(at, true))],
  BF16: [2, (view, at) => bfloatToNumber(view.getUint16(at, true))],
  I64: [8, (view, at) => Number(view.getBigInt64(at, true))],
  I32: [4, (view, at) => view.getInt32(at, true)],
  BOOL: [1, (view, at) => view.getUint8(at)],
};

const single = new Float32Array(1);
const singleBits = new Uint32Array(single.buffer);
function bfloatToNumber(bits: number): number {
  singleBits[0] = bits << 16;
  return single[0]!;
}

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function numbersOf(bytes: Uint8Array, kind: string, length: number): Float32Array {
  const [width, read] = KINDS[kind]!;
  const data = toSharedMemory(length);
  if (kind === 'F32') new Uint8Array(data.buffer).set(bytes.subarray(0, length * 4));
  else {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i < length; i++) data[i] = read(view, i * width);
  }
  return data;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/** Throws `UserError` that names the file where it is cut short or none. */
export function readSafetensors(path: string): Tensors {
  const refuse = (why: string) =>
    new UserError(`${path} is no whole safetensors file: ${why}. Download it again.`);
  const header = withFile(path, file => {
    const length = Number(new DataView(padded(file.read(0, 8), 8)).getBigUint64(0, true));
    if (!(length > 0 && length + 8 <= file.size)) throw refuse('its header does not fit into it');
    try {
      const json: unknown = JSON.parse(new TextDecoder().decode(file.read(8, length)));
      return { entries: json as Record<string, unknown>, start: 8 + length, size: file.size };
    } catch {
      throw refuse('its header is not JSON');
    }
  });
  const readers = new Map<string, () => Tensor>();
  const { __metadata__: notes, ...entries } = header.entries;
  for (const [name, entry] of Object.entries(entries)) {
    const { dtype, shape, data_offsets } = entry as {
      dtype: string;
      shape: number[];
      data_offsets: [number, number];
    };
    readers.set(name, () => {
      const kind = KINDS[dtype];
      if (!kind) throw new UserError(`${path}: "${name}" is of type ${dtype}, which is not read.`);
      const [from, to] = data_offsets;
      const length = sizeOf(shape);
      if (to - from !== length * kind[0] || header.start + to > header.size)
        throw refuse(`"${name}" does not fit into it`);
      const bytes = withFile(path, file => file.read(header.start + from, to - from));
      return { shape, data: numbersOf(bytes, dtype, length) };
    });
  }
  return new Tensors(path, (notes as Record<string, string> | undefined) ?? {}, readers);
}

/** NumPy's npz: a zip of .npy files. Throws `UserError` that names the file where it is damaged. */
export function readNpz(path: string): Tensors {
  const readers = new Map<string, () => Tensor>();
  for (const entry of fromZip(path, readZipEntries))
    readers.set(entry.name.replace(/\.npy$/, ''), () => {
      const bytes = fromZip(path, file => readZipEntry(file, entry));
      return npyTensor(bytes, `${path}: ${entry.name}`);
    });
  return new Tensors(path, {}, readers);
}

function fromZip<T>(path: string, work: (file: FileSource) => T): T {
  try {
    return withFile(path, work);
  } catch (error) {
    if (!(error instanceof ZipError)) throw error;
    throw new UserError(`${path} is no whole npz file: ${error.message}. Download it again.`);
  }
}

const NPY_KINDS: Record<string, string> = {
  '<f8': 'F64',
  '<f4': 'F32',
  '<f2': 'F16',
  '<i8': 'I64',
  '<i4': 'I32',
};

function npyTensor(bytes: Uint8Array, what: string): Tensor {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = bytes[6]! > 1;
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  const start = (wide ? 12 : 10) + length;
  const header = new TextDecoder().decode(bytes.subarray(wide ? 12 : 10, start));
  const kind = NPY_KINDS[/'descr':\s*'([^']+)'/.exec(header)?.[1] ?? ''];
  const dims = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1];
  if (!kind || dims === undefined || /'fortran_order':\s*True/.test(header))
    throw new UserError(`${what} is an array that is not read here: ${header.trim()}`);
  const shape = dims
    .split(',')
    .map(Number)
    .slice(0, dims.split(',').filter(one => one.trim()).length);
  return { shape, data: numbersOf(bytes.subarray(start), kind, sizeOf(shape)) };
}

function padded(bytes: Uint8Array, length: number): ArrayBuffer {
  const out = new ArrayBuffer(length);
  new Uint8Array(out).set(bytes.subarray(0, length));
  return out;
}
