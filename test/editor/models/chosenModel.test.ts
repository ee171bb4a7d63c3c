import { expect, test } from 'vitest';
import { ChosenModel } from '../../../src/editor/models/chosenModel';
import type { Setting } from '../../../src/editor/setting';
import { fakeMemory } from '../../support/fakeMemory';

/** A machine with one setting, and windows on it. */
function machine() {
  const memory = fakeMemory();
  const folder = {
    value: '',
    async update(value: string) {
      folder.value = value;
    },
  };
  const settings = {
    folder,
    contextLimit: { value: 2048 },
    dtype: { value: 'auto' },
  } as unknown as {
    folder: Setting<string>;
    contextLimit: Setting<number>;
    dtype: Setting<string>;
  };
  const open = (workspace = fakeMemory()) =>
    new ChosenModel('/built-in', memory, workspace, settings);
  return { folder, open };
}

test('without a choice it is the setting, and without that the built-in model', () => {
  const { folder, open } = machine();
  expect(open().path).toBe('');
  expect(open().choice).toEqual({ folder: '/built-in', contextLimit: 2048, dtype: 'auto' });
  folder.value = '/mine';
  expect(open().choice).toEqual({ folder: '/mine', contextLimit: 2048, dtype: 'auto' });
});

test('each workspace keeps its own, and a new one begins with the last', async () => {
  const { open } = machine();
  const [a, b] = [open(), open()];
  await a.keep('/a');
  expect(b.path).toBe('/a');
  await b.keep('/b');
  expect([a.path, b.path, open().path]).toEqual(['/a', '/b', '/b']);
  await a.keep('');
  expect([a.path, b.path, open().path]).toEqual(['', '/b', '']);
});

test('a setting that is edited by hand holds everywhere, also an empty one', async () => {
  const { folder, open } = machine();
  const [a, b] = [open(), open()];
  await a.keep('/a');
  await b.keep('/b');
  folder.value = '/by/hand';
  expect([a.path, b.path, open().path]).toEqual(['/by/hand', '/by/hand', '/by/hand']);
  folder.value = '';
  expect([a.path, b.path]).toEqual(['', '']);
});

test('the setting changes after what its listeners ask for', async () => {
  const { folder, open } = machine();
  const chosen = open();
  await chosen.keep('/before');
  let seen = '';
  folder.update = async value => {
    folder.value = value;
    seen = chosen.path;
  };
  await chosen.keep('/after');
  expect(seen).toBe('/after');
});

test('a dtype that was chosen for a model holds for it alone, in every window', async () => {
  const { open } = machine();
  const [a, b] = [open(), open()];
  await a.keepDtype('/mine', 'q4');
  await a.keepDtype('', 'fp32');
  expect(b.choiceOf('/mine').dtype).toBe('q4');
  expect(b.choiceOf('').dtype).toBe('fp32');
  expect(b.choiceOf('/other').dtype).toBe('auto');
  await b.keepDtype('/mine', 'fp32');
  expect(a.choiceOf('/mine').dtype).toBe('fp32');
});
