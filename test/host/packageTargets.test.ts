// What packages are made of, before one is made: the binaries of their platforms are there, and named once.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { anywhere, targetNamed, targets } from '../../build/package/targets.mjs';
import { manifestOf, repository } from './product.mjs';

const BINARIES = join(repository, 'node_modules/onnxruntime-node/bin/napi-v6');

describe.each(targets)('$name', ({ name, folder, binaries }) => {
  test('has the binding and the library that it is linked to', () => {
    expect(binaries).toHaveLength(2);
    for (const file of binaries)
      expect(statSync(join(BINARIES, folder, file)).size, file).toBeGreaterThan(100_000);
  });

  test('is named as VS Code and Node name it', () => {
    expect(folder.replace('/', '-')).toBe(name);
  });
});

const own = `${process.platform}/${process.arch}`;
test.skipIf(!existsSync(join(BINARIES, own)))(
  'one of them is for this platform, where ONNX Runtime has one',
  () => expect(targets.map(({ folder }) => folder)).toContain(own),
);

test('a name that is none is refused with those that are', () => {
  expect(targetNamed('universal')).toBe(anywhere);
  expect(() => targetNamed('darwin-x64')).toThrow(/"darwin-x64": there are linux-x64, .*universal/);
});

test('the product lists no file of another platform than that of its clone', () => {
  const listed = manifestOf(repository).files!.filter(file => file.includes('napi-v6'));
  expect(listed).toEqual(['node_modules/onnxruntime-node/bin/napi-v6/linux/x64/**']);
});
