// A calibration is remembered for the model that it measured, by the texts of the workspace.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Memento } from 'vscode';
import { Cancelled, UserError } from '../../../src/core/errors';
import { Calibrations } from '../../../src/editor/completion/calibrations';
import type { Engine } from '../../../src/editor/engine/engineClient';
import { FakeDocument } from '../../support/textEditor';
import { fake, workspace } from '../../support/vscode';

const FOUND = { model: 'coder', cuts: 50, rows: [], inWords: [], chosen: { mode: 'spm' } };
let asked: { texts: string[]; cuts: number; contextTokens: number }[];
let answer: () => unknown;
let progress: (event: object) => void;
let calibrations: Calibrations;

beforeEach(() => {
  asked = [];
  answer = () => FOUND;
  const values = new Map<string, unknown>();
  const remote = {
    calibrate: async (request: (typeof asked)[0]) => {
      asked.push(request);
      progress({ done: 5, total: 50 });
      return answer();
    },
  };
  const engine = {
    onEvent: (_: string, listener: typeof progress) => (progress = listener),
    call: (request: (running: object) => unknown) =>
      request({ remote, model: { folder: '/coder' } }),
  };
  const memento = {
    get: (key: string) => values.get(key),
    update: async (key: string, value: unknown) => void values.set(key, value),
  };
  calibrations = new Calibrations(engine as unknown as Engine, memento as unknown as Memento);
  fake.progress.length = 0;
  fake.files.clear();
  fake.files
    .set('/src/b.ts', new TextEncoder().encode('b'))
    .set('/src/a.ts', new TextEncoder().encode('a'));
});
afterEach(() => {
  calibrations.dispose();
  fake.files.clear();
  fake.gone.clear();
  vi.useRealTimers();
  Object.assign(workspace, { textDocuments: [] });
});

test('is remembered under the model’s folder, and told', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 2, 12) });
  let changes = 0;
  calibrations.onDidChange(() => changes++);
  const found = await calibrations.run();
  expect(found).toEqual({ ...FOUND, files: 2, day: '2026-01-02' });
  expect(asked).toEqual([{ texts: ['a', 'b'], cuts: 50, contextTokens: 512 }]);
  expect(calibrations.calibrationOf('/coder')).toEqual(found);
  expect(calibrations.calibrationOf('/other')).toBeUndefined();
  expect(changes).toBe(1);
  expect(fake.progress).toEqual([{ message: '5 of 50 places', increment: 10 }]);
  progress({ done: 6, total: 50 });
  expect(fake.progress).toHaveLength(1);
});

test('is nothing where it was cancelled or refused', async () => {
  answer = () => ({ refused: 'the model has no FIM' });
  await expect(calibrations.run()).rejects.toThrow(
    new UserError('Not calibrated: the model has no FIM.'),
  );
  answer = () => {
    throw new Cancelled();
  };
  expect(await calibrations.run()).toBeUndefined();
  expect(calibrations.calibrationOf('/coder')).toBeUndefined();
});

test('takes sixty files from all over the workspace, none that is no text or large', async () => {
  fake.files.clear();
  for (let i = 0; i < 180; i++)
    fake.files.set(`/src/${String(i).padStart(3, '0')}.ts`, new TextEncoder().encode(`${i}`));
  fake.files.set('/src/003.ts', Uint8Array.of(0xff)).set('/src/006.ts', new Uint8Array(200_001));
  await calibrations.run();
  const { texts } = asked[0]!;
  expect(texts).toHaveLength(58);
  expect([texts[0], texts.at(-1)]).toEqual(['0', '177']);
});

test('leaves out files that cannot be read', async () => {
  fake.gone.add('/src/a.ts');
  await calibrations.run();
  expect(asked[0]!.texts).toEqual(['b']);
});

test('without files, the open documents', async () => {
  fake.files.clear();
  const documents = [new FakeDocument('open'), new FakeDocument('log', 'output:/log')];
  Object.assign(workspace, { textDocuments: documents });
  await calibrations.run();
  expect(asked[0]!.texts).toEqual(['open']);
});
