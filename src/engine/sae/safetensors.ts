// Reads safetensors files: a header of JSON with the place of each tensor, then their bytes.
import { UserError } from '../../core/errors';
import { withFile } from '../files/fileSource';
import { ELEMENT_TYPES, numbersOf, elementCount, Tensors, type Tensor } from './tensors';

/** Throws `UserError` that names the file if it is cut short or no safetensors file. */
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
      const kind = ELEMENT_TYPES[dtype];
      if (!kind) throw new UserError(`${path}: "${name}" is of type ${dtype}, which is not read.`);
      const [from, to] = data_offsets;
      const length = elementCount(shape);
      if (to - from !== length * kind[0] || header.start + to > header.size)
        throw refuse(`"${name}" does not fit into it`);
      const bytes = withFile(path, file => file.read(header.start + from, to - from));
      return { shape, data: numbersOf(bytes, dtype, length) };
    });
  }
  return new Tensors(path, (notes as Record<string, string> | undefined) ?? {}, readers);
}

function padded(bytes: Uint8Array, length: number): ArrayBuffer {
  const out = new ArrayBuffer(length);
  new Uint8Array(out).set(bytes.subarray(0, length));
  return out;
}
