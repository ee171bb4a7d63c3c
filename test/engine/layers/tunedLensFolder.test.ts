// Which folders are tuned lenses, and why others are none.
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { UserError } from '../../../src/core/errors';
import {
  readTunedLens,
  readTunedLensBeside,
  tunedLensBeside,
  tunedLensName,
} from '../../../src/engine/layers/tunedLensFolder';
import { writeTunedLens, type LensOptions, type StoredLens } from '../../support/tunedLens';

const root = join(import.meta.dirname, '../../..');
const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-lens-folder-'));
afterAll(() => rmSync(scratch, { recursive: true }));

test('a lens is beside a model, in its folder or by its file, and has a name whatever is wrong', () => {
  const folder = join(scratch, 'model');
  mkdirSync(folder);
  const file = join(folder, 'model.gguf');
  writeFileSync(file, '');
  expect([tunedLensBeside(folder), tunedLensBeside(file)]).toEqual([undefined, undefined]);
  renameSync(writeTunedLens(scratch), join(folder, 'tuned-lens'));
  const own = join(folder, 'tuned-lens');
  expect([tunedLensBeside(folder), tunedLensBeside(file)]).toEqual([own, own]);
  for (const elsewhere of ['http://127.0.0.1:8080', 'a'.repeat(300), join(scratch, 'no')])
    expect(tunedLensBeside(elsewhere)).toBeUndefined();
  expect(tunedLensName(own)).toBe('a/b');
  for (const config of ['{', '[]', '{"base_model_name_or_path": 7}']) {
    writeFileSync(join(own, 'config.json'), config);
    expect(tunedLensName(own)).toBe('tuned-lens');
  }
});

test('what comes with a model is read below its folder alone', () => {
  const folder = join(scratch, 'linked');
  const elsewhere = writeTunedLens(scratch);
  mkdirSync(folder);
  const own = join(folder, 'tuned-lens');
  symlinkSync(elsewhere, own);
  expect(() => readTunedLensBeside(own)).toThrow(/refers to a file outside of the model's folder/);
  expect(tunedLensName(own)).toBe('tuned-lens');
  // Somebody who names it themselves may.
  expect(readTunedLens(own).name).toBe('a/b');
  rmSync(own);
  mkdirSync(own);
  renameSync(join(elsewhere, 'config.json'), join(own, 'config.json'));
  symlinkSync(join(elsewhere, 'params.safetensors'), join(own, 'params.safetensors'));
  expect(() => readTunedLensBeside(own)).toThrow(/refers to a file outside/);
});

test('a folder may have no biases', () => {
  const path = writeTunedLens(scratch, {
    config: { bias: false },
    change: tensors => {
      for (const name of Object.keys(tensors)) if (name.endsWith('.bias')) delete tensors[name];
    },
  });
  const { name, translators } = readTunedLens(path);
  expect([name, translators.length]).toEqual(['a/b', 4]);
  expect(translators[0]!.bias).toEqual(new Float32Array(64));
});

const infinite = (tensors: StoredLens) => {
  tensors['2.weight']!.data[9] = NaN;
};
const cases: [string, LensOptions, string][] = [
  ['an unknown field', { config: { rank: 4 } }, 'has a field "rank"'],
  ['another kind of lens', { config: { lens_type: 'mlp' } }, '"lens_type" is "mlp"'],
  ['a size that is none', { config: { d_model: 'x' } }, '"d_model" should be a whole number'],
  ['no number of layers', { config: { num_hidden_layers: null } }, '"num_hidden_layers" should'],
  ['a bias that is no flag', { config: { bias: 1 } }, '"bias" should be true or false'],
  ['another size than it says', { config: { d_model: 32 } }, 'has the shape [64, 64]'],
  ['more layers than it says', { config: { num_hidden_layers: 4 } }, 'the tensor "4.weight"'],
  ['fewer layers than it says', { config: { num_hidden_layers: 6 } }, 'no tensor "5.weight"'],
  ['biases that it says it lacks', { config: { bias: false } }, 'the tensor "0.bias"'],
  ['a value that is no number', { change: infinite }, '"2.weight" holds a value that is not'],
];
test.each(cases)('a folder with %s is refused by name', (_, given, words) => {
  const path = writeTunedLens(scratch, given);
  expect(() => readTunedLens(path)).toThrow(UserError);
  expect(() => readTunedLens(path)).toThrow(words);
  expect(() => readTunedLens(path)).toThrow(path);
});

test('a folder with numbers of another type is refused by name', () => {
  const path = writeTunedLens(scratch);
  const file = join(path, 'params.safetensors');
  const bytes = readFileSync(file);
  const at = bytes.indexOf('"F32"', bytes.indexOf('"1.bias"'));
  bytes.write('"I32"', at);
  writeFileSync(file, bytes);
  expect(() => readTunedLens(path)).toThrow('"1.bias" is of type "I32"');
});

test('a folder with a pickle is refused with the command that converts it', () => {
  const path = writeTunedLens(scratch);
  renameSync(join(path, 'params.safetensors'), join(path, 'params.pt'));
  expect(() => readTunedLens(path)).toThrow(
    `is a pickle, which can run code, and is not loaded. Convert it in a clone of Tokenscope with: python -m training.tuned_lens.convert "${path}"`,
  );
  expect(readFileSync(join(root, 'training/tuned_lens/convert.py'), 'utf8')).toContain(
    'python -m training.tuned_lens.convert',
  );
  rmSync(join(path, 'params.pt'));
  expect(() => readTunedLens(path)).toThrow('There is no params.safetensors of a tuned lens');
  rmSync(join(path, 'config.json'));
  expect(() => readTunedLens(path)).toThrow('There is no config.json of a tuned lens');
});
