// An edit in the middle of a document of several windows: what is asked of the model first, what is reported then, and
// that all numbers are those of the text scored anew.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import type { PassId } from '../../../src/core/lenses/lens';
import { Model } from '../../../src/engine/models/model';
import { RuntimeClient } from '../../../src/engine/onnx/session/runtimeClient';
import { engineServer } from '../../../src/engine/server';
import { bundleEngine } from '../../support/engineBundle';
import { writeModelFolder } from '../../support/modelFolder';
import { writeSae, writeSafetensors } from '../../support/saes';

const CONTEXT = 256;
const uri = 'file:///edited.txt';
const passes = ['features', 'tokens'] as const;
/** A token for each of 630 bytes, no two of its pieces alike. */
const text = Array.from({ length: 35 }, (_, line) => `line ${1000 + line * 37} is here\n`).join('');
const edited = `${text.slice(0, 350)}x${text.slice(350)}`;
const everything = { utf16Start: 0, utf16End: edited.length };
const { signal } = new AbortController();
const folder = mkdtempSync(join(tmpdir(), 'tokenscope-edited-'));
afterAll(() => rmSync(folder, { recursive: true }));

let bundle: string;
beforeAll(async () => {
  bundle = join(await bundleEngine(), 'runtime.js');
  writeModelFolder(folder, { context: CONTEXT });
  const sae = writeSae(join(folder, 'saes/own'), { threshold: 0.4 });
  // Without it the scale of a feature is what was seen of it by then.
  const max = { shape: [96], data: new Float32Array(96).fill(2) };
  writeSafetensors(join(sae, 'statistics.safetensors'), { max });
  const own = { start: '<|start|>', saes: ['saes/own'] };
  writeFileSync(join(folder, 'tokenscope.json'), JSON.stringify(own));
});

async function opened(of: string, onScored: () => void = () => {}) {
  const runtimes: RuntimeClient[] = [];
  const start = () => {
    const runtime = new RuntimeClient(bundle);
    runtimes.push(runtime);
    return runtime;
  };
  const engine = engineServer(Model.opener(start), name => name === 'scored' && onScored());
  onTestFinished(() => runtimes.forEach(runtime => runtime.dispose()));
  await engine.openModel({ folder, contextLimit: CONTEXT }, signal);
  await engine.openSae({ path: '' }, signal);
  await engine.setDocument({ uri, version: 1, text: of }, signal);
  return engine;
}
type Engine = Awaited<ReturnType<typeof opened>>;

const view = (
  engine: Engine,
  version: number,
  range = everything,
  wanted: readonly PassId[] = passes,
) => {
  const features = { pins: [], densityCutoff: 1 };
  return engine.view({ uri, version, range, maxTokens: 1e6, passes: wanted, features }, signal);
};
const score = (
  engine: Engine,
  version: number,
  visible = [everything],
  wanted: readonly PassId[] = passes,
) => engine.score({ uri, version, passes: wanted, visible, maxTokens: 1e6 }, signal);

/** Rows of the document that the model is asked for, in their order. */
function spyOnRequests() {
  const asked: { what: 'scores' | 'features'; first: number; end: number }[] = [];
  const note = (
    what: 'scores' | 'features',
    more: { inputs: Uint32Array; from: number; until?: number | undefined },
  ) => {
    const { inputs, from, until = inputs.length } = more;
    // After the start token, which is none of the text's.
    const start = edited.indexOf(String.fromCharCode(...inputs.subarray(1, 60)));
    const before = what === 'scores' ? 0 : 1;
    asked.push({ what, first: start + from - before, end: start + until - before });
  };
  const { score, encode } = RuntimeClient.prototype;
  vi.spyOn(RuntimeClient.prototype, 'score').mockImplementation(function (
    this: RuntimeClient,
    ...all
  ) {
    note('scores', all[0]);
    return score.apply(this, all);
  });
  vi.spyOn(RuntimeClient.prototype, 'encode').mockImplementation(function (
    this: RuntimeClient,
    ...all
  ) {
    note('features', all[0]);
    return encode.apply(this, all);
  });
  onTestFinished(() => void vi.restoreAllMocks());
  return asked;
}

test.each([
  { passes: ['features', 'tokens'] as const, visible: { utf16Start: 330, utf16End: 420 } },
  { passes: ['tokens'] as const, visible: { utf16Start: 330, utf16End: 420 } },
  // In the windows before and after the edit.
  { passes: ['features', 'tokens'] as const, visible: { utf16Start: 200, utf16End: 300 } },
  { passes: ['features', 'tokens'] as const, visible: { utf16Start: 500, utf16End: 560 } },
])('what is visible is asked for alone, and reported: %j', async ({ passes, visible }) => {
  const asked = spyOnRequests();
  let onScored = () => {};
  const engine = await opened(text, () => onScored());
  await score(engine, 1, [], passes);
  const edits = [{ utf16Start: 350, utf16End: 350, text: 'x' }];
  await engine.editDocument({ uri, version: 2, edits }, signal);
  asked.length = 0;
  const known: { asked: number; pending: number }[] = [];
  onScored = () => {
    const { length } = asked;
    // It answers at once.
    const now = view(engine, 2, visible, passes) as { pending: number };
    known.push({ asked: length, pending: now.pending });
  };
  await score(engine, 2, [visible], passes);

  const seen = known.find(({ pending }) => pending === 0)!;
  const first = asked.slice(0, seen.asked);
  expect(asked.length).toBeGreaterThan(first.length);
  for (const { first: from, end } of first) {
    expect(from).toBeGreaterThanOrEqual(350);
    expect(end).toBeLessThanOrEqual(visible.utf16End);
  }
  for (const what of passes.map(pass => (pass === 'tokens' ? 'scores' : 'features'))) {
    const ends = first.filter(one => one.what === what).map(({ end }) => end);
    if (visible.utf16End > 350) expect(Math.max(...ends)).toBe(visible.utf16End);
    else expect(ends).toEqual([]);
  }
  expect((await view(engine, 2, everything, passes)).pending).toBe(0);
});

test('all numbers are those of the text scored anew', async () => {
  const engine = await opened(text);
  await score(engine, 1, []);
  const edits = [{ utf16Start: 350, utf16End: 350, text: 'x' }];
  await engine.editDocument({ uri, version: 2, edits }, signal);
  await score(engine, 2, [
    { utf16Start: 330, utf16End: 371 },
    { utf16Start: 505, utf16End: 560 },
  ]);
  const fresh = await opened(edited);
  await score(fresh, 1, []);
  expect((await view(fresh, 1)).pending).toBe(0);
  expect(await view(engine, 2)).toEqual(await view(fresh, 1));
});
