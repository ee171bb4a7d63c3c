// What the editor asks of bytes, across the engine's real process.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { totalsOf } from '../../../src/core/exactBytes/byteProof';
import { Engine, type RunningEngine } from '../../../src/editor/engine/engineClient';
import { Cancelled } from '../../../src/core/errors';
import type { ScoredEvent } from '../../../src/protocol/scores';
import type { NextBytesView } from '../../../src/protocol/nextBytes';
import { bundleEngine } from '../../support/engineBundle';
import { writeModelFolder } from '../../support/modelFolder';

const TEXT = 'const total = items.reduce((sum, item) => sum + item.price, 0);\n// été\n';
const AT = { uri: 'text', version: 1 };
const ALL = { utf16Start: 0, utf16End: TEXT.length };

let scratch: string;
let bundle: string;
const engines: Engine[] = [];
const events: ScoredEvent[] = [];
let onEvent = () => {};
/** Resolves when a pass reports what it has scored. */
const nextEvent = () => new Promise<void>(resolve => (onEvent = resolve));

function engineOn(folder: string): Engine {
  const engine = new Engine({
    path: join(bundle, 'engine.js'),
    model: () => ({ folder, contextLimit: 2048 }),
    onOutput: () => {},
  });
  engine.onEvent('scored', event => {
    events.push(event);
    onEvent();
  });
  engines.push(engine);
  return engine;
}

/** Asks an engine that holds the text. */
function asking<T>(engine: Engine, ask: (running: RunningEngine) => Promise<T>): Promise<T> {
  return engine.call(async running => {
    await running.remote.setDocument({ ...AT, text: TEXT });
    return ask(running);
  });
}

let coder: Engine;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'tokenscope-bytes-'));
  bundle = await bundleEngine();
  coder = engineOn(join(import.meta.dirname, '../../../models/coder'));
});
afterAll(() => {
  for (const engine of engines) engine.stop();
  rmSync(scratch, { recursive: true, force: true });
});

test('the next byte comes with the tree that was summed, whose ways share all of it', async () => {
  const utf16 = TEXT.indexOf('duce');
  const found = await asking(coder, running => running.remote.nextBytes({ ...AT, utf16 }));
  const next = found as NextBytesView;
  const sum = next.exact.reduce((a, b) => a + b, next.end + next.leak + next.untested);
  expect(Math.abs(sum - 1)).toBeLessThan(1e-9);
  expect(next.exact.indexOf(Math.max(...next.exact))).toBe('d'.charCodeAt(0));
  expect(next.biasBits).toBeGreaterThan(0.1);
  const shares = next.covers.map(({ share }) => share);
  expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
  expect(next.nodes).toBe(next.tree.length + 1);
  // Each way spells the open bytes.
  for (const { node, rest } of next.covers) {
    let spelled = Buffer.from(rest).toString();
    for (let at = node; at >= 0; at = next.tree[at]!.parent) {
      spelled = Buffer.from(next.tree[at]!.bytes).toString() + spelled;
    }
    expect(spelled).toBe(Buffer.from(next.open).toString());
  }
  expect(TEXT.slice(0, utf16).endsWith(Buffer.from(next.open).toString())).toBe(true);
});

test('a place that is withdrawn while the model is busy is not answered; the others are', async () => {
  const controller = new AbortController();
  const [first, withdrawn, last] = await asking(coder, running => {
    const ask = (utf16: number, signal?: AbortSignal) =>
      running.remote.nextBytes({ ...AT, utf16 }, signal);
    const answers = [ask(9), ask(10, controller.signal), ask(11)];
    controller.abort();
    return Promise.allSettled(answers);
  });
  expect([first!.status, last!.status]).toEqual(['fulfilled', 'fulfilled']);
  expect(withdrawn).toMatchObject({ status: 'rejected', reason: expect.any(Cancelled) });
});

test('nothing is scored before it is asked for; then the visible, then all with the proof', async () => {
  events.length = 0;
  await asking(coder, async ({ remote }) => {
    const before = await remote.characters({ ...AT, range: ALL });
    expect(before).toMatchObject({ pending: TEXT.length });
    const visible = [{ utf16Start: 6, utf16End: 14 }];
    const some = await remote.score({
      ...AT,
      visible,
      passes: ['bytes'],
      maxTokens: 0,
      whole: false,
    });
    expect(some).toMatchObject({ scored: 8, proofs: [] });
    const seen = await remote.characters({ ...AT, range: visible[0]! });
    expect(seen).toMatchObject({ pending: 0 });
    const all = await remote.score({
      ...AT,
      visible: [],
      passes: ['bytes'],
      maxTokens: 0,
      whole: true,
    });
    if ('refused' in all || !all.proofs[0]) throw new Error('refused');
    const { bytesBits, boundaryBits, endBits, tokenBits } = totalsOf(all.proofs[0]);
    expect(boundaryBits).toBe(0);
    expect(Math.abs((bytesBits + endBits) / tokenBits - 1)).toBeLessThan(1e-5);
    // Added by tokens they are the same sum.
    const { scores, byteBits } = await remote.view({
      ...AT,
      range: ALL,
      maxTokens: 99,
      details: 'alternatives' as const,
    });
    const nats = scores!.byteNats!.reduce((sum, value) => sum + value, 0);
    expect(nats / Math.LN2).toBeCloseTo(bytesBits, 6);
    expect(byteBits!.flatMap(bits => [...bits])).toHaveLength(Buffer.byteLength(TEXT));
  });
  expect(events.at(-1)).toMatchObject({ ...AT, scored: Buffer.byteLength(TEXT) });
});

test('an edit that was undone leaves the bytes alone known, and the pass is asked for again', async () => {
  const uri = 'undone';
  await asking(coder, async ({ remote }) => {
    const score = (version: number) =>
      remote.score({
        uri,
        version,
        visible: [ALL],
        passes: ['bytes'],
        maxTokens: 0,
        whole: true,
      });
    await remote.setDocument({ uri, version: 1, text: TEXT });
    await score(1);
    const start = { utf16Start: 0, utf16End: 0 };
    await remote.editDocument({ uri, version: 2, edits: [{ ...start, text: ' ' }] });
    await remote.editDocument({ uri, version: 3, edits: [{ ...start, utf16End: 1, text: '' }] });
    const pending = async () => remote.characters({ uri, version: 3, range: ALL });
    const before = await pending();
    if ('refused' in before) throw new Error(before.refused);
    expect(before.bits.some(Number.isNaN)).toBe(false);
    expect(before.pending).toBeGreaterThan(0);
    expect(await score(3)).toMatchObject({ proofs: [expect.anything()] });
    expect(await pending()).toMatchObject({ pending: 0 });
  });
});

test('a pass over bytes can be cancelled, and an edit cancels it', async () => {
  await asking(coder, async ({ remote }) => {
    const long = { uri: 'long', version: 1 };
    await remote.setDocument({ ...long, text: TEXT.repeat(40) });
    const controller = new AbortController();
    const pass = remote.score(
      { ...long, visible: [], passes: ['bytes'], maxTokens: 0, whole: true },
      controller.signal,
    );
    await nextEvent();
    controller.abort();
    await expect(pass).rejects.toBeInstanceOf(Cancelled);
    const other = remote.score({
      ...long,
      visible: [],
      passes: ['bytes'],
      maxTokens: 0,
      whole: true,
    });
    const edits = [{ utf16Start: 0, utf16End: 5, text: 'let' }];
    await nextEvent();
    void remote.editDocument({ uri: long.uri, version: 2, edits });
    await expect(other).rejects.toBeInstanceOf(Cancelled);
  });
});

test.each([
  ['a tokenizer that looks ahead no known way', true, /patterns of GPT-2, .* only/],
  ['a folder without a graph', false, /cannot score a text: there is no model\.onnx in /],
])('%s is refused with the reason', async (name, graph, reason) => {
  const folder = writeModelFolder(join(scratch, name), { graph });
  const path = join(folder, 'tokenizer.json');
  const json = readFileSync(path, 'utf8');
  if (graph) writeFileSync(path, json.replace('"use_regex":true', '"use_regex":false'));
  await asking(engineOn(folder), async ({ remote }) => {
    const refused = { refused: expect.stringMatching(reason) };
    expect(await remote.nextBytes({ ...AT, utf16: 3 })).toEqual(refused);
    expect(await remote.characters({ ...AT, range: ALL })).toEqual(refused);
    expect(
      await remote.score({ ...AT, visible: [], passes: ['bytes'], maxTokens: 0, whole: true }),
    ).toEqual(refused);
  });
});

describe('a second model', () => {
  const stories = join(import.meta.dirname, '../../../models/stories260K');

  test('needs more or less for each character, is in the next byte, and proves its own sum', async () => {
    await asking(coder, async ({ remote }) => {
      await remote.compareWith({ path: stories });
      const summary = await remote.score({
        ...AT,
        visible: [],
        passes: ['bytes', 'secondBytes'],
        maxTokens: 0,
        whole: true,
      });
      if ('refused' in summary) throw new Error(summary.refused);
      expect(summary.total).toBe(2 * Buffer.byteLength(TEXT));
      expect(summary.proofs.map(({ model }) => model)).toEqual(['coder', 'stories260K']);
      for (const proof of summary.proofs) {
        const { bytesBits, boundaryBits, endBits, tokenBits } = totalsOf(proof);
        expect(Math.abs((bytesBits + boundaryBits + endBits) / tokenBits - 1)).toBeLessThan(1e-5);
      }
      const [own, difference] = [
        await remote.characters({ ...AT, range: ALL }),
        await remote.characters({ ...AT, range: ALL, difference: true }),
      ];
      if ('refused' in own || 'refused' in difference) throw new Error('refused');
      const sum = (bits: Float32Array) => bits.reduce((a, b) => a + b, 0);
      const { bytesBits } = totalsOf(summary.proofs[1]!);
      expect(sum(own.bits) + sum(difference.bits)).toBeCloseTo(bytesBits, 2);
      const next = await remote.nextBytes({ ...AT, utf16: 3 });
      if ('refused' in next || !next.second || 'refused' in next.second) throw new Error('refused');
      const { exact, end, leak, untested, model } = next.second;
      expect(model).toBe('stories260K');
      expect(exact.reduce((a, b) => a + b, end + leak + untested)).toBeCloseTo(1, 9);
      const view = await remote.view({ ...AT, range: ALL, maxTokens: 99, details: 'alternatives' });
      expect(view.secondByteBits!.flatMap(bits => [...bits])).toHaveLength(Buffer.byteLength(TEXT));
      await remote.compareWith({ path: '' });
      const alone = await remote.nextBytes({ ...AT, utf16: 3 });
      expect(alone).not.toHaveProperty('second');
    });
  });

  test('is missing, or is a tokenizer alone: the reason is told', async () => {
    await asking(coder, async ({ remote }) => {
      const asked = { ...AT, range: ALL, difference: true };
      expect(await remote.characters(asked)).toEqual({
        refused: expect.stringContaining('no second tokenizer or model'),
      });
      await remote.compareWith({ path: join(stories, 'tokenizer.bin') });
      expect(await remote.characters(asked)).toEqual({
        refused: expect.stringContaining('tokenizer.bin is only a tokenizer'),
      });
    });
  });
});
