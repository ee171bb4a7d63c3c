// Reads the tensors of a safetensors file.
import { UserError } from '../../core/errors';
import { quote } from '../../core/json';
import { withFile } from '../files/fileSource';
import { elementCount } from '../files/arrayShape';
import { damagedSafetensors, readSafetensorsHeader } from '../files/safetensorsHeader';
import { ELEMENT_TYPES, numbersOf, Tensors, type Tensor } from './tensors';

/** Throws `UserError` that names the file if it is cut short or no safetensors file. */
export function readSafetensors(path: string): Tensors {
  const { tensors, notes, size } = readSafetensorsHeader(path);
  const readers = new Map<string, () => Tensor>();
  for (const { name, dtype, shape, offset, length } of tensors)
    readers.set(name, () => {
      const kind = ELEMENT_TYPES.get(dtype);
      if (!kind)
        throw new UserError(`${path}: "${name}" is of type ${quote(dtype)}, which is not read.`);
      const count = elementCount(shape);
      if (length !== count * kind[0] || offset + length > size)
        throw damagedSafetensors(path, `"${name}" does not fit into it`);
      const bytes = withFile(path, file => file.read(offset, length));
      return { shape, data: numbersOf(bytes, dtype, count) };
    });
  return new Tensors(path, notes, readers);
}
