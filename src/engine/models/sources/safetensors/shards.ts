// The files of a checkpoint: one, or shards that an index names.
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../../../core/errors';
import { isObject, quote, quoteName } from '../../../../core/json';
import { elementCount } from '../../../files/arrayShape';
import { namedPath } from '../../../files/namedPath';
import {
  damagedSafetensors,
  readSafetensorsHeader,
  type StoredTensor,
} from '../../../files/safetensorsHeader';
import { readJson } from '../../readJson';

const ONE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';
/** The largest published models have 200. */
const MOST_SHARDS = 2000;

/** A tensor and its file. */
export interface Shard extends StoredTensor {
  readonly path: string;
}

/** The path of a folder's weights: of the one file, or of the index. */
export function findSafetensors(folder: string): string | undefined {
  return [ONE, INDEX].map(name => join(folder, name)).find(existsSync);
}

/** Whether a file is a checkpoint, a shard of one, or the index of its shards. */
export function isSafetensors(file: string): boolean {
  return /^model(-\d+-of-\d+)?\.safetensors(\.index\.json)?$/.test(basename(file));
}

/** All tensors by name. Throws `UserError` that names the file where one is missing, damaged or cut short. */
export function readShards(weights: string): Map<string, Shard> {
  const folder = dirname(weights);
  const tensors = new Map<string, Shard>();
  const index = weights.endsWith('.json') ? indexOf(folder) : undefined;
  for (const path of index ? filesOf(index, folder) : [namedPath(folder, ONE, 'folder', weights)]) {
    const { tensors: own, size } = readSafetensorsHeader(path);
    for (const tensor of own) {
      if (tensors.has(tensor.name))
        throw new UserError(
          `${quoteName(tensor.name)} is both in ${tensors.get(tensor.name)!.path} and in ${path}.`,
        );
      checkPlace(tensor, path, size);
      tensors.set(tensor.name, { ...tensor, path });
    }
  }
  for (const [name, file] of Object.entries(index ?? {}))
    if (!tensors.has(name))
      throw new UserError(
        `${weights} says that ${quote(name)} is in ${quote(file)}, where it is not. Download the model again.`,
      );
  return tensors;
}

/** File names by tensor. */
function indexOf(folder: string): Record<string, unknown> {
  const map = readJson(folder, INDEX)?.weight_map;
  if (isObject(map)) return map;
  throw new UserError(
    `${join(folder, INDEX)} has no "weight_map" that says what is in which file.`,
  );
}

function filesOf(index: Record<string, unknown>, folder: string): string[] {
  const path = join(folder, INDEX);
  const names = new Set(Object.values(index));
  if (names.size > MOST_SHARDS)
    throw new UserError(`${path} names ${names.size} files; at most ${MOST_SHARDS} are read.`);
  return [...names].map(name => {
    if (typeof name !== 'string')
      throw new UserError(`${path} has ${quote(name)} in its "weight_map" in place of a file.`);
    return namedPath(folder, name, 'folder', path);
  });
}

const BYTES_PER_NUMBER = new Map([
  ['F32', 4],
  ['F16', 2],
  ['BF16', 2],
]);

/** Throws `UserError`. Only the types that are read here have a length that can be checked. */
export function checkPlace(tensor: StoredTensor, path: string, size: number): void {
  const { name, dtype, shape, offset, length } = tensor;
  const width = BYTES_PER_NUMBER.get(dtype);
  if (offset + length > size || (width !== undefined && length !== width * elementCount(shape)))
    throw damagedSafetensors(path, `${quoteName(name)} does not fit into it`);
}
