// Where the weights lie on disk. The runtime reads external data from under one folder and refuses
// links that lead out of it, which is how a download cache is laid out; so the files are resolved first
// and the graph is told where they really are, relative to the folder that holds them all.
import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { UserError } from '../../../core/errors';
import { externalDataOf, moveExternalData } from '../graph/externalise';
import { tensorBytes, type Graph } from '../graph/graph';

/** Stands for the .onnx file itself as the location of weights that were embedded in it. */
export const OWN_FILE = '';

export interface Weights {
  /** The folder that all locations are now relative to. */
  root: string;
  sizeBytes: number;
  kind: 'external' | 'embedded';
}

interface Place {
  path: string;
  sizeBytes: number;
}

/** Points every tensor's external data at the real file, in place. Throws `UserError` where one is not there. */
export function locateWeights(graph: Graph, onnxPath: string, folder: string): Weights {
  const places = new Map<string, Place>();
  let sizeBytes = 0;
  let anyBeside = false;
  const found = graph.initializers.flatMap(tensor => {
    const data = externalDataOf(tensor.bytes);
    if (data === undefined) {
      sizeBytes += tensorBytes(tensor) ?? 0;
      return [];
    }
    const place = places.get(data.location) ?? placeOf(data.location, onnxPath, folder);
    places.set(data.location, place);
    anyBeside ||= data.location !== OWN_FILE;
    const length = data.length ?? tensorBytes(tensor) ?? place.sizeBytes - data.offset;
    sizeBytes += length;
    if (!(data.offset >= 0 && length >= 0 && data.offset + length <= place.sizeBytes))
      throw new UserError(
        `${place.path} is cut short: "${tensor.name}" ends at byte ${data.offset + length} of ${place.sizeBytes}. ` +
          'Download it again.',
      );
    const needed = tensorBytes(tensor);
    if (needed !== undefined && needed !== length)
      throw new UserError(
        `${onnxPath} is damaged: "${tensor.name}" has ${length} bytes of data where its shape needs ${needed}. ` +
          'Download it again.',
      );
    return [{ tensor, data, place }];
  });
  const root = commonFolder([...places.values()].map(({ path }) => path)) ?? dirname(onnxPath);
  for (const { tensor, data, place } of found) {
    const location = relative(root, place.path).split(sep).join('/');
    tensor.bytes = moveExternalData(tensor.bytes, { ...data, location });
  }
  return { root, sizeBytes, kind: anyBeside ? 'external' : 'embedded' };
}

function placeOf(location: string, onnxPath: string, folder: string): Place {
  const path = location === OWN_FILE ? onnxPath : resolve(dirname(onnxPath), location);
  const inFolder = relative(folder, path);
  // A graph may come from anywhere; it has no business in files that are not the model's.
  if (location !== OWN_FILE && (inFolder.startsWith('..') || isAbsolute(inFolder)))
    throw new UserError(`${onnxPath} names weights outside of the model's folder: ${location}.`);
  try {
    const real = realpathSync(path);
    const stats = statSync(real);
    if (stats.isFile()) return { path: real, sizeBytes: stats.size };
  } catch {
    // Falls through to the same message as a folder of that name.
  }
  throw new UserError(
    `${join(dirname(path), basename(path))} is missing; ${basename(onnxPath)} keeps weights in it. ` +
      'Put it there, or download the model again.',
  );
}

function commonFolder(paths: string[]): string | undefined {
  let common: string | undefined;
  for (const path of paths) {
    common ??= dirname(path);
    while (isOutside(common, path)) {
      const parent = dirname(common);
      if (parent === common)
        throw new UserError(`${path} and the model's other weights lie on different drives.`);
      common = parent;
    }
  }
  return common;
}

function isOutside(folder: string, path: string): boolean {
  const inside = relative(folder, path);
  return inside.startsWith('..') || isAbsolute(inside);
}
