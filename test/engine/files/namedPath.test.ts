import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { UserError } from '../../../src/core/errors';
import { namedPath } from '../../../src/engine/files/namedPath';

let home: string;
let model: string;
let secret: string;

beforeAll(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'tokenscope-named-')));
  model = join(home, 'bundle', 'model');
  mkdirSync(join(model, 'saes'), { recursive: true });
  mkdirSync(join(home, 'bundle', 'positive'));
  secret = join(home, 'secret');
  writeFileSync(secret, 'x');
  writeFileSync(join(model, 'weights'), 'x');
  writeFileSync(join(model, '..weights'), 'x');
  symlinkSync(secret, join(model, 'link'));
  symlinkSync(home, join(model, 'saes', 'up'));
  symlinkSync(model, join(home, 'linked model'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const inFolder = (named: string, folder = model) => namedPath(folder, named, 'folder', 'x.onnx');
const sibling = (named: string) => namedPath(model, named, 'sibling', 'tokenscope.json');

test('what is below the folder is taken, there or not, also where the folder itself is a link', () => {
  for (const name of ['weights', './saes', '..weights', 'not there', 'saes/../weights'])
    expect(inFolder(name)).toBe(join(model, name));
  expect(inFolder('weights', join(home, 'linked model'))).toBe(join(model, 'weights'));
});

test('what leads out is refused, by its words or by a link, with where it leads', () => {
  for (const name of ['../positive', '../../secret', secret, '../not there'])
    expect(() => inFolder(name)).toThrow(UserError);
  expect(() => inFolder('link')).toThrow(`x.onnx refers to a file outside`);
  expect(() => inFolder('link')).toThrow(secret);
  expect(() => inFolder('saes/up/secret')).toThrow(secret);
  expect(() => inFolder('link', join(home, 'linked model'))).toThrow(secret);
});

test('a sibling is taken, what is farther away is not', () => {
  expect(sibling('../positive')).toBe(join(home, 'bundle', 'positive'));
  expect(sibling('weights')).toBe(join(model, 'weights'));
  for (const name of ['../../secret', 'link', '/etc/hostname'])
    expect(() => sibling(name)).toThrow(UserError);
});

test('in a download cache the blobs belong to the folder, and the repository holds the siblings', () => {
  const repository = join(home, 'models--a--b');
  const snapshot = join(repository, 'snapshots', '1');
  mkdirSync(join(repository, 'blobs'), { recursive: true });
  mkdirSync(join(snapshot, 'onnx'), { recursive: true });
  writeFileSync(join(repository, 'blobs', 'b1'), 'x');
  writeFileSync(join(repository, 'refs'), 'x');
  symlinkSync('../../../blobs/b1', join(snapshot, 'onnx', 'weights'));
  symlinkSync('../../refs', join(snapshot, 'refs'));
  const named = (name: string, folder = snapshot) => namedPath(folder, name, 'folder', 'x.onnx');
  expect(named('onnx/weights')).toBe(join(repository, 'blobs', 'b1'));
  expect(named('weights', join(snapshot, 'onnx'))).toBe(join(repository, 'blobs', 'b1'));
  expect(() => named('refs')).toThrow(UserError);
  expect(namedPath(snapshot, 'refs', 'sibling', 'x')).toBe(join(repository, 'refs'));
  expect(() => namedPath(snapshot, '../../../secret', 'sibling', 'x')).toThrow(UserError);
});
