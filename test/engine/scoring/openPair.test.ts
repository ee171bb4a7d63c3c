// Which pair is open when choices overlap: the last one, of the model that is open.
import { afterAll, expect, test } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cancelled } from '../../../src/core/errors';
import { Model } from '../../../src/engine/models/model';
import { readModelFolder } from '../../../src/engine/models/modelFolder';
import { OpenPair } from '../../../src/engine/scoring/openPair';
import { fakeBackend } from '../../support/fakeBackend';
import { BYTE_VOCAB, writeModelFolder } from '../../support/modelFolder';

const place = mkdtempSync(join(tmpdir(), 'tokenscope-pair-'));
afterAll(() => rmSync(place, { recursive: true }));
const folderOf = (name: string) => join(place, name);
for (const name of ['opened', 'slow', 'fast'])
  writeModelFolder(folderOf(name), { graph: false, context: 16 });

/** A pair of the opened model and another, which is open when a test says so. */
function scripted() {
  const disposed: string[] = [];
  const waiting = new Map<string, () => void>();
  const modelAt = (folder: string) => {
    const read = readModelFolder(folder);
    const backend = fakeBackend(BYTE_VOCAB, { dispose: () => disposed.push(read.name) });
    return new Model(read, backend, 16);
  };
  const opened = modelAt(folderOf('opened'));
  const pair = new OpenPair(
    () => opened,
    folder =>
      new Promise(resolve => waiting.set(String(folder), () => resolve(modelAt(String(folder))))),
  );
  const choose = (name: string) =>
    pair.choose({ positive: { folder: folderOf(name) }, negative: { folder: '' } }, true);
  return { pair, choose, disposed, opens: (name: string) => waiting.get(folderOf(name))!() };
}

test('the last choice, whichever is opened first', async () => {
  const { pair, choose, disposed, opens } = scripted();
  const slow = choose('slow');
  const fast = choose('fast');
  opens('fast');
  await fast;
  opens('slow');
  await expect(slow).rejects.toThrow(Cancelled);
  expect(pair.current?.info.positive).toBe('fast');
  expect(disposed).toEqual(['slow']);
  // The choice of the one that is open takes back one that is not open yet.
  const again = choose('slow');
  await choose('fast');
  opens('slow');
  await expect(again).rejects.toThrow(Cancelled);
  expect(pair.current?.info.positive).toBe('fast');
});

test('none that was chosen beside the model before', async () => {
  const { pair, choose, disposed, opens } = scripted();
  const chosen = choose('slow');
  pair.close();
  opens('slow');
  await expect(chosen).rejects.toThrow(Cancelled);
  expect(pair.current).toBeUndefined();
  expect(disposed).toEqual(['slow']);
});
