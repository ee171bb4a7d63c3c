// Finds the files of weights. The runtime reads external data from one folder and refuses links that lead out of it,
// which is how a download cache is laid out. So links are resolved first, and the graph gets the real locations,
// relative to the folder that contains them all.
import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, relative, resolve, sep } from 'node:path';
import { UserError } from '../../../core/errors';
import { withFile } from '../../files/fileSource';
import { isOutside, namedPath } from '../../files/namedPath';
import { externalDataOf, moveExternalData } from '../graph/externalise';
import { BFLOAT16, FLOAT16, tensorBytes, type Graph } from '../graph/graph';

/** The location of weights that were embedded in the .onnx file: that file itself. */
export const OWN_FILE = '';

/** Which graph is opened. */
export interface GraphFile {
  /** The .onnx file; of a graph that was built here, the file that it was built from, for messages. */
  readonly onnxPath: string;
  /** The model's folder, which the weights of a file are in. */
  readonly folder: string;
  /** The bytes of a graph that was built here, whose external data are absolute paths. */
  readonly built?: Uint8Array | undefined;
}

export interface Weights {
  /** The folder that all locations are relative to. */
  root: string;
  /** The files that hold weights. */
  files: readonly string[];
  sizeBytes: number;
  /** Of these, those in half precision. */
  halfBytes: number;
  kind: 'external' | 'embedded';
}

const HALF = new Set([FLOAT16, BFLOAT16]);

interface Place {
  path: string;
  sizeBytes: number;
}

/**
 * Points every tensor's external data at the real file, in place. Throws `UserError` if a file is missing or cut short.
 */
export function locateWeights(graph: Graph, file: GraphFile): Weights {
  const { onnxPath } = file;
  const places = new Map<string, Place>();
  let sizeBytes = 0;
  let halfBytes = 0;
  let anyBeside = false;
  const found = graph.initializers.flatMap(tensor => {
    const data = externalDataOf(tensor.bytes);
    if (data === undefined) {
      const length = tensorBytes(tensor) ?? 0;
      sizeBytes += length;
      if (HALF.has(tensor.elementType)) halfBytes += length;
      return [];
    }
    const place = places.get(data.location) ?? placeOf(data.location, file);
    places.set(data.location, place);
    anyBeside ||= data.location !== OWN_FILE;
    const length = data.length ?? tensorBytes(tensor) ?? place.sizeBytes - data.offset;
    sizeBytes += length;
    if (HALF.has(tensor.elementType)) halfBytes += length;
    if (!(data.offset >= 0 && length >= 0 && data.offset + length <= place.sizeBytes))
      throw new UserError(
        `${place.path} is truncated: "${tensor.name}" ends at byte ${data.offset + length} of ${place.sizeBytes}. ` +
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
  const files = [...places.values()].map(({ path }) => path);
  const root = commonFolder(files) ?? dirname(onnxPath);
  for (const { tensor, data, place } of found) {
    const location = relative(root, place.path).split(sep).join('/');
    tensor.bytes = moveExternalData(tensor.bytes, { ...data, location });
  }
  return { root, files, sizeBytes, halfBytes, kind: anyBeside ? 'external' : 'embedded' };
}

function placeOf(location: string, { onnxPath, folder, built }: GraphFile): Place {
  // The graph itself is what the user opened, wherever it is; what it names may be anything.
  const path =
    location === OWN_FILE
      ? realpathSync(onnxPath)
      : built
        ? linked(location)
        : namedPath(folder, resolve(dirname(onnxPath), location), 'folder', onnxPath);
  if (!isFile(path))
    throw new UserError(
      `${path} is missing; ${basename(onnxPath)} keeps weights in it. ` +
        'Put it there, or download the model again.',
    );
  return { path, sizeBytes: withFile(path, ({ size }) => size) };
}

/** The path without links, where it exists. */
function linked(path: string): string {
  return isFile(path) ? realpathSync(path) : path;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function commonFolder(paths: string[]): string | undefined {
  let common: string | undefined;
  for (const path of paths) {
    common ??= dirname(path);
    while (isOutside(common, path)) {
      const parent = dirname(common);
      if (parent === common)
        throw new UserError(`${path} and the model's other weights are on different drives.`);
      common = parent;
    }
  }
  return common;
}
