// Reads safetensors files: a header of JSON with the place of each tensor, then their bytes.
import { UserError } from '../../core/errors';
import { withFile } from '../files/fileSource';
import { isObject, quote } from '../../core/json';
import { ELEMENT_TYPES, elementCount, numbersOf, shapeOf, Tensors, type Tensor } from './tensors';

/** As in the library that writes these files. */
const MOST_HEADER = 100_000_000;

/** Throws `UserError` that names the file if it is cut short or no safetensors file. */
export function readSafetensors(path: string): Tensors {
  const refuse = (why: string) =>
    new UserError(`${path} is no whole safetensors file: ${why}. Download it again.`);
  const header = withFile(path, file => {
    const length = Number(new DataView(padded(file.read(0, 8), 8)).getBigUint64(0, true));
    if (!(length > 0 && length + 8 <= file.size)) throw refuse('its header does not fit into it');
    if (length > MOST_HEADER) throw refuse(`its header has ${length} bytes`);
    try {
      const json: unknown = JSON.parse(new TextDecoder().decode(file.read(8, length)));
      return { json, start: 8 + length, size: file.size };
    } catch {
      throw refuse('its header is not JSON');
    }
  });
  const readers = new Map<string, () => Tensor>();
  if (!isObject(header.json)) throw refuse('its header is no JSON object');
  const { __metadata__: notes, ...entries } = header.json;
  const places: { name: string; from: number; to: number }[] = [];
  for (const [name, entry] of Object.entries(entries)) {
    const { dtype, shape: given, data_offsets } = isObject(entry) ? entry : {};
    const shape = shapeOf(given);
    const [from, to] = offsetsOf(data_offsets);
    if (typeof dtype !== 'string' || !shape || from === undefined || to === undefined || from > to)
      throw refuse(`${quote(name)} has no type, shape or place that is one`);
    places.push({ name, from, to });
    readers.set(name, () => {
      const kind = ELEMENT_TYPES.get(dtype);
      if (!kind)
        throw new UserError(`${path}: "${name}" is of type ${quote(dtype)}, which is not read.`);
      const length = elementCount(shape);
      if (to - from !== length * kind[0] || header.start + to > header.size)
        throw refuse(`"${name}" does not fit into it`);
      const bytes = withFile(path, file => file.read(header.start + from, to - from));
      return { shape, data: numbersOf(bytes, dtype, length) };
    });
  }
  places.sort((a, b) => a.from - b.from || a.to - b.to);
  const overlap = places.findIndex(({ from }, i) => i > 0 && from < places[i - 1]!.to);
  if (overlap > 0)
    throw refuse(`"${places[overlap - 1]!.name}" and "${places[overlap]!.name}" overlap`);
  return new Tensors(path, (notes as Record<string, string> | undefined) ?? {}, readers);
}

function offsetsOf(value: unknown): number[] {
  return Array.isArray(value) && value.every(each => Number.isSafeInteger(each) && each >= 0)
    ? value
    : [];
}

function padded(bytes: Uint8Array, length: number): ArrayBuffer {
  const out = new ArrayBuffer(length);
  new Uint8Array(out).set(bytes.subarray(0, length));
  return out;
}
