// Which files of the workspace the routing of a text is compared with, and the page that says it.
import { beforeEach, expect, test } from 'vitest';
import type { TextDocument } from 'vscode';
import { Cancelled, UserError } from '../../../src/core/errors';
import type { LoadComparison } from '../../../src/core/layers/loadComparison';
import type { Engine } from '../../../src/editor/engine/engineClient';
import type { EngineQueries } from '../../../src/editor/engine/engineQueries';
import { compareRouting } from '../../../src/editor/layers/compareRouting';
import { FakeDocument } from '../../support/textEditor';
import { fake, Uri, workspace } from '../../support/vscode';

const bytes = (text: string) => new TextEncoder().encode(text);
const engine = {
  shownWork: new Set(),
  onEvent: () => ({ dispose: () => {} }),
} as unknown as Engine;
let failure: Error | undefined;
let asked: { texts: string[]; given: number }[];
const queries = {
  async compareLoads(_: unknown, texts: string[], given: number) {
    asked.push({ texts, given });
    if (failure) throw failure;
    const shares = Float64Array.of(0.5, 0.5);
    const layer = { layer: 1, shares, othersShares: Float64Array.of(1, 0), distance: 0.5 };
    const others = { files: texts.length, given, tokens: 7 };
    const compared: LoadComparison = { experts: 2, chosen: 1, tokens: 4, others, layers: [layer] };
    return { model: 'moe', compared };
  },
} as unknown as EngineQueries;

const compare = () =>
  compareRouting(
    engine,
    queries,
    new FakeDocument('own', 'file:///src/a.ts') as unknown as TextDocument,
  );

beforeEach(() => {
  failure = undefined;
  asked = [];
  fake.files.clear();
  Object.assign(workspace, { workspaceFolders: [{ uri: Uri.file('/src'), name: 'src' }] });
});

test('other texts of the workspace are read, and no hidden ones, packages or data', async () => {
  fake.files
    .set('/src/b.ts', bytes('b'))
    .set('/src/a.ts', bytes('own'))
    .set('/src/.git/config', bytes('hidden'))
    .set('/src/node_modules/x/index.js', bytes('package'))
    .set('/src/c.png', bytes('named as an image'))
    .set('/src/lib/0.bin.txt', bytes('a\0b'))
    .set('/src/lib/latin1.txt', Uint8Array.of(0x61, 0xff))
    .set('/src/lib/large.json', new Uint8Array(300_000).fill(0x61))
    .set('/src/lib/d.py', bytes('d'));
  const page = await compare();
  expect(asked).toEqual([{ texts: ['b', 'd'], given: 5 }]);
  expect(page?.title).toBe('Routing of src/a.ts');
  expect(page?.markdown).toContain('Model: moe. Load of 2 experts, 1 for each token, by');
  expect(page?.markdown).toContain('and 7 tokens of 2 of 5 files, each read around its middle.');
  expect(page?.markdown).toMatch(/\| +1 \| +50 % \| 0: 50 % \(100 %\), 1: 50 % \(0 %\) +\|/);
});

test('of many files some are read, from all over the workspace', async () => {
  for (let i = 0; i < 200; i++)
    fake.files.set(`/src/${String(i).padStart(3, '0')}.txt`, bytes(String(i)));
  await compare();
  const [{ texts, given } = { texts: [], given: 0 }] = asked;
  expect([texts.length, given, texts[0], texts.at(-1)]).toEqual([32, 200, '0', '193']);
});

test('without a folder it says that there is nothing to compare with', async () => {
  Object.assign(workspace, { workspaceFolders: undefined });
  await expect(compare()).rejects.toThrow(UserError);
  await expect(compare()).rejects.toThrow('No folder is open');
  expect(asked).toEqual([]);
});

test('a folder without files does not end the search, and an edit meanwhile is said', async () => {
  const folders = ['/empty', '/src'].map(path => ({ uri: Uri.file(path), name: path.slice(1) }));
  Object.assign(workspace, { workspaceFolders: folders });
  fake.files.set('/src/b.ts', bytes('b'));
  await compare();
  expect(asked).toEqual([{ texts: ['b'], given: 1 }]);
  failure = new Cancelled();
  await expect(compare()).rejects.toThrow('The text changed during the comparison. Run it again.');
});
