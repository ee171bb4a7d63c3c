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

/** A pair of the open model and another, which is open when a test says so. */
function scripted() {
  const disposed: string[] = [];
  const waiting = new Map<string, () => void>();
  const modelAt = (folder: string) => {
    const read = readModelFolder(folder);
    const backend = fakeBackend(BYTE_VOCAB, { dispose: () => disposed.push(read.name) });
    return new Model(read, backend, 16);
  };
  const opened = modelAt(folderOf('opened'));
  const shares: number[] = [];
  const asked: string[] = [];
  const pair = new OpenPair(
    () => opened,
    (folder, _, __, opening) =>
      new Promise(resolve => {
        asked.push(String(folder));
        opening!.onPrepared!(1, 4);
        waiting.set(String(folder), () => resolve(modelAt(String(folder))));
      }),
    (done, total) => shares.push(done / total),
  );
  const choose = (name: string, signal?: AbortSignal) =>
    pair.choose({ positive: { folder: folderOf(name) }, negative: { folder: '' } }, true, signal);
  const opens = (name: string) => waiting.get(folderOf(name))!();
  return { pair, choose, disposed, shares, asked, opens };
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

test('the open model beside itself, named and not, is no pair', async () => {
  const { pair, asked } = scripted();
  const named = { folder: folderOf('opened') };
  for (const other of [named, { folder: '' }]) {
    const members = { positive: { folder: '' }, negative: other };
    await expect(pair.choose(members, true)).rejects.toThrow(/^A pair needs two different models/);
  }
  expect(asked).toEqual([]);
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

test('how far it is: the models that are open, and what is prepared of the next one', async () => {
  const { pair, shares, asked, opens } = scripted();
  const [positive, negative] = ['slow', 'fast'].map(name => ({ folder: folderOf(name) }));
  const chosen = pair.choose({ positive: positive!, negative: negative! }, true);
  expect(shares).toEqual([0, 0.125]);
  opens('slow');
  await expect.poll(() => asked.length).toBe(2);
  expect(shares).toEqual([0, 0.125, 0.5, 0.625]);
  opens('fast');
  await chosen;
  expect(pair.current?.info).toEqual({ positive: 'slow', negative: 'fast' });
});

test('a choice that is aborted leaves the pair that is open, and opens no other model', async () => {
  const { pair, choose, disposed, asked, opens } = scripted();
  const first = choose('fast');
  opens('fast');
  await first;
  const [positive, negative] = ['slow', 'opened'].map(name => ({ folder: folderOf(name) }));
  const members = { positive: positive!, negative: { ...negative!, prompt: 'Wrongly.' } };
  const other = { positive: members.positive, negative: { folder: folderOf('fast') } };
  for (const chosen of [members, other]) {
    const controller = new AbortController();
    const aborted = pair.choose(chosen, true, controller.signal);
    controller.abort();
    opens('slow');
    await expect(aborted).rejects.toThrow(Cancelled);
  }
  expect(disposed).toEqual(['slow', 'slow']);
  expect(asked.map(path => path.slice(place.length + 1))).toEqual(['fast', 'slow', 'slow']);
  expect(pair.current?.info.positive).toBe('fast');
});
