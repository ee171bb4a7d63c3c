import { spawnSync } from 'node:child_process';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { Cancelled } from '../../../src/core/errors';
import { GgufFile } from '../../../src/engine/gguf/ggufFile';
import { prepareWeights, type PrepareOptions } from '../../../src/engine/gguf/preparedWeights';
import type { FloatPlace, Place } from '../../../src/engine/gguf/weightPlan';
import { floats, ggufBytes } from '../../support/gguf';

const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-gguf-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const path = join(scratch, 'model.gguf');
const cacheFolder = join(scratch, 'cache', 'gguf');

/** Blocks of Q8_0 with the scale 1, whose weights are their bytes. */
function wholeNumbers(name: string, rows: number, first: number) {
  const bytes = new Uint8Array(rows * 34);
  for (let row = 0; row < rows; row++) {
    bytes.set([0x00, 0x3c], row * 34);
    for (let i = 0; i < 32; i++) bytes[row * 34 + 2 + i] = first + i;
  }
  return { name, shape: [rows, 32], type: 8, bytes };
}

function writeModel(first = 1): void {
  const plain = floats('plain', [3], Float32Array.of(1.5, 2.5, 3.5));
  const tensors = [wholeNumbers('a', 2, first), plain, wholeNumbers('b', 1, 40)];
  writeFileSync(path, ggufBytes({ tensors }));
}

async function prepare(more: Partial<PrepareOptions> = {}) {
  const file = new GgufFile(path);
  try {
    return await prepareWeights(file, { cacheFolder, packs: false, ...more });
  } finally {
    file.close();
  }
}

function floatsAt(place: Place): number[] {
  if (place.kind !== 'floats') throw new TypeError('floats alone');
  const bytes = readFileSync(place.path).subarray(place.offset, place.offset + place.length);
  return [
    ...new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)),
  ];
}

beforeEach(() => {
  rmSync(cacheFolder, { recursive: true, force: true });
  writeModel();
});

test('are in a file of their own, but for 32-bit floats, which stay where they are', async () => {
  const onProgress = vi.fn();
  const { places, path: made, bytes } = await prepare({ onProgress });
  expect(floatsAt(places.get('a')!).slice(0, 33)).toEqual([
    ...Array.from({ length: 32 }, (_, i) => i + 1),
    1,
  ]);
  expect(floatsAt(places.get('b')!)).toEqual(Array.from({ length: 32 }, (_, i) => i + 40));
  expect(floatsAt(places.get('plain')!)).toEqual([1.5, 2.5, 3.5]);
  expect(places.get('plain')!.path).toBe(path);
  expect(statSync(made!).size).toBe(bytes);
  for (const name of ['a', 'b']) expect((places.get(name) as FloatPlace).offset % 64).toBe(0);
  expect(onProgress).toHaveBeenNthCalledWith(1, 0, bytes);
  expect(onProgress).toHaveBeenLastCalledWith(bytes, bytes);
});

test('are made once for a file, and anew where it changes', async () => {
  const first = await prepare();
  const onProgress = vi.fn();
  expect(await prepare({ onProgress })).toEqual(first);
  expect(onProgress).not.toHaveBeenCalled();
  writeModel(5);
  utimesSync(path, new Date(), new Date(Date.now() + 5000));
  const second = await prepare();
  expect(second.path).not.toBe(first.path);
  expect(floatsAt(second.places.get('a')!)[0]).toBe(5);
});

test('are whole where two make them at once', async () => {
  const [first, second] = await Promise.all([prepare(), prepare()]);
  expect(second).toEqual(first);
  expect(floatsAt(first.places.get('b')!)[0]).toBe(40);
  expect(readdirSync(cacheFolder).length).toBe(1);
});

test('are made anew where the file was cut', async () => {
  const { path: made, places } = await prepare();
  writeFileSync(made!, readFileSync(made!).subarray(0, 100));
  await prepare();
  expect(floatsAt(places.get('b')!)[0]).toBe(40);
});

test('leave nothing behind when cancelled, and take away what others left', async () => {
  await prepare();
  rmSync(join(cacheFolder, readdirSync(cacheFolder)[0]!));
  const left = join(cacheFolder, 'x.weights.1.partial');
  writeFileSync(left, 'x');
  const fresh = join(cacheFolder, 'y.weights.1.partial');
  writeFileSync(fresh, 'y');
  utimesSync(left, new Date(), new Date(Date.now() - 48 * 3600_000));
  await expect(prepare({ signal: AbortSignal.abort() })).rejects.toThrow(Cancelled);
  expect(readdirSync(cacheFolder)).toEqual(['y.weights.1.partial']);
});

test('what a process that is gone left is taken away sooner than what one that runs may still write', async () => {
  await prepare();
  rmSync(join(cacheFolder, readdirSync(cacheFolder)[0]!));
  const gone = spawnSync(process.execPath, ['-e', '']).pid;
  const names = [`x.weights.${gone}-0.partial`, `y.weights.${process.pid}-0.partial`];
  for (const name of [...names, `z.weights.${gone}-0.partial`]) {
    writeFileSync(join(cacheFolder, name), 'x');
    const ago = name.startsWith('z') ? 60_000 : 3600_000;
    utimesSync(join(cacheFolder, name), new Date(), new Date(Date.now() - ago));
  }
  const { path: made } = await prepare();
  expect(new Set(readdirSync(cacheFolder))).toEqual(
    new Set([basename(made!), names[1], `z.weights.${gone}-0.partial`]),
  );
});

test('a disk that takes its time to write what is given up is not waited for', async () => {
  const stop = new AbortController();
  const handle = await open(path);
  const sync = vi.spyOn(Object.getPrototypeOf(handle) as FileHandle, 'sync');
  await handle.close();
  const never = new Promise<void>(() => {});
  sync.mockImplementation(async () => {
    queueMicrotask(() => stop.abort());
    await never;
  });
  try {
    await expect(prepare({ signal: stop.signal })).rejects.toThrow(Cancelled);
    expect(readdirSync(cacheFolder)).toEqual([]);
  } finally {
    sync.mockRestore();
  }
});

test('say where they could not be written', async () => {
  const occupied = join(scratch, 'occupied');
  writeFileSync(occupied, '');
  await expect(prepare({ cacheFolder: join(occupied, 'gguf') })).rejects.toThrow(
    /The weights of .*model\.gguf could not be written to .*occupied/,
  );
});
