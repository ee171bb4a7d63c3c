// Continuations drawn together, against each drawn by itself with the same seed; and their cache.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../../../../src/core/random';
import { drawToken } from '../../../../src/core/traces/drawToken';
import { Model } from '../../../../src/engine/models/model';
import { RuntimeClient } from '../../../../src/engine/onnx/session/runtimeClient';
import { OpenGraph } from '../../../../src/engine/onnx/session/openGraph';
import { RolloutCache } from '../../../../src/engine/traces/rolloutCache';
import { Cancelled } from '../../../../src/core/errors';
import { bundleEngine } from '../../../support/engineBundle';
import { writeDecoder, type DecoderOptions } from '../../../support/graphs';

const VOCAB = 97;
const ENDS = [3, 11];
const MOST = 25;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tokenscope-sample-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const graphs: [string, DecoderOptions, number][] = [
  ['one mask for all layers', { kvHeads: 2 }, 0.98],
  ['GroupQueryAttention', { attention: 'gqa', kvHeads: 2 }, 0.98],
  // Its numbers are rounded so coarsely that some draws differ.
  ['no place for a tree', { float16: true }, 0.8],
];

test.each(graphs)(
  'a seed draws the same tokens by itself and beside others: %s',
  async (name, options, least) => {
    const own = join(folder, name);
    const onnxPath = writeDecoder(own, options);
    const graph = await OpenGraph.open({ folder: own, onnxPath, layers: 2, hiddenSize: 32 });
    const cancel = new Int32Array(new SharedArrayBuffer(4));
    const alone = async (
      prefix: number[],
      seed: number,
      sampling: { temperature: number; topP: number },
    ) => {
      const random = seededRandom(seed);
      const tokens: number[] = [];
      while (tokens.length < MOST && !ENDS.includes(tokens.at(-1)!)) {
        const at = {
          prefix: Uint32Array.of(...prefix, ...tokens),
          nodes: [{ parent: -1, token: -1 }],
          wanted: [0],
        };
        tokens.push(
          drawToken((await graph.forwardTree(at)).subarray(0, VOCAB - 5), sampling, random),
        );
      }
      return tokens;
    };
    let same = 0;
    let all = 0;
    for (const sampling of [
      { temperature: 1, topP: 1 },
      { temperature: 0.2, topP: 0.9 },
      { temperature: 0, topP: 1 },
    ]) {
      for (const prefix of [
        [1],
        [5, 9, 2, 40, 7],
        Array.from({ length: 140 }, (_, i) => (i * 31) % VOCAB),
      ]) {
        const seeds = Uint32Array.from({ length: 10 }, (_, i) => 1 + i + 7 * prefix.length);
        const rule = {
          ...sampling,
          seeds,
          maxTokens: MOST,
          ends: ENDS,
          vocabSize: VOCAB - 5,
          cancel,
        };
        const together = await graph.sample({ prefix: Uint32Array.from(prefix), ...rule });
        expect(together).toHaveLength(seeds.length);
        for (const [i, tokens] of together.entries()) {
          expect(tokens.length).toBeLessThanOrEqual(MOST);
          expect([...tokens].slice(0, -1).some(token => ENDS.includes(token))).toBe(false);
          expect(Math.max(...tokens)).toBeLessThan(VOCAB - 5);
          const expected = await alone(prefix, seeds[i]!, sampling);
          same += Number(expected.join() === [...tokens].join());
          all++;
        }
        if (sampling.temperature === 0)
          expect(new Set(together.map(tokens => tokens.join())).size).toBe(1);
      }
    }
    expect(same / all).toBeGreaterThanOrEqual(least);
    Atomics.store(cancel, 0, 1);
    const stopped = {
      temperature: 1,
      topP: 1,
      maxTokens: MOST,
      ends: ENDS,
      vocabSize: VOCAB,
    };
    await expect(
      graph.sample({ prefix: Uint32Array.of(1), seeds: Uint32Array.of(1), ...stopped, cancel }),
    ).rejects.toThrow(Cancelled);
    await graph.close();
  },
);

describe('rollouts of a prefix', () => {
  test('are cached, and a larger request begins with them', async () => {
    const bundle = await bundleEngine();
    const path = join(import.meta.dirname, '../../../../models/reasoner/base');
    const model = await Model.open(path, 512, () => new RuntimeClient(join(bundle, 'runtime.js')));
    try {
      let asked = 0;
      const counting = new Proxy(model, {
        get: (target, name) => {
          if (name === 'sample') asked++;
          const value = Reflect.get(target, name) as unknown;
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        },
      });
      const cache = new RolloutCache(counting);
      const { signal } = new AbortController();
      const rule = { temperature: 1, topP: 1, maxTokens: 40, seed: 1 };
      const tokens = [...model.tokenizer.encode('Ann has 8 books.').ids];
      const few = await cache.rolloutsAfter(tokens, 3, 40, rule, signal);
      expect(asked).toBe(2);
      expect(await cache.rolloutsAfter(tokens, 3, 40, rule, signal)).toEqual(few);
      expect(asked).toBe(2);
      const more = await cache.rolloutsAfter(tokens, 3, 50, rule, signal);
      expect(more.slice(0, 40)).toEqual(few);
      expect(asked).toBe(3);
      const other = await cache.rolloutsAfter(tokens, 3, 40, { ...rule, seed: 2 }, signal);
      expect(asked).toBe(5);
      expect(other).not.toEqual(few);
    } finally {
      model.dispose();
    }
  });
});
