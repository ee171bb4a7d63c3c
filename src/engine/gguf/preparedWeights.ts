// The weights of a GGUF file as 32-bit floats in a file of their own, which ONNX Runtime maps: made once, and kept in a
// folder for as long as the file that they are of does not change. Tensors that are 32-bit floats already stay where
// they are.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Cancelled, UserError } from '../../core/errors';
import { reasonOf } from '../files/regularFile';
import { dequantizers } from './dequantize/dequantize';
import type { GgufFile, PlacedTensor } from './ggufFile';

/** Files of another layout are made anew. */
const LAYOUT = 1;
/** Tensors begin at its multiples, which suits every processor's vectors. */
const ALIGNMENT = 64;
/** Weights that are turned at once: cancelling waits for no more. */
const CHUNK_WEIGHTS = 1 << 22;
const ENDING = '.f32';
const UNFINISHED = '.partial';
/** A process that ended while it wrote left it. */
const UNFINISHED_MS = 24 * 60 * 60_000;

/** 32-bit floats of one tensor. */
export interface FloatPlace {
  readonly path: string;
  readonly offset: number;
  /** In bytes. */
  readonly length: number;
}

export interface PrepareOptions {
  /** Of files that are made, and kept: it need not exist. */
  readonly cacheFolder: string;
  readonly signal?: AbortSignal | undefined;
  /** Bytes written, of how many. Not called where the file is there already. */
  readonly onProgress?: ((done: number, all: number) => void) | undefined;
}

export interface PreparedWeights {
  readonly places: ReadonlyMap<string, FloatPlace>;
  /** The file that was made, or found; undefined where none is needed. */
  readonly path: string | undefined;
  /** Of the file; 0 where none is needed. */
  readonly bytes: number;
}

/**
 * Where the weights of all tensors lie as 32-bit floats. Throws `UserError` where they cannot be written, `Cancelled`
 * when aborted.
 */
export async function prepareWeights(
  file: GgufFile,
  options: PrepareOptions,
): Promise<PreparedWeights> {
  const path = pathOf(file, options.cacheFolder);
  const { places, written, bytes } = plan(file, path);
  if (bytes === 0) return { places, path: undefined, bytes };
  if (sizeOf(path) !== bytes) await write(file, written, path, bytes, options);
  return { places, path, bytes };
}

/** What `prepareWeights` would give, whether or not it is there. */
export function plannedWeights(
  file: GgufFile,
  { cacheFolder }: Pick<PrepareOptions, 'cacheFolder'>,
): PreparedWeights {
  const path = pathOf(file, cacheFolder);
  const { places, bytes } = plan(file, path);
  return { places, path: bytes === 0 ? undefined : path, bytes };
}

const pathOf = (file: GgufFile, folder: string) => join(folder, `${keyOf(file)}${ENDING}`);

/** Of the files' paths, sizes and times, and the layout. */
function keyOf({ parts }: GgufFile): string {
  const facts = parts.map(({ path, size, modifiedMs }) => [path, size, modifiedMs]);
  return createHash('sha256')
    .update(JSON.stringify([LAYOUT, facts]))
    .digest('hex')
    .slice(0, 32);
}

interface Written {
  readonly tensor: PlacedTensor;
  readonly offset: number;
}

function plan(file: GgufFile, path: string) {
  const places = new Map<string, FloatPlace>();
  const written: Written[] = [];
  let end = 0;
  for (const tensor of file.tensors.values()) {
    const length = tensor.shape.reduce((product, size) => product * size, 4);
    if (tensor.type.name === 'F32') {
      places.set(tensor.name, { path: tensor.path, offset: tensor.offset, length });
      continue;
    }
    const offset = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
    places.set(tensor.name, { path, offset, length });
    written.push({ tensor, offset });
    end = offset + length;
  }
  return { places, written, bytes: end };
}

async function write(
  file: GgufFile,
  written: readonly Written[],
  path: string,
  bytes: number,
  { cacheFolder, signal, onProgress }: PrepareOptions,
): Promise<void> {
  const own = `${path}.${process.pid}${UNFINISHED}`;
  try {
    mkdirSync(cacheFolder, { recursive: true });
    removeUnfinished(cacheFolder);
    checkSpace(cacheFolder, bytes);
    const handle = await open(own, 'w');
    try {
      for (const { tensor, offset } of written) {
        onProgress?.(offset, bytes);
        await writeTensor(file, tensor, handle, offset, signal);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(own, path);
  } catch (error) {
    await rm(own, { force: true }).catch(() => {});
    if (error instanceof UserError || error instanceof Cancelled) throw error;
    throw new UserError(
      `The weights of ${file.path} could not be written to ${cacheFolder}, ${inMegabytes(bytes)}: ${reasonOf(error)}.`,
    );
  }
  onProgress?.(bytes, bytes);
}

async function writeTensor(
  file: GgufFile,
  tensor: PlacedTensor,
  handle: FileHandle,
  offset: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { type } = tensor;
  const blocks = tensor.bytes / type.bytes;
  const most = CHUNK_WEIGHTS / type.weights;
  const floats = new Float32Array(Math.min(blocks, most) * type.weights);
  for (let block = 0; block < blocks; block += most) {
    if (signal?.aborted) throw new Cancelled();
    const count = Math.min(most, blocks - block);
    const stored = file.bytesOf(tensor, block * type.bytes, count * type.bytes);
    dequantizers[type.name](stored, count, floats);
    const made = new Uint8Array(floats.buffer, 0, count * type.weights * 4);
    await writeAll(handle, made, offset + block * type.weights * 4);
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}

function checkSpace(folder: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free >= bytes) return;
  throw new UserError(
    `The weights need ${inMegabytes(bytes)} as 32-bit floats, and ${folder} has ${inMegabytes(free)} free: make room there, or choose a smaller model.`,
  );
}

function removeUnfinished(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!name.endsWith(UNFINISHED)) continue;
    const path = join(folder, name);
    try {
      if (Date.now() - statSync(path).mtimeMs > UNFINISHED_MS) rmSync(path);
    } catch {
      // Another process was first.
    }
  }
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return -1;
  }
}

export const inMegabytes = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`;
