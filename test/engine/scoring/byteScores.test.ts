// The bytes of a document from a real model: in one window and in several, in parts and at once.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { totalsOf, type Sums } from '../../../src/core/exactBytes/byteProof';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import { byteScoresOf, charactersOf } from '../../../src/engine/scoring/byteScores';
import { scoreBytes } from '../../../src/engine/scoring/bytesPass';
import { byteProof } from '../../../src/engine/scoring/proveBytes';
import { Document } from '../../../src/engine/documents/document';
import { Model } from '../../../src/engine/models/model';
import { readModelFolder } from '../../../src/engine/models/modelFolder';
import { RuntimeClient } from '../../../src/engine/onnx/session/runtimeClient';
import { Cancelled } from '../../../src/core/errors';
import { bundleEngine } from '../../support/engineBundle';

const CODE =
  "import numpy as np\n\n\ndef mean(xs):\n    # l'été 日本\n    return np.array(xs).mean()\n";
const { signal } = new AbortController();

let bundle: string;
const models: Model[] = [];
const open = async (contextLimit: number, hasStart = true) => {
  const folder = readModelFolder(join(import.meta.dirname, '../../../models/coder'));
  const start = () => new RuntimeClient(join(bundle, 'runtime.js'));
  const model = await Model.open(
    hasStart ? folder : { ...folder, start: null },
    contextLimit,
    start,
  );
  models.push(model);
  return model;
};

beforeAll(async () => void (bundle = await bundleEngine()));
afterAll(() => {
  for (const model of models) model.dispose();
});

const ignore = () => {};

async function scored(model: Model, text: string) {
  const document = new Document('text', 1, text);
  await scoreBytes(model, document, { visible: [], whole: true, signal, onScored: ignore });
  return { document, scores: byteScoresOf(model, document) };
}

function expectEqual({ bytesBits, boundaryBits, endBits, tokenBits }: Sums): void {
  expect(Math.abs((bytesBits + boundaryBits + endBits) / tokenBits - 1)).toBeLessThan(1e-5);
}

describe('the bytes of a text', () => {
  test('come to what its tokens cost, which other code computes', async () => {
    const model = await open(2048);
    for (const text of [CODE, '', 'x']) {
      const { document, scores } = await scored(model, text);
      expect(scores.surprisals.every(nats => nats > 0)).toBe(true);
      const proof = await byteProof(model, document, signal);
      expect(proof.windows).toHaveLength(1);
      expect(proof.windows[0]!.boundaryBits).toBe(0);
      expectEqual(totalsOf(proof));
    }
  });

  test('longer than the context come to it window by window', async () => {
    const model = await open(60);
    const { document, scores } = await scored(model, CODE.repeat(3));
    const { windows } = await byteProof(model, document, signal);
    expect(windows.length).toBeGreaterThan(2);
    expect(windows[0]!.byteStart).toBe(0);
    expect(windows.at(-1)!.byteEnd).toBe(scores.bytes.length);
    for (const [i, window] of windows.entries()) {
      expectEqual(window);
      if (i > 0) expect(window.byteStart).toBe(windows[i - 1]!.byteEnd);
      if (i > 0) expect(window.contextStart).toBeLessThan(window.byteStart);
    }
    expect(windows.some(({ boundaryBits }) => boundaryBits !== 0)).toBe(true);
  });

  test('are the same whatever was visible, and wherever they were cancelled', async () => {
    const model = await open(60);
    const text = CODE.repeat(2);
    const { scores: all } = await scored(model, text);
    const document = new Document('text', 1, text);
    const visible = [{ utf16Start: 90, utf16End: 110 }];
    const seen = { visible, whole: false, signal, onScored: ignore };
    expect(await scoreBytes(model, document, seen)).toBe(encodeUtf8(text.slice(90, 110)).length);
    const controller = new AbortController();
    const onScored = (count: number) => void (count > 60 && controller.abort());
    const cut = { visible: [], whole: true, signal: controller.signal, onScored };
    await expect(scoreBytes(model, document, cut)).rejects.toThrow(Cancelled);
    await scoreBytes(model, document, { ...seen, whole: true });
    byteScoresOf(model, document).surprisals.forEach((nats, i) =>
      expect(Math.abs(nats - all.surprisals[i]!)).toBeLessThan(1e-4),
    );
  });

  test('before an edit are kept, and with those after it are those of the new text', async () => {
    const model = await open(2048);
    const { document } = await scored(model, CODE);
    const at = CODE.indexOf('xs');
    document.edit(2, [{ utf16Start: at, utf16End: at + 2, text: 'values' }]);
    const before = byteScoresOf(model, document).surprisals;
    expect(before.findIndex(Number.isNaN)).toBe(at);
    await scoreBytes(model, document, { visible: [], whole: true, signal, onScored: ignore });
    const { scores } = await scored(model, document.text);
    before.forEach((nats, i) => expect(Math.abs(nats - scores.surprisals[i]!)).toBeLessThan(1e-4));
  });

  test('are added for a character of several', async () => {
    const model = await open(2048);
    const { document, scores } = await scored(model, 'a日𝄞');
    const range = { utf16Start: 0, utf16End: 4 };
    const { utf16Starts, utf16Ends, bits, pending } = charactersOf(document, scores, range);
    expect([...utf16Starts]).toEqual([0, 1, 2]);
    expect([...utf16Ends]).toEqual([1, 2, 4]);
    expect(pending).toBe(0);
    const nats = scores.surprisals;
    expect(bits[1]).toBeCloseTo((nats[1]! + nats[2]! + nats[3]!) / Math.LN2, 4);
  });

  test('are given with the first token, where no token starts a text, and the rest come to what the rest costs', async () => {
    for (const context of [2048, 60]) {
      const model = await open(context, false);
      const text = CODE.repeat(context < 100 ? 3 : 1);
      const { document, scores } = await scored(model, text);
      const [first = new Uint8Array()] = Array.from(model.tokenizer.encode(text).ids, id =>
        model.tokenizer.bytesOf(id),
      );
      expect([...scores.given]).toEqual([...first.keys()]);
      expect(scores.surprisals.findIndex(nats => nats > 0)).toBe(first.length);
      const { windows, givenBytes } = await byteProof(model, document, signal);
      expect(givenBytes).toBe(first.length);
      expect(windows.length > 2).toBe(context < 100);
      for (const window of windows) expectEqual(window);
      const range = { utf16Start: 0, utf16End: text.length };
      const { bits, pending } = charactersOf(document, scores, range);
      expect(pending).toBe(0);
      expect(bits.findIndex(value => !Number.isNaN(value))).toBe(first.length);
    }
  });

  test('after a first token that an edit changes are scored anew', async () => {
    const model = await open(2048, false);
    // Given "import", the first byte that is scored is that of the space.
    const { document } = await scored(model, 'import');
    document.edit(2, [{ utf16Start: 6, utf16End: 6, text: 's = 1' }]);
    const before = byteScoresOf(model, document);
    const { scores } = await scored(model, document.text);
    expect([...before.given]).toEqual([...scores.given]);
    await scoreBytes(model, document, { visible: [], whole: true, signal, onScored: ignore });
    byteScoresOf(model, document).surprisals.forEach((nats, i) => {
      if (!scores.given.has(i)) expect(Math.abs(nats - scores.surprisals[i]!)).toBeLessThan(1e-4);
    });
  });
});
