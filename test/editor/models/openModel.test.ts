// Opening a model, then choosing it: a choice that a newer one took the place of is not kept.
import { beforeEach, expect, test } from 'vitest';
import { Cancelled } from '../../../src/core/errors';
import type { Engine } from '../../../src/editor/engine/engineClient';
import type { ChosenModel } from '../../../src/editor/models/chosenModel';
import { openModel } from '../../../src/editor/models/chooseModel';

let events: string[];
let opened: string;
let failure: Error | undefined;
beforeEach(() => void ([events, opened, failure] = [[], '/a', undefined]));

const engine = {
  state: { kind: 'ready' },
  hasOpened: ({ folder }: { folder: string }) => folder === opened,
  keepOpened: () => events.push('keepOpened'),
  switchModel: async ({ folder }: { folder: string }) => {
    events.push(`switch ${folder}`);
    if (failure) throw failure;
  },
} as unknown as Engine;
const chosen = {
  choiceOf: (folder: string) => ({ folder, contextLimit: 64 }),
  keepDtype: async (path: string, dtype: string) => void events.push(`dtype ${path} ${dtype}`),
  keep: async (path: string) => void events.push(`keep ${path}`),
} as unknown as ChosenModel;

test('a model is kept once it is open', async () => {
  await openModel(engine, chosen, '/b', 'q4');
  expect(events).toEqual(['switch /b', 'dtype /b q4', 'keep /b']);
});

test('a choice that a newer one took the place of is not kept', async () => {
  failure = new Cancelled();
  await expect(openModel(engine, chosen, '/b', 'q4')).rejects.toBe(failure);
  expect(events).toEqual(['switch /b']);
});

test('the open model is kept in place of one that is being opened', async () => {
  await openModel(engine, chosen, '/a');
  expect(events).toEqual(['keepOpened', 'keep /a']);
});
