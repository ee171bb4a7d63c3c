// The built-in model's scores across the real engine against PyTorch in float64 with the same weights, on three
// files longer than its context (made by training/golden/scores.py).
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Engine } from '../../../src/editor/engine/engineClient';
import { bundleEngine } from '../../support/engineBundle';
import { sampleOf, seedOr } from '../../support/seed';
import { pick, randomOf } from '../../support/toys';

interface GoldenText {
  tokens: number;
  ids: number[];
  logprob: number[];
  entropy: number[];
  rank: number[];
  context: number[];
  top: number[][];
}
interface Golden {
  modelSha256: string;
  context: number;
  texts: Record<string, GoldenText>;
}

const TOLERANCE_NATS = 1e-4;
const root = join(import.meta.dirname, '../../..');
const golden = JSON.parse(readFileSync(join(root, 'test/golden/scores.json'), 'utf8')) as Golden;
const model = join(root, 'models/coder');
let engine: Engine;

beforeAll(async () => {
  const bundle = await bundleEngine();
  engine = new Engine({
    path: join(bundle, 'engine.js'),
    model: () => ({ folder: model, contextLimit: 2048 }),
    onOutput: () => {},
  });
});
afterAll(() => engine.stop());

test('the golden numbers are of these weights', () => {
  const weights = readFileSync(join(model, 'model.safetensors'));
  expect(createHash('sha256').update(weights).digest('hex')).toBe(golden.modelSha256);
});

test(`texts are scored as by PyTorch within ${TOLERANCE_NATS} nats`, async () => {
  const all = Object.entries(golden.texts);
  // One of them, and all in `npm run prove`.
  const some = sampleOf([pick(randomOf(seedOr(1)), all)], all);
  for (const [name, expected] of some) {
    const text = readFileSync(join(root, 'test/golden/texts', name), 'utf8');
    expect(expected.tokens).toBeGreaterThan(golden.context);
    const { ids, scores } = await engine.call(async ({ remote, texts }) => {
      texts.set(name, 1);
      await remote.setDocument({ uri: name, version: 1, text });
      await remote.score({
        passes: ['tokens'],
        uri: name,
        version: 1,
        visible: [],
        maxTokens: 1e9,
      });
      const range = { utf16Start: 0, utf16End: text.length };
      return remote.view({ uri: name, version: 1, range, maxTokens: 1e6 });
    });
    expect([...ids]).toEqual(expected.ids);
    const furthest = (got: ArrayLike<number>, want: number[]) =>
      want.reduce((most, value, i) => Math.max(most, Math.abs(value - got[i]!)), 0);
    const logprob = furthest(scores!.logprobs, expected.logprob);
    const entropy = furthest(scores!.entropiesNats, expected.entropy);
    console.log(
      `${name}: ${ids.length} tokens, logprob ${logprob.toExponential(1)} nats, entropy ${entropy.toExponential(1)} nats apart at most`,
    );
    expect(logprob).toBeLessThan(TOLERANCE_NATS);
    expect(entropy).toBeLessThan(TOLERANCE_NATS);
    expect([...scores!.contexts]).toEqual(expected.context);
    // Where two tokens are nearly equal, the last bits of either runtime decide which is the likelier.
    const ranksApart = expected.rank.filter((rank, i) => {
      const apart = Math.abs(rank - scores!.ranks[i]!);
      return apart > Math.max(1, rank * 1e-3);
    });
    expect(ranksApart).toEqual([]);
    const likeliest = expected.top.filter(([id], i) => id !== scores!.topIds[i * scores!.topK]);
    expect(likeliest.length).toBeLessThanOrEqual(ids.length / 1000);
  }
});
