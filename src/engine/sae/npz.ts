// Reads NumPy's npz files: a zip of arrays (.npy).
import { UserError } from '../../core/errors';
import { withFile, type FileSource } from '../files/fileSource';
import { readZipEntries, readZipEntry, ZipError } from '../files/zip';
import { numbersOf, elementCount, Tensors, type Tensor } from './tensors';

/** Throws `UserError` that names the file if it is damaged. */
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

const NPY_TYPES: Record<string, string> = {
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
  const kind = NPY_TYPES[/'descr':\s*'([^']+)'/.exec(header)?.[1] ?? ''];
  const dims = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1];
  if (!kind || dims === undefined || /'fortran_order':\s*True/.test(header))
    throw new UserError(`${what} is an array that is not read here: ${header.trim()}`);
  const shape = dims
    .split(',')
    .map(Number)
    .slice(0, dims.split(',').filter(one => one.trim()).length);
  return { shape, data: numbersOf(bytes.subarray(start), kind, elementCount(shape)) };
}
