// The passes that read layers, over documents and the built-in model.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Cancelled } from '../../../src/core/errors';
import { sumsOf } from '../../../src/core/exactBytes/tokenModel';
import {
  defaultLayerOptions,
  layerPasses,
  type LayerOptions,
  type LayerPassId,
} from '../../../src/core/layers/layerPasses';
import { wordContinuations, wordsOf } from '../../../src/core/layers/tokenWords';
import { wordEdits } from '../../../src/core/layers/wordEdits';
import { Document } from '../../../src/engine/documents/document';
import { layerPassesOf } from '../../../src/engine/layers/layerPasses';
import { layersAt } from '../../../src/engine/layers/layersAt';
import { Model } from '../../../src/engine/models/model';
import { readModelFolder } from '../../../src/engine/models/modelFolder';
import { RuntimeClient } from '../../../src/engine/onnx/session/runtimeClient';
import { scoreTokens } from '../../../src/engine/scoring/tokensPass';
import { windowsIn } from '../../../src/engine/scoring/windowRuns';
import { bundleEngine } from '../../support/engineBundle';
import { fakeBackend } from '../../support/fakeBackend';
import { fakeReading } from '../../support/fakeLayers';

const root = join(import.meta.dirname, '../../..');
const { signal } = new AbortController();
const whole = { parts: ['ladder', 'attention'], nearShare: 0.1 } as const;
let model: Model;
/** Of 160 inputs at most: a text of some hundred tokens has several windows. */
let narrow: Model;

beforeAll(async () => {
  const runtime = join(await bundleEngine(), 'runtime.js');
  const open = (context: number) =>
    Model.open(join(root, 'models/coder'), context, () => new RuntimeClient(runtime));
  [model, narrow] = await Promise.all([open(2048), open(160)]);
});
afterAll(() => {
  model.dispose();
  narrow.dispose();
});

const code = readFileSync(join(root, 'samples/retry.ts'), 'utf8');

async function valuesOf(
  by: Model,
  id: LayerPassId,
  document: Document,
  layers: LayerOptions = defaultLayerOptions,
): Promise<Float32Array> {
  const pass = layerPassesOf(() => by)[id];
  const run = { visible: [], maxTokens: Infinity, whole: true, signal, onScored: () => {} };
  const done = await pass.run(document, { ...run, layers });
  const end = pass.total(document);
  expect(done).toEqual({ scored: end });
  const columns = pass.columns(document, { first: 0, end }, { layers });
  expect(columns?.pending).toBe(0);
  return columns!.scores[id]!;
}

async function natsOf(by: Model, document: Document): Promise<Float32Array> {
  const run = { visible: [], maxTokens: Infinity, signal, onScored: () => {} };
  const tokens = await scoreTokens(by, document, run);
  return document.scoresOf(0, tokens).scores.logprobs.map(logprob => -logprob);
}

const sumOf = (values: ArrayLike<number>) =>
  Array.from(values).reduce((sum, value) => sum + value, 0);

test.each(layerPasses.filter(id => id !== 'routing'))(
  '%s says the same of a window, whatever text it is in',
  async id => {
    const document = new Document('whole', 1, code);
    const stream = document.streamBy(narrow.tokenizer);
    const values = await valuesOf(narrow, id, document);
    if (id === 'lookAhead' || id === 'robustness') return;
    const windows = [...windowsIn(narrow, stream)];
    expect(windows.length).toBeGreaterThan(2);
    const { start, ownStart, end } = windows[1]!;
    const { utf16Starts, utf16Ends } = stream.tokens(start, end);
    // Of a word that the window cuts nothing is known where the text goes on, and all where it ends.
    const text = code.slice(utf16Starts[0], id === 'wordBits' ? undefined : utf16Ends.at(-1));
    const alone = await valuesOf(narrow, id, new Document('part', 1, text));
    const own = alone.subarray(ownStart - start, end - start);
    expect(own).toEqual(values.subarray(ownStart, end));
  },
);

test.each(['exitDepth', 'redundancy', 'coreTokens', 'wordBits'] as const)(
  '%s stays known of a text whose end was deleted, however often it is looked at',
  async id => {
    const pass = layerPassesOf(() => model)[id];
    const run = { visible: [], maxTokens: Infinity, whole: true, signal, onScored: () => {} };
    const layers = defaultLayerOptions;
    const whole = new Document('whole', 1, code.slice(0, 300));
    // At the end of a token, so that the longer text begins with the same ones.
    const { utf16Ends } = whole.streamBy(model.tokenizer).tokens(0, 60);
    const cut = new Document('cut', 1, code.slice(0, utf16Ends.at(-1)));
    expect(pass.total(cut)).toBe(60);
    for (const document of [whole, cut]) await pass.run(document, { ...run, layers });
    const look = () => pass.columns(cut, { first: 0, end: pass.total(cut) }, { layers })!;
    const { scores } = look();
    for (let again = 0; again < 3; again++) expect(look()).toEqual({ scores, pending: 0 });
  },
);

test('early exits are what is left of the layers after the one of the ladder', async () => {
  const document = new Document('exits', 1, code);
  const values = await valuesOf(model, 'exitDepth', document);
  for (const utf16 of [40, 333, 700]) {
    const found = await layersAt(model, document, utf16, whole, signal);
    if (!found?.ladder || 'refused' in found.ladder) throw new Error('not read');
    const { exitLayer, rungs } = found.ladder;
    expect(values[found.token]).toBeCloseTo(1 - (1 + exitLayer) / rungs.length, 6);
    const choices = rungs.map(({ best }) => Buffer.from(best[0]!.bytes).toString('hex'));
    expect(new Set(choices.slice(exitLayer)).size).toBe(1);
    if (exitLayer > 0) expect(choices[exitLayer - 1]).not.toBe(choices[exitLayer]);
  }
});

test('the nearest and the widest attention are named with their weights', async () => {
  const document = new Document('attention', 1, code);
  const found = await layersAt(model, document, 333, whole, signal);
  if (!found?.attention || 'refused' in found.attention) throw new Error('not read');
  const { from, to, layers, heads, most } = found.attention;
  expect([layers, heads, most.length]).toEqual([4, 8, 32]);
  for (const list of [from, to]) {
    const weights = list.map(({ weight }) => weight);
    expect([...weights].sort((a, b) => b - a)).toEqual(weights);
    expect(sumOf(weights)).toBeLessThanOrEqual(from === list ? 1 + 1e-5 : Infinity);
  }
  for (const { token, utf16Start, utf16End, bytes } of from)
    if (token >= 0) expect(Buffer.from(bytes).toString()).toBe(code.slice(utf16Start, utf16End));
  expect(from.every(({ token }) => token <= found.token)).toBe(true);
  expect(to.every(({ token }) => token > found.token)).toBe(true);
  expect(await layersAt(model, document, code.length, whole, signal)).toBeNull();
});

describe('words', () => {
  test('cost together what their tokens cost', async () => {
    const text = `${code.slice(0, 700)}\n`;
    const document = new Document('words', 1, text);
    const values = await valuesOf(model, 'wordBits', document);
    const tokens = document.streamBy(model.tokenizer).tokens();
    const { starts, words } = wordsOf(text, tokens);
    const units = Array.from(words, (_, unit) => values[starts[unit]!]!);
    const nats = await natsOf(model, document);
    // No word is open at the end.
    expect(sumOf(units)).toBeCloseTo(sumOf(nats), 2);
    expect(Math.abs(sumOf(units) / sumOf(nats) - 1)).toBeLessThan(1e-6);
  });

  test('have no number where the end of a window cuts them, and that of their text where it ends there', async () => {
    const text = 'counter '.repeat(10);
    const document = new Document('cut words', 1, text);
    const { ids, utf16Ends } = document.streamBy(model.tokenizer).tokens();
    const first = model.tokenizer.encode(text.slice(0, 7)).ids.length;
    // Windows of so many tokens end inside a word, or behind its last letter.
    const short = new Model(
      readModelFolder(join(root, 'models/coder')),
      fakeBackend(model.tokenizer.vocabSize),
      first + model.startTokens,
    );
    const pass = layerPassesOf(() => short).wordBits;
    const run = { visible: [], maxTokens: Infinity, whole: true, signal, onScored: () => {} };
    const layers = defaultLayerOptions;
    const read = async (each: Document) => {
      await pass.run(each, { ...run, layers });
      const { scores, pending } = pass.columns(each, { first: 0, end: first }, { layers })!;
      expect(pending).toBe(0);
      return [...scores.wordBits!];
    };
    const own = new Document('own', 1, text.slice(0, utf16Ends[first - 1]));
    expect(own.streamBy(model.tokenizer).tokens().ids).toEqual(ids.slice(0, first));
    // The same window, of a text that goes on behind it and of one that ends with it, each twice.
    for (let again = 0; again < 2; again++) {
      expect(await read(document)).toEqual(Array.from({ length: first }, () => NaN));
      expect((await read(own)).every(Number.isFinite)).toBe(true);
    }
  });

  test('end with the probability of all tokens that do not go on with them', async () => {
    const text = 'const total';
    const values = await valuesOf(model, 'wordBits', new Document('one', 1, text));
    const { ids } = model.tokenizer.encode(text);
    const node = { parent: -1, token: -1 };
    const [row] = await model.asTokenModel().rows([...ids], [node], [0]);
    const goesOn = wordContinuations(model.tokenizer);
    const ends = sumOf(row!.map((logprob, id) => (goesOn[id] ? 0 : Math.exp(logprob))));
    const nats = await natsOf(model, new Document('again', 1, text));
    const places = wordsOf(text, new Document('', 1, text).streamBy(model.tokenizer).tokens());
    const first = places.starts.at(-2)!;
    const openBefore = places.open[first] === 1;
    expect(openBefore).toBe(true);
    const before = [...ids.subarray(0, first)];
    const set = new Uint32Array(Math.ceil(goesOn.length / 32));
    goesOn.forEach((own, id) => (set[id >> 5]! |= own << (id & 31)));
    const asked = { node: 0, tokens: [], ranges: [], others: set };
    const [mass] = await sumsOf(model.asTokenModel(), before, [node], [asked], new Uint32Array());
    const own = sumOf(nats.subarray(first)) + mass! - Math.log(ends);
    expect(values.at(-1)).toBeCloseTo(own, 4);
  });
});

test('look-ahead adds up the surprisals that follow', async () => {
  const document = new Document('ahead', 1, code);
  const layers = { ...defaultLayerOptions, lookAheadTokens: 5 };
  const values = await valuesOf(model, 'lookAhead', document, layers);
  const nats = await natsOf(model, document);
  for (const token of [0, 17, 200])
    expect(values[token]).toBeCloseTo(sumOf(nats.subarray(token, token + 5)), 3);
  expect(values[nats.length - 5]).toBeGreaterThan(0);
  expect([...values.subarray(nats.length - 4)]).toEqual([NaN, NaN, NaN, NaN]);
});

test('look-ahead of what is visible needs no more of the text than it adds up', async () => {
  const document = new Document('visible', 1, `// Not scored before.\n${code}`);
  const layers = { ...defaultLayerOptions, lookAheadTokens: 8 };
  const pass = layerPassesOf(() => model).lookAhead;
  // The model is run in chunks of 64 tokens.
  const [first, end] = [40, 64];
  const { utf16Starts, utf16Ends } = document.streamBy(model.tokenizer).tokens(first, end);
  const visible = [{ utf16Start: utf16Starts[0]!, utf16End: utf16Ends.at(-1)! }];
  const run = { visible, maxTokens: 0, whole: false, signal, onScored: () => {} };
  const done = await pass.run(document, { ...run, layers });
  expect('scored' in done && done.scored).toBeLessThan(pass.total(document));
  const { scores, pending } = pass.columns(document, { first, end }, { layers })!;
  expect(pending).toBe(0);
  expect([...scores.lookAhead!].some(Number.isNaN)).toBe(false);
});

test('lexical identity and words that matter are draws of a seed', async () => {
  const text = code.slice(0, 500);
  for (const id of ['lexical', 'robustness'] as const) {
    const of = (seed: number) =>
      valuesOf(model, id, new Document(`${id} ${seed}`, 1, text), { ...defaultLayerOptions, seed });
    const one = await of(1);
    expect(await of(1)).toEqual(one);
    expect(await of(2)).not.toEqual(one);
  }
});

test('a word that matters is one whose letter changes what follows it costs', async () => {
  const text = 'const total = 1;\nreturn total + other;\nconst next = total;\n';
  const values = await valuesOf(model, 'robustness', new Document('matters', 1, text));
  const { edited, stretches } = wordEdits(text, 0, 8, defaultLayerOptions.seed);
  const [first] = stretches;
  const cost = async (whole: string) => {
    const document = new Document(whole, 1, whole);
    const nats = await natsOf(model, document);
    const { utf16Starts } = document.streamBy(model.tokenizer).tokens();
    const { start, end } = first!.after;
    return sumOf(nats.filter((_, i) => utf16Starts[i]! >= start && utf16Starts[i]! < end));
  };
  expect(edited).toHaveLength(text.length);
  expect(values[0]).toBeCloseTo((await cost(edited)) - (await cost(text)), 3);
});

test('words that matter are none of those whose following words a window cuts off', async () => {
  const whole = code.slice(0, 560);
  const document = new Document('several windows', 1, whole);
  const values = await valuesOf(narrow, 'robustness', document);
  const stream = document.streamBy(narrow.tokenizer);
  const windows = [...windowsIn(narrow, stream, Math.floor(narrow.info.contextTokens / 2))];
  expect(windows.length).toBeGreaterThan(2);
  const valuesBefore = (token: number) => {
    const { utf16Starts, utf16Ends } = stream.tokens();
    const text = whole.slice(0, utf16Ends[token - 1]);
    // A letter is changed in words of letters, marks and digits.
    const words = [...text.matchAll(/[\p{L}\p{M}\p{N}]+/gu)].slice(-8);
    return words.map(({ index }) => values[utf16Starts.findLastIndex(start => start <= index)]!);
  };
  for (const { end } of windows.slice(0, -1)) expect(valuesBefore(end)).toEqual(Array(8).fill(NaN));
  const last = valuesBefore(windows.at(-1)!.end);
  expect(last.filter(Number.isFinite).length).toBeGreaterThan(5);
});

test('attention is read of one layer and one head, and others are refused', async () => {
  const document = new Document('heads', 1, code.slice(0, 300));
  const options = (layer: number | null, head: number | null) => ({
    ...defaultLayerOptions,
    layer,
    head,
  });
  const of = (layer: number | null, head: number | null) =>
    valuesOf(model, 'dilution', document, options(layer, head));
  const heads = await Promise.all([...Array(8).keys()].map(head => of(2, head)));
  const layer = await of(2, null);
  for (const token of [5, 60])
    expect(layer[token]).toBeCloseTo(sumOf(heads.map(values => values[token]!)) / 8, 5);
  const run = { visible: [], maxTokens: Infinity, whole: true, signal, onScored: () => {} };
  const passes = layerPassesOf(() => model);
  for (const [asked, words] of [
    [options(4, null), 'Layer 4 does not exist'],
    [options(null, 8), 'Head 8 does not exist'],
  ] as const)
    expect(await passes.dilution.run(document, { ...run, layers: asked })).toEqual({
      refused: expect.stringContaining(words) as string,
    });
});

test('a model whose layers cannot be read says so', async () => {
  const fake = new Model(
    readModelFolder(join(root, 'models/coder')),
    fakeBackend(model.tokenizer.vocabSize),
    256,
  );
  const run = { visible: [], maxTokens: 9, whole: false, signal, onScored: () => {} };
  const passes = layerPassesOf(() => fake);
  const document = new Document('none', 1, 'text');
  for (const id of ['exitDepth', 'attention', 'redundancy'] as const)
    expect(await passes[id].run(document, run)).toEqual({
      refused: 'The fake model has no layers',
    });
  const at = await layersAt(fake, document, 0, whole, signal);
  expect(at?.ladder).toEqual({ refused: 'The fake model has no layers' });
});

test('layers are read for what is asked, and the same attention once', async () => {
  const asked: string[] = [];
  const { vocabSize } = model.tokenizer;
  const backend = fakeBackend(vocabSize, {
    layers: {
      async read({ inputs }, reading) {
        asked.push(reading.kind);
        return fakeReading(inputs, vocabSize, reading, 5);
      },
    },
  });
  const fake = new Model(readModelFolder(join(root, 'models/coder')), backend, 512);
  const document = new Document('asked', 1, code.slice(0, 300));
  for (const part of ['ladder', 'attention'] as const) {
    const at = await layersAt(fake, document, 40, { parts: [part], nearShare: 0.1 }, signal);
    expect(Object.keys(at!)).toEqual(['token', 'bytes', part]);
  }
  expect(asked.splice(0)).toEqual(['ladder', 'attentionAt']);
  const attention = await valuesOf(fake, 'attention', document);
  const local = await valuesOf(fake, 'dilution', document);
  expect(asked.splice(0)).toEqual(['attention']);
  const other = new Document('other', 1, `x${code.slice(1, 300)}`);
  expect(await valuesOf(fake, 'attention', other)).not.toEqual(attention);
  expect(asked.splice(0)).toEqual(['attention']);
  expect(await valuesOf(fake, 'dilution', other)).not.toEqual(local);
  expect(asked).toEqual([]);
  const near = await valuesOf(fake, 'dilution', other, {
    ...defaultLayerOptions,
    nearShare: 0.5,
  });
  expect(near).not.toEqual(local);
  expect(asked).toEqual(['attention']);
});

test('a cancel ends a pass between chunks', async () => {
  const controller = new AbortController();
  const document = new Document('long', 1, code.repeat(3));
  const run = { visible: [], maxTokens: Infinity, whole: true, onScored: () => {} };
  const passes = layerPassesOf(() => model);
  const done = passes.attention.run(document, { ...run, signal: controller.signal });
  controller.abort();
  await expect(done).rejects.toThrow(Cancelled);
});
