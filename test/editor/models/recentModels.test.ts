import { expect, test } from 'vitest';
import {
  hasChosen,
  keepChosen,
  keepRecent,
  recentModels,
} from '../../../src/editor/models/recentModels';
import { fakeMemory } from '../../support/fakeMemory';

test('the newest is first, each is there once, and old ones go', async () => {
  const memory = fakeMemory();
  for (const path of ['/a', '/b', '/a']) await keepRecent(memory, path);
  expect(recentModels(memory)).toEqual(['/a', '/b']);
  for (let i = 0; i < 20; i++) await keepRecent(memory, `/${i}`);
  expect(recentModels(memory)).toHaveLength(8);
  expect(recentModels(memory)[0]).toBe('/19');
});

test('the built-in model is a choice, and needs no place in the list', async () => {
  const memory = fakeMemory();
  expect(hasChosen(memory)).toBe(false);
  await keepRecent(memory, '');
  expect(hasChosen(memory)).toBe(true);
  expect(recentModels(memory)).toEqual([]);
});

test('so is having been told', async () => {
  const memory = fakeMemory();
  await keepChosen(memory);
  expect(hasChosen(memory)).toBe(true);
});
