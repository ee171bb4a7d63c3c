// Exact probabilities of bytes from a real model, across its real thread.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InexactError } from '../../../src/core/errors';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import type { TextInBytes } from '../../../src/engine/scoring/byteScores';
import { Model } from '../../../src/engine/models/model';
import { nextBytes } from '../../../src/engine/scoring/nextBytes';
import { RuntimeClient } from '../../../src/engine/onnx/session/runtimeClient';
import { bundleEngine } from '../../support/engineBundle';

const CODE = "import numpy as np\n\n\ndef mean(xs):\n    # l'été\n    return np.array(xs).mean()\n";

let bundle: string;
let model: Model;

beforeAll(async () => {
  bundle = await bundleEngine();
  const folder = join(import.meta.dirname, '../../../models/coder');
  model = await Model.open(folder, 2048, () => new RuntimeClient(join(bundle, 'runtime.js')));
});
afterAll(() => {
  model.dispose();
});

/** Of a text that ends there, maybe inside a character. */
function endOf(bytes: Uint8Array): [TextInBytes, number] {
  const tokens = model.tokenizer.encode(Buffer.from(bytes).toString());
  return [{ bytes, tokens }, bytes.length];
}

describe('a tree', () => {
  test('has after each node what its path alone has', async () => {
    const rows = model.asTokenModel();
    const trunk = [...model.tokenizer.encode(CODE.repeat(5)).ids];
    const [a, b, c] = [...model.tokenizer.encode(' x = 1').ids];
    const nodes = [
      { parent: -1, token: -1 },
      { parent: 0, token: a! },
      { parent: 1, token: b! },
      { parent: 0, token: c! },
      { parent: 1, token: c! },
    ];
    const inTree = await rows.rows(trunk, nodes, [4, 0, 2]);
    const root = nodes.slice(0, 1);
    const alone = [
      ...(await rows.rows([...trunk, a!, c!], root, [0])),
      ...(await rows.rows(trunk, root, [0])),
      ...(await rows.rows([...trunk, a!, b!], root, [0])),
    ];
    inTree.forEach((row, i) => {
      let furthest = 0;
      row.forEach((p, id) => (furthest = Math.max(furthest, Math.abs(p - alone[i]![id]!))));
      expect(furthest).toBeLessThan(1e-4);
      const sum = Array.from(row).reduce((sum, p) => sum + Math.exp(p), 0);
      expect(sum).toBeCloseTo(1, 12);
    });
    // Rows of different paths are different.
    expect(Math.abs(inTree[0]![a!]! - inTree[2]![a!]!)).toBeGreaterThan(1e-3);
  });
});

describe('the next byte', () => {
  test('with the end, the leak and what is untested, adds up to 1, anywhere', async () => {
    const bytes = encodeUtf8(CODE);
    // At the start, in a word, after an indent, inside a character, at the end.
    for (const at of [0, 3, 39, 44, bytes.indexOf(0xc3) + 1, bytes.length]) {
      const next = await nextBytes(model, ...endOf(bytes.subarray(0, at)), 'e2');
      const sum = next.exact.reduce((a, b) => a + b, next.end + next.leak + next.untested);
      expect(Math.abs(sum - 1)).toBeLessThan(1e-9);
      const isInside = ((bytes[at] ?? 0) & 0xc0) === 0x80;
      expect(next.naive === null).toBe(isInside);
      expect(next.healed === null).toBe(isInside);
      const e3 = await nextBytes(model, ...endOf(bytes.subarray(0, at)), 'e3');
      expect(e3.leak).toBe(0);
      expect(Math.abs(e3.exact.reduce((a, b) => a + b, e3.end) - 1)).toBeLessThan(1e-9);
    }
  });

  test('knows a word that was cut, which the tokens alone do not', async () => {
    const { exact, naive } = await nextBytes(
      model,
      ...endOf(encodeUtf8(`${CODE}x = np.arr`)),
      'e2',
    );
    expect(exact[0x61]!).toBeGreaterThan(0.5);
    expect(exact[0x61]!).toBeGreaterThan(naive![0x61]! * 2);
  });

  test('at the end of a text longer than the context is that of the last window', async () => {
    const long = encodeUtf8(CODE.repeat(60));
    const next = await nextBytes(model, ...endOf(long), 'e2');
    expect(next.contextTokens).toBeGreaterThan(300);
    expect(next.contextTokens).toBeLessThan(model.info.contextTokens);
  });

  test('is refused where it cannot be exact', async () => {
    await expect(nextBytes(model, ...endOf(Uint8Array.of(0x61, 0xff)), 'e2')).rejects.toThrow(
      InexactError,
    );
  });
});
