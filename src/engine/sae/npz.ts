// Reads NumPy's npz files: a zip of arrays (.npy).
import { UserError } from '../../core/errors';
import { withFile, type FileSource } from '../files/fileSource';
import { readZipEntries, readZipEntry, ZipError } from '../files/zip';
import { quote } from '../../core/json';
import { elementCount, shapeOf } from '../files/arrayShape';
import { ELEMENT_TYPES, numbersOf, Tensors, type Tensor } from './tensors';

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
    throw new UserError(`${path} is not a complete npz file: ${error.message}. Download it again.`);
  }
}

const NPY_TYPES = new Map([
  ['<f8', 'F64'],
  ['<f4', 'F32'],
  ['<f2', 'F16'],
  ['<i8', 'I64'],
  ['<i4', 'I32'],
]);
/** The magic, the version and the header's length; and the longest header that is read. */
const START_BYTES = 12;
const MOST_HEADER = 1 << 16;
/** After one byte. */
const MAGIC = 'NUMPY';

function npyTensor(bytes: Uint8Array, what: string): Tensor {
  const refuse = (why: string) => new UserError(`${what} is not a supported array: ${why}.`);
  const magic = new TextDecoder().decode(bytes.subarray(1, 1 + MAGIC.length));
  if (bytes.length < START_BYTES || magic !== MAGIC) throw refuse('it is no .npy file');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = bytes[6]! > 1;
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  const start = (wide ? 12 : 10) + length;
  if (length > MOST_HEADER || start > bytes.length)
    throw refuse(`its header has ${length} bytes, and the file ${bytes.length}`);
  const header = new TextDecoder().decode(bytes.subarray(wide ? 12 : 10, start));
  const kind = NPY_TYPES.get(/'descr':\s*'([^']+)'/.exec(header)?.[1] ?? '');
  const dims = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1];
  if (!kind || dims === undefined || /'fortran_order':\s*True/.test(header))
    throw refuse(`its header is ${quote(header.trim())}`);
  const given = dims.split(',').filter(one => one.trim());
  const shape = shapeOf(given.map(Number));
  if (!shape) throw refuse(`its shape is (${quote(dims).slice(1, -1)})`);
  const [count, there] = [elementCount(shape), bytes.length - start];
  if (count * ELEMENT_TYPES.get(kind)![0] > there)
    throw refuse(
      `its shape (${given.join(', ')}) has ${count} numbers, and the file ${there} bytes`,
    );
  return { shape, data: numbersOf(bytes.subarray(start), kind, count) };
}
