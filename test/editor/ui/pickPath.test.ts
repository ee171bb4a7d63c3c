// A path is one of a list, or is browsed for: a folder or a file, where each can be.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { pickPath, pickUri } from '../../../src/editor/ui/pickPath';
import { fake, Uri, window } from '../../support/vscode';

let browsed: unknown[];
let found: Uri[] | undefined;
const { showOpenDialog } = window;
beforeEach(() => {
  [browsed, found, fake.lists.length] = [[], [Uri.file('/found')], 0];
  window.showOpenDialog = async options => (browsed.push(options), found);
});
afterEach(() => {
  window.showOpenDialog = showOpenDialog;
  fake.choose = items => items[0];
});
const pick = (label: string) =>
  void (fake.choose = items => items.find(one => one.label === label));

const dialog = { title: 'Open', openLabel: 'Use It' };
const known = [{ label: 'one', value: '/one' }];

test('where there is one way alone, no list is shown', async () => {
  const filters = { Weights: ['gguf'] };
  expect(await pickPath({ ...dialog, folders: {}, filters })).toBe('/found');
  expect(await pickPath({ ...dialog, files: {} })).toBe('/found');
  expect(await pickPath({ ...dialog, known })).toBe('/one');
  expect(fake.lists).toEqual([]);
  expect(browsed).toEqual([
    { ...dialog, canSelectFiles: false, canSelectFolders: true, filters },
    { ...dialog, canSelectFiles: true, canSelectFolders: false },
  ]);
});

test('a list of what is known and of the ways to browse', async () => {
  const options = { ...dialog, known, folders: { detail: 'a model' }, files: {} };
  expect(await pickPath(options)).toBe('/one');
  expect(fake.lists[0]!.map(({ label }) => label)).toEqual([
    'one',
    'Choose a folder…',
    'Choose a file…',
  ]);
  expect(fake.lists[0]![1]).toMatchObject({ detail: 'a model' });
  expect(browsed).toEqual([]);
  pick('Choose a file…');
  expect(await pickUri(options)).toEqual(Uri.file('/found'));
  expect(browsed).toEqual([{ ...dialog, canSelectFiles: true, canSelectFolders: false }]);
  found = undefined;
  expect(await pickPath(options)).toBeUndefined();
  pick('–');
  expect(await pickPath(options)).toBeUndefined();
  expect(browsed).toHaveLength(2);
});
