// The header of a safetensors file: JSON with the type, the shape and the place of each tensor. Their bytes are not read.
import { UserError } from '../../core/errors';
import { isObject, quote, quoteName } from '../../core/json';
import { shapeOf } from './arrayShape';
import { withFile } from './fileSource';

/** No published file has a tenth of it. (The library that writes them allows 100 MB, which take a gigabyte to parse.) */
const MOST_HEADER = 25_000_000;

/** A tensor in a file: little-endian numbers in the order of rows. */
export interface StoredTensor {
  readonly name: string;
  /** As the format calls it: F32, BF16, ... */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Of its first byte in the file. */
  readonly offset: number;
  /** In bytes. */
  readonly length: number;
}

export interface SafetensorsHeader {
  readonly tensors: readonly StoredTensor[];
  /** Strings beside the tensors. */
  readonly notes: Readonly<Record<string, string>>;
  /** Of the whole file, in bytes: tensors of a file that is cut short end beyond it. */
  readonly size: number;
}

/** What is wrong with a file. */
export function damagedSafetensors(path: string, why: string): UserError {
  return new UserError(`${path} is not a complete safetensors file: ${why}. Download it again.`);
}

/** Throws `UserError` that names the file if it has no header of this kind, or two tensors overlap. */
export function readSafetensorsHeader(path: string): SafetensorsHeader {
  const refuse = (why: string) => damagedSafetensors(path, why);
  const { json, start, size } = withFile(path, file => {
    const prefix = file.read(0, 8);
    if (prefix.length < 8) throw refuse('its header does not fit into it');
    const length = Number(new DataView(prefix.buffer).getBigUint64(prefix.byteOffset, true));
    if (!(length > 0 && length + 8 <= file.size)) throw refuse('its header does not fit into it');
    if (length > MOST_HEADER) throw refuse(`its header has ${length} bytes`);
    try {
      const json: unknown = JSON.parse(new TextDecoder().decode(file.read(8, length)));
      return { json, start: 8 + length, size: file.size };
    } catch {
      throw refuse('its header is not JSON');
    }
  });
  if (!isObject(json)) throw refuse('its header is not a JSON object');
  const { __metadata__: notes, ...entries } = json;
  const tensors = Object.entries(entries).map(([name, entry]): StoredTensor => {
    const { dtype, shape: given, data_offsets } = isObject(entry) ? entry : {};
    const shape = shapeOf(given);
    const [from, to] = offsetsOf(data_offsets);
    if (typeof dtype !== 'string' || !shape || from === undefined || to === undefined || from > to)
      throw refuse(`${quote(name)} has no type, shape or place that is one`);
    return { name, dtype, shape, offset: start + from, length: to - from };
  });
  const inOrder = tensors.toSorted((a, b) => a.offset - b.offset || a.length - b.length);
  const overlap = inOrder.findIndex(
    ({ offset }, i) => i > 0 && offset < inOrder[i - 1]!.offset + inOrder[i - 1]!.length,
  );
  if (overlap > 0)
    throw refuse(
      `${quoteName(inOrder[overlap - 1]!.name)} and ${quoteName(inOrder[overlap]!.name)} overlap`,
    );
  return { tensors, notes: isObject(notes) ? (notes as Record<string, string>) : {}, size };
}

function offsetsOf(value: unknown): number[] {
  return Array.isArray(value) && value.every(each => Number.isSafeInteger(each) && each >= 0)
    ? value
    : [];
}
