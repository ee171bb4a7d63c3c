// The delete gate: the built-in one beside PyTorch, and one that was converted from a checkpoint in the published layout
// beside transformers (made by training/golden/gate.py); and its windows.
import * as fc from 'fast-check';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Cancelled } from '../../../src/core/errors';
import { defaultLayerOptions, type LayerOptions } from '../../../src/core/layers/layerPasses';
import type { PassId } from '../../../src/core/lenses/lens';
import { Document } from '../../../src/engine/documents/document';
import type { Gate } from '../../../src/engine/gate/gate';
import { readGate } from '../../../src/engine/gate/gatePass';
import { gateAt, gateCharacters } from '../../../src/engine/gate/gateViews';
import { OpenGate } from '../../../src/engine/gate/openGate';
import { Model, type OpenModel } from '../../../src/engine/models/model';
import { engineServer } from '../../../src/engine/server';
import { RuntimeClient } from '../../../src/engine/onnx/session/runtimeClient';
import { bundleEngine } from '../../support/engineBundle';
import { writeDecoder } from '../../support/graphs';
import { writeModelFolder } from '../../support/modelFolder';
import { golden as goldens, models } from '../../support/paths';
import { sampleOf, seedOr } from '../../support/seed';

interface Golden {
  texts: Record<string, { from: number; to: number }>;
  sha256: string;
  /** By the names of texts: float32 of each byte. */
  builtIn: Record<string, string>;
  converted: Record<string, string>;
}

const golden = JSON.parse(readFileSync(join(goldens, 'gate.json'), 'utf8')) as Golden;
const builtIn = join(models, 'gate');
const converted = join(goldens, 'gate');
const place = mkdtempSync(join(tmpdir(), 'tokenscope-gate-'));
const { signal } = new AbortController();
/** Beside a scale of 30, in float32. */
const LIMIT = 1e-3;
/** Bytes of a window, with the end of the text. */
const CONTEXT = 24;
let openModel: OpenModel;
let opened = 0;
const gates: OpenGate[] = [];

beforeAll(async () => {
  const runtime = join(await bundleEngine(), 'runtime.js');
  const open = Model.opener(() => new RuntimeClient(runtime));
  openModel = (...params) => {
    opened++;
    return open(...params);
  };
});
afterAll(() => {
  for (const each of gates) each.dispose();
  rmSync(place, { recursive: true });
});

function open(folder: string): Promise<Gate> {
  const gate = new OpenGate(openModel, builtIn);
  gates.push(gate);
  return gate.open(folder);
}

/** A copy of the converted gate with another tokenscope.json. */
function changed(name: string, change: object): string {
  const folder = join(place, name);
  cpSync(converted, folder, { recursive: true });
  const own = JSON.parse(readFileSync(join(converted, 'tokenscope.json'), 'utf8')) as {
    gate: object;
  };
  const gate = { ...own.gate, ...change };
  writeFileSync(join(folder, 'tokenscope.json'), JSON.stringify({ gate }));
  return folder;
}

const whole = { visible: [], maxTokens: Infinity, signal, onScored: () => {} };

async function valuesOf(gate: Gate, text: string): Promise<Float32Array> {
  const document = new Document('', 0, text);
  const total = Buffer.byteLength(text);
  expect(await readGate(gate, document, whole)).toBe(total);
  return gate.valuesIn(document, 0, total);
}

describe.each([
  ['the built-in gate has PyTorch’s values', builtIn, golden.builtIn],
  ['a converted gate has those of transformers’ T5', converted, golden.converted],
])('%s', (_, folder, expected) => {
  test.each(Object.entries(golden.texts))('in %s', async (name, { from, to }) => {
    const gate = await open(folder);
    const bytes = readFileSync(join(goldens, 'texts', name)).subarray(from, to);
    const packed = Buffer.from(expected[name]!, 'base64');
    const values = new Float32Array(
      packed.buffer.slice(packed.byteOffset, packed.byteOffset + packed.length),
    );
    const found = await valuesOf(gate, bytes.toString('utf8'));
    expect(found).toHaveLength(values.length);
    const apart = found.map((value, i) => Math.abs(value - values[i]!));
    expect(Math.max(...apart)).toBeLessThan(LIMIT);
    const kept = values.filter(value => gate.keeps(value)).length;
    expect(gate.lengthOf(new Document('', 0, bytes.toString('utf8')))).toEqual({
      total: values.length,
      known: values.length,
      kept,
    });
    if (values.length < 100) return;
    // It deletes some, and not all.
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(values.length);
  });
});

test('the goldens are of the gate that is there', () => {
  const bytes = readFileSync(join(builtIn, 'gate.onnx'));
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(golden.sha256);
});

test('values depend on the text alone: not on what was visible, nor on what the text was before', async () => {
  const folder = changed('windows', { tokens: CONTEXT });
  const gate = await open(folder);
  const fresh = await open(folder);
  const piece = fc.constantFrom('a', 'b ', '\n', 'ab', 'é', '𝄞', 'word\n', 'long'.repeat(9));
  const text = fc.array(piece, { maxLength: 30, size: 'max' }).map(pieces => pieces.join(''));
  const edit = fc.record({ at: fc.nat(150), removed: fc.nat(12), text: piece });
  const visible = fc.array(
    fc.tuple(fc.nat(150), fc.nat(40)).map(([utf16Start, size]) => ({
      utf16Start,
      utf16End: utf16Start + size,
    })),
    { maxLength: 2 },
  );
  const run = fc.record({ visible, maxTokens: fc.constantFrom(0, 40, Infinity) });
  let most = 0;
  await fc.assert(
    fc.asyncProperty(
      text,
      fc.array(fc.tuple(edit, run), { maxLength: 5 }),
      async (start, steps) => {
        const document = new Document('edited', 0, start);
        for (const [version, [{ at, removed, text }, asked]] of steps.entries()) {
          const { length } = document.text;
          const utf16Start = boundary(document.text, Math.min(at, length));
          const utf16End = boundary(document.text, Math.min(utf16Start + removed, length));
          document.edit(version + 1, [{ utf16Start, utf16End, text }]);
          await readGate(gate, document, { ...whole, ...asked });
          for (const { utf16Start, utf16End } of asked.visible) {
            const range = {
              utf16Start: boundary(document.text, Math.min(utf16Start, document.text.length)),
              utf16End,
            };
            expect(gateCharacters(gate, document, range).pending).toBe(0);
          }
        }
        await readGate(gate, document, whole);
        const bytes = Buffer.byteLength(document.text);
        most = Math.max(most, gate.textOf(document).windows.length);
        const expected = await valuesOf(fresh, document.text);
        expect(gate.valuesIn(document, 0, bytes)).toEqual(expected);
        // A part of them is that part.
        const [from, to] = [bytes >> 2, bytes >> 1];
        expect(gate.valuesIn(document, from, to)).toEqual(expected.subarray(from, to));
      },
    ),
    { numRuns: sampleOf(30, 300), seed: seedOr(1) },
  );
  expect(most).toBeGreaterThan(3);
});

/** Not between the two units of a character. */
function boundary(text: string, at: number): number {
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00 ? at - 1 : at;
}

test('windows are those of the design: from the first line start after half of one', async () => {
  const gate = await open(changed('design', { tokens: CONTEXT }));
  const text = `${'x'.repeat(14)}\n${'y'.repeat(30)}`;
  const { windows } = gate.textOf(new Document('', 0, text));
  expect(windows).toEqual([
    { start: 0, ownStart: 0, end: 23 },
    { start: 15, ownStart: 23, end: 38 },
    { start: 27, ownStart: 38, end: 45 },
  ]);
  const values = await valuesOf(gate, text);
  const last = await valuesOf(gate, text.slice(27));
  expect(values.subarray(38)).toEqual(last.subarray(11));
});

test('a character has the mean of its bytes, and the hover each of them', async () => {
  const gate = await open(converted);
  const document = new Document('', 0, 'a𝄞é');
  const all = { utf16Start: 0, utf16End: 9 };
  expect(gateCharacters(undefined, document, all).pending).toBe(3);
  expect(gateCharacters(gate, document, all).pending).toBe(3);
  const values = await valuesOf(gate, document.text);
  const { utf16Starts, bits, pending } = gateCharacters(gate, document, all);
  expect([[...utf16Starts], pending]).toEqual([[0, 1, 3], 0]);
  const mean = (from: number, to: number) =>
    (100 * values.subarray(from, to).reduce((sum, value) => sum + value, 0)) / (to - from) / -30;
  [mean(0, 1), mean(1, 5), mean(5, 7)].forEach((value, i) => expect(bits[i]).toBeCloseTo(value, 3));
  expect(gateAt(gate, document, 1)).toMatchObject({
    bytes: Uint8Array.from(Buffer.from('𝄞')),
    values: values.slice(1, 5),
    total: 7,
    known: 7,
    kept: values.filter(value => value > -15).length,
    threshold: -15,
  });
  expect(gateAt(gate, document, 4)).toBeNull();
});

test('a gate is opened when it is asked for, once, and makes way for another one', async () => {
  const gate = new OpenGate(openModel, builtIn);
  gates.push(gate);
  const before = opened;
  expect(gate.current('')).toBeUndefined();
  const [one, same] = await Promise.all([gate.open(''), gate.open('')]);
  expect([same === one, opened - before]).toEqual([true, 1]);
  expect(gate.current(converted)).toBeUndefined();
  const other = await gate.open(converted);
  expect([gate.current(converted) === other, gate.current('')]).toEqual([true, undefined]);
  expect(other.facts.name).toBe('tiny random gate');
});

test('the engine opens it for its lens alone, and says the same of tokens and of characters', async () => {
  const server = engineServer(openModel, undefined, undefined, undefined, builtIn);
  const at = { uri: 'text', version: 1 };
  const text = 'return “größer”;\n';
  const range = { utf16Start: 0, utf16End: text.length };
  const layers = { ...defaultLayerOptions, gateFolder: converted };
  const asked = { ...at, range, gateFolder: converted };
  const gone = new AbortController().signal;
  await server.openModel({ folder: join(models, 'coder'), contextLimit: 99 }, gone);
  await server.setDocument({ ...at, text }, gone);
  const before = opened;
  const score = (passes: PassId[], layers: LayerOptions) =>
    server.score({ ...at, passes, visible: [range], maxTokens: Infinity, layers }, gone);
  await score(['tokens', 'exitDepth', 'chunks'], layers);
  await server.view({ ...at, range, maxTokens: 99, details: 'alternatives', layers }, gone);
  expect(await server.gateAt({ ...asked, utf16: 3 }, gone)).toBeNull();
  expect(opened - before).toBe(0);
  expect(await score(['deleteGate'], layers)).toMatchObject({ scored: Buffer.byteLength(text) });
  expect(opened - before).toBe(1);
  const { bits, pending } = await server.gateCharacters(asked, gone);
  const passes: PassId[] = ['deleteGate'];
  const view = await server.view({ ...at, range, maxTokens: 99, passes, layers }, gone);
  expect([pending, view.pending]).toEqual([0, 0]);
  const shares = view.scores!.deleteGate!;
  // Of a token of ASCII the mean of its characters, which are its bytes.
  const [token] = [...view.utf16Starts.keys()];
  const own = bits.subarray(view.utf16Starts[token!], view.utf16Ends[token!]);
  const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
  expect(100 * shares[token!]!).toBeCloseTo(mean, 3);
  expect(own.length).toBeGreaterThan(1);
  expect(await score(['deleteGate'], { ...layers, gateFolder: join(models, 'coder') })).toEqual({
    refused: expect.stringContaining('There is no gate.onnx in') as string,
  });
});

test('a cancel ends a pass between windows', async () => {
  const gate = await open(changed('cancel', { tokens: CONTEXT }));
  const controller = new AbortController();
  const onScored = () => controller.abort();
  const run = { ...whole, signal: controller.signal, onScored };
  await expect(readGate(gate, new Document('', 0, 'x'.repeat(99)), run)).rejects.toThrow(Cancelled);
});

describe('what is no gate is refused by name', () => {
  test.each([
    ['scale', { scale: 30 }, '"scale" of "gate" should be a number below 0'],
    ['threshold', { threshold: 1 }, '"threshold" of "gate" should be a number between'],
    ['tokens', { tokens: 1 }, '"tokens" of "gate" should be a whole number from 2'],
    ['layer', { layer: 'third' }, '"layer" of "gate" should be a whole number'],
  ])('%s', async (name, change, words) => {
    await expect(open(changed(`wrong-${name}`, change))).rejects.toThrow(words);
  });

  test('a folder without a gate, or without what is said of it', async () => {
    await expect(open(join(models, 'coder'))).rejects.toThrow(/There is no gate\.onnx in .*coder/);
    await expect(open(join(place, 'absent'))).rejects.toThrow('Model folder not found');
    const bare = changed('bare', {});
    writeFileSync(join(bare, 'tokenscope.json'), '{}');
    await expect(open(bare)).rejects.toThrow('tokenscope.json has no "gate"');
  });

  test('tokens that are no bytes', async () => {
    const pairs = writeModelFolder(join(place, 'pairs'), { graph: false, pairs: ['ab'] });
    writeFileSync(join(pairs, 'gate.onnx'), '');
    await expect(open(pairs)).rejects.toThrow('has no byte vocabulary, which a delete gate needs');
  });

  test('another graph, and a damaged one', async () => {
    const decoder = changed('decoder', {});
    const graph = writeDecoder(join(place, 'graph'), { vocab: 259, hidden: 32, layers: 1 });
    cpSync(graph, join(decoder, 'gate.onnx'));
    await expect(open(decoder)).rejects.toThrow('is not a delete gate: it should take "input_ids"');
    const cut = changed('cut', {});
    writeFileSync(
      join(cut, 'gate.onnx'),
      readFileSync(join(converted, 'gate.onnx')).subarray(0, 20_000),
    );
    await expect(open(cut)).rejects.toThrow('is truncated or not an ONNX model');
  });
});

test('chosen as a model, it is a tokenizer alone, and says why', async () => {
  const model = await Model.open(builtIn, 99, () => {
    throw new Error('no thread is needed');
  });
  expect(model.info).toMatchObject({
    scores: false,
    scoresMissing: expect.stringContaining('is an encoder-decoder model') as string,
    warnings: [],
  });
});
