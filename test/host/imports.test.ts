// The build refuses what a layer may not import, and import circles.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { circleErrors, layerErrors, layers, readImports } from '../../build/imports.mjs';

let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'tokenscope-imports-'))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Writes sources; answers what they import. */
function importsOf(files: Record<string, string>) {
  for (const [name, source] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), source);
  }
  return readImports(root, [...new Set(Object.keys(files).map(name => dirname(name)))]);
}

test.each([
  ["import { b } from './b';", "import { a } from './a';"],
  ["import { type B } from './b';", "import type { A } from './a';"],
  ["export * from './b';", "type A = import('./a').A;"],
])('a circle is refused with its files: %s', (a, b) => {
  const imports = importsOf({ 'src/core/a.ts': a, 'src/core/b.ts': b });
  expect(circleErrors(imports)).toEqual([
    'Import circle: src/core/a.ts -> src/core/b.ts -> src/core/a.ts',
  ]);
});

test('a string that spells a keyword of imports is none', () => {
  const [found] = importsOf({ 'src/core/a.ts': "type A = Omit<B, 'from' | 'to'>;\nimport 'b';" });
  expect(found).toMatchObject({ targets: ['b'] });
});

test('a circle across folders is refused, and the way to it is left out', () => {
  const imports = importsOf({
    'src/core/a.ts': "import '../editor/a';",
    'src/editor/a.ts': "import type { B } from '../core/b';",
    'src/core/b.ts': "export { c } from '../core/c';",
    'src/core/c.ts': "import {\n  type A,\n} from '../editor/a';",
  });
  expect(circleErrors(imports)).toEqual([
    'Import circle: src/editor/a.ts -> src/core/b.ts -> src/core/c.ts -> src/editor/a.ts',
  ]);
});

test('two ways to one file are no circle', () => {
  const imports = importsOf({
    'src/core/a.ts': "import './b';\nimport './c';",
    'src/core/b.ts': "import './c';",
    'src/core/c.ts': '',
  });
  expect(circleErrors(imports)).toEqual([]);
});

test.each([
  ["import type { Model } from '../engine/models/model';", 'src/engine/models/model'],
  ["import { readFileSync } from 'node:fs';", 'node:fs'],
  ["import * as vscode from 'vscode';", 'vscode'],
  ["const ort = await import('onnxruntime-node');", 'onnxruntime-node'],
  ["const ort = require('onnxruntime-node');", 'onnxruntime-node'],
  ["import { core } from '../coreOther/a';", 'src/coreOther/a'],
])('a layer may not import what is not its own: %s', (source, target) => {
  const imports = importsOf({ 'src/core/a.ts': source });
  expect(layerErrors(imports, layers)).toEqual([
    `src/core/a.ts: src/core may not import ${target}`,
  ]);
});

test('a layer may import itself, the layers below it, and its packages', () => {
  const imports = importsOf({
    'src/engine/a.ts':
      "import './b';\nimport '../core/b';\nimport 'node:fs';\nimport 'onnxruntime-node';",
  });
  expect(layerErrors(imports, layers)).toEqual([]);
});

test('the sources of this repository have neither', () => {
  const imports = readImports(join(import.meta.dirname, '../..'), Object.keys(layers));
  expect(imports.length).toBeGreaterThan(100);
  expect([...layerErrors(imports, layers), ...circleErrors(imports)]).toEqual([]);
});
