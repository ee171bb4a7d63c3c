// In which ways a model's weights can be kept, as the list of models offers them, and that what is chosen is what is kept.
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { totalmem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { describeGguf } from '../../../src/engine/models/places/ggufDescription';
import { dtypesIn } from '../../../src/engine/models/sources/onnx/graphFiles';
import { ggufSource } from '../../../src/engine/models/sources/gguf/ggufSource';
import { goldenGgufs, ggufOfFamily } from '../../support/ggufFamilies';
import { tinyGguf } from '../../support/machine';

const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-dtypes-'));
afterAll(() => rmSync(scratch, { recursive: true }));
let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(scratch, 'cache-'));
  vi.stubEnv('TOKENSCOPE_CACHE', cache);
});
afterEach(() => vi.unstubAllEnvs());

/** Sizes of what was written for a model that was opened with a dtype. */
async function writtenFor(path: string, dtype: string | undefined): Promise<number[]> {
  const noRuntime = () => {
    throw new Error('no runtime');
  };
  const opening = ggufSource.open(path, scratch, {} as never, noRuntime, { dtype });
  await expect(opening).rejects.toThrow('no runtime');
  const folder = join(cache, 'gguf');
  return readdirSync(folder).map(name => statSync(join(folder, name)).size);
}

test('a GGUF file with tensors of 4 bits has two, and the one that is chosen is written', async () => {
  const path = join(scratch, 'packed.gguf');
  writeFileSync(path, ggufOfFamily(goldenGgufs.cases['llama, every type']!));
  const { dtypes = [] } = describeGguf(path);
  expect(dtypes.map(({ dtype }) => dtype)).toEqual(['fp32', 'q4']);
  const [floats, packed] = dtypes.map(({ written }) => written) as [number, number];
  expect(packed).toBeLessThan(floats);
  // Both hold the tensors that are 32-bit floats in the file, too.
  const [more, same] = dtypes.map(({ memory, written }) => memory - written);
  expect(same).toBe(more);
  expect(dtypes.map(({ isDefault }) => isDefault)).toEqual(['they fit', null]);
  expect(await writtenFor(path, undefined)).toEqual([floats]);
  expect(await writtenFor(path, 'fp32')).toEqual([floats]);
  expect((await writtenFor(path, 'q4')).toSorted((a, b) => b - a)).toEqual([floats, packed]);
});

test('a GGUF file without such tensors has no choice, and opens whatever is set', async () => {
  const path = join(scratch, 'floats.gguf');
  writeFileSync(path, tinyGguf());
  expect(describeGguf(path).dtypes).toEqual([]);
  const llama = goldenGgufs.cases.llama!;
  const table: [number[], string] = [[96, 32], 'F16'];
  const tensors = { ...llama.tensors, 'token_embd.weight': table };
  writeFileSync(path, ggufOfFamily({ ...llama, tensors }));
  expect(await writtenFor(path, 'fp32')).toHaveLength(1);
  // Not the same once more.
  expect(await writtenFor(path, 'q4')).toHaveLength(1);
});

test('an ONNX folder has its exports, the usual one with the reason', () => {
  const folder = join(scratch, 'exports/onnx');
  mkdirSync(folder, { recursive: true });
  const write = (name: string, bytes: number) => {
    writeFileSync(join(folder, name), '');
    truncateSync(join(folder, name), bytes);
  };
  write('model_q4.onnx', 2e6);
  expect(dtypesIn(join(folder, '..'))).toEqual([]);
  write('model_fp16.onnx', 4e6);
  expect(dtypesIn(join(folder, '..'))).toEqual([
    { dtype: 'q4', memory: 2e6, written: 0, isDefault: 'there is no float32 export' },
    { dtype: 'fp16', memory: 4e6, written: 0, isDefault: null },
  ]);
  write('model.onnx', 1000);
  write('model.onnx_data', 8e6);
  const usual = (memory: number) =>
    dtypesIn(join(folder, '..'), memory).find(({ isDefault }) => isDefault !== null);
  expect(usual(totalmem())).toEqual({
    dtype: 'fp32',
    memory: 8_001_000,
    written: 0,
    isDefault: 'the numbers of the trained model',
  });
  expect(usual(10e6)).toMatchObject({
    dtype: 'q4',
    isDefault: 'float32 takes more than half of the memory',
  });
});
