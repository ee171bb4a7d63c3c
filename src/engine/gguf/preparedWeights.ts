// The weights of a GGUF file as ONNX Runtime maps them, in a file of their own. It is made once, written aside and renamed,
// and kept in a folder for as long as the file that the weights are of does not change.
import { mkdirSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Cancelled, UserError } from '../../core/errors';
import { reasonOf } from '../../core/fileReason';
import type { WeightBlocks } from '../models/architecture/weights';
import { dequantizers } from './dequantize/dequantize';
import { packers } from './dequantize/pack4';
import type { GgufFile, PlacedTensor } from './ggufFile';
import {
  BLOCK,
  planWeights,
  type FloatPlace,
  type PlanOptions,
  type WeightPlan,
  type Written,
} from './weightPlan';

/** Weights that are turned at once: cancelling waits for no more. */
const CHUNK_WEIGHTS = 1 << 22;
export const UNFINISHED = '.partial';
/** A process that ended while it wrote left it: sooner where it seems to be gone, which one on another machine does, too. */
const UNFINISHED_MS = 24 * 60 * 60_000;
const GONE_MS = 10 * 60_000;

export interface PrepareOptions extends PlanOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes written, of how many, from 0 on. Not called where the file is there already. */
  readonly onProgress?: ((done: number, all: number) => void) | undefined;
}

/** Throws `UserError` where the weights cannot be written, `Cancelled` when aborted. */
export async function prepareWeights(file: GgufFile, options: PrepareOptions): Promise<WeightPlan> {
  const plan = planWeights(file, options);
  const { path, bytes, written } = plan;
  if (path !== undefined && sizeOf(path) !== bytes)
    await write(file, written, path, bytes, options);
  return plan;
}

let writes = 0;

async function write(
  file: GgufFile,
  written: readonly Written[],
  path: string,
  bytes: number,
  { cacheFolder, signal, onProgress }: PrepareOptions,
): Promise<void> {
  const own = `${path}.${process.pid}-${writes++}${UNFINISHED}`;
  onProgress?.(0, bytes);
  try {
    mkdirSync(cacheFolder, { recursive: true });
    removeUnfinished(cacheFolder);
    checkSpace(cacheFolder, bytes);
    const handle = await open(own, 'w');
    try {
      let done = 0;
      for (const { tensor, place } of written) {
        const length = lengthOf(place);
        const onShare = (share: number) => onProgress?.(Math.floor(done + length * share), bytes);
        await (place.kind === 'floats'
          ? writeFloats(file, tensor, handle, place, onShare, signal)
          : writeBlocks(file, tensor, handle, place, onShare, signal));
        done += length;
      }
      await unlessAborted(handle.sync(), signal);
    } finally {
      // Nobody waits for it where the disk is still writing what is given up.
      const closed = handle.close();
      if (!signal?.aborted) await closed;
      else closed.catch(() => {});
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

async function writeFloats(
  file: GgufFile,
  tensor: PlacedTensor,
  handle: FileHandle,
  { offset }: FloatPlace,
  onShare: (share: number) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { type } = tensor;
  const floats = new Float32Array(mostAtOnce(tensor) * type.weights);
  for (const { stored, count, first, share } of chunks(file, tensor, signal)) {
    onShare(share);
    dequantizers[type.name](stored, count, floats);
    const weights = floats.subarray(0, count * type.weights);
    await writeAll(handle, bytesOf(weights), offset + first * type.weights * 4);
  }
}

async function writeBlocks(
  file: GgufFile,
  tensor: PlacedTensor,
  handle: FileHandle,
  place: WeightBlocks,
  onShare: (share: number) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { type } = tensor;
  const parts = type.weights / BLOCK;
  const most = mostAtOnce(tensor) * parts;
  const into = {
    numbers: new Uint8Array(most * (BLOCK / 2)),
    scales: new Float32Array(most),
    offsets: new Float32Array(most),
  };
  for (const { stored, count, first, share } of chunks(file, tensor, signal)) {
    onShare(share);
    packers.get(type.name)!.pack(stored, count, into);
    const [done, own] = [first * parts, count * parts];
    const numbers = into.numbers.subarray(0, own * (BLOCK / 2));
    await writeAll(handle, numbers, place.numbers.offset + done * (BLOCK / 2));
    const floats = (from: Float32Array) => bytesOf(from.subarray(0, own));
    await writeAll(handle, floats(into.scales), place.scales.offset + done * 4);
    if (place.offsets)
      await writeAll(handle, floats(into.offsets), place.offsets.offset + done * 4);
  }
}

/** In blocks of the tensor's type. */
const mostAtOnce = ({ bytes, type }: PlacedTensor) =>
  Math.min(bytes / type.bytes, CHUNK_WEIGHTS / type.weights);

/** A tensor's blocks, some at a time: `count` from the block `first` on, before which is `share` of it. Throws `Cancelled` when aborted. */
function* chunks(file: GgufFile, tensor: PlacedTensor, signal: AbortSignal | undefined) {
  const { type } = tensor;
  const blocks = tensor.bytes / type.bytes;
  const most = mostAtOnce(tensor);
  for (let first = 0; first < blocks; first += most) {
    if (signal?.aborted) throw new Cancelled();
    const count = Math.min(most, blocks - first);
    const stored = file.bytesOf(tensor, first * type.bytes, count * type.bytes);
    yield { stored, count, first, share: first / blocks };
  }
}

/** In bytes. */
export function lengthOf(place: FloatPlace | WeightBlocks): number {
  if (place.kind === 'floats') return place.length;
  return place.numbers.length + place.scales.length + (place.offsets?.length ?? 0);
}

/** What cannot be cancelled is not waited for. Throws `Cancelled`. */
async function unlessAborted(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return work;
  await new Promise<void>((resolve, reject) => {
    const stop = () => reject(new Cancelled());
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) =>
  new Uint8Array(buffer, byteOffset, byteLength);

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
    `The weights need ${inMegabytes(bytes)} on the disk, and ${folder} has ${inMegabytes(free)} free. Free some space, or choose a smaller model.`,
  );
}

function removeUnfinished(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!name.endsWith(UNFINISHED)) continue;
    const path = join(folder, name);
    try {
      const most = isRunning(Number(/\.(\d+)-\d+\.partial$/.exec(name)?.[1]))
        ? UNFINISHED_MS
        : GONE_MS;
      if (Date.now() - statSync(path).mtimeMs > most) rmSync(path);
    } catch {
      // Another process was first.
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
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
