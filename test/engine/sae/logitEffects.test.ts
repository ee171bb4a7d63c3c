// What a feature does to the logits by itself: its direction through the head, without what the head adds to every one.
import { expect, test } from 'vitest';
import { LISTED_EFFECTS, LogitEffects } from '../../../src/engine/sae/logitEffects';
import type { Model } from '../../../src/engine/models/model';
import type { OpenedSae } from '../../../src/engine/sae/openedSae';
import { normalNumbers, randomSae } from '../../support/saes';

const VOCAB = 40;
/** The backend's rows are padded. */
const PADDED = 48;
const WIDTH = 6;
const HOOK = 'blocks.0.hook_resid_post';
const sae = randomSae({ width: WIDTH, features: 5, hook: HOOK });
const head = normalNumbers(WIDTH * PADDED, 8);

function effectsWith(bias: Float32Array, hookOut: string = HOOK, vocabSize = VOCAB): LogitEffects {
  const model = {
    tokenizer: { vocabSize, bytesOf: (id: number) => Uint8Array.of(id) },
    logitsOfResiduals: (residuals: Float32Array, rows: number) =>
      Promise.resolve(
        Float32Array.from({ length: rows * PADDED }, (_, i) => {
          const [row, id] = [Math.floor(i / PADDED), i % PADDED];
          let sum = bias[id]!;
          for (let d = 0; d < WIDTH; d++)
            sum += residuals[row * WIDTH + d]! * head[d * PADDED + id]!;
          return sum;
        }),
      ),
  } as unknown as Model;
  const source = { ...sae.source, hookOut };
  return new LogitEffects({ sae: { ...sae, source } } as unknown as OpenedSae, model);
}

test('is the direction of its decoder through the head, whatever the bias, in standard deviations', async () => {
  const features = [3, 1, 3];
  const found = await effectsWith(normalNumbers(PADDED, 9).map(value => 50 * value)).effectsOf(
    features,
  );
  features.forEach((feature, i) => {
    const direct = Array.from({ length: VOCAB }, (_, id) => {
      let sum = 0;
      for (let d = 0; d < WIDTH; d++)
        sum += sae.decoder[feature * WIDTH + d]! * head[d * PADDED + id]!;
      return sum;
    });
    const mean = direct.reduce((a, b) => a + b) / VOCAB;
    const spread = Math.sqrt(direct.reduce((sum, v) => sum + (v - mean) ** 2, 0) / VOCAB);
    const order = [...direct.keys()].sort((a, b) => direct[b]! - direct[a]!);
    const { raises, lowers } = found[i]!;
    expect(raises.map(({ id }) => id)).toEqual(order.slice(0, LISTED_EFFECTS));
    expect(lowers.map(({ id }) => id)).toEqual(order.slice(-LISTED_EFFECTS).reverse());
    for (const { id, bytes, score } of [...raises, ...lowers]) {
      expect(score).toBeCloseTo((direct[id]! - mean) / spread, 3);
      expect([...bytes]).toEqual([id]);
    }
  });
});

test('is not said of an autoencoder that writes elsewhere', async () => {
  const found = await effectsWith(new Float32Array(PADDED), 'blocks.0.mlp.hook_post').effectsOf([
    2,
  ]);
  expect(found).toEqual([{ raises: [], lowers: [] }]);
});

test('is not of tokens that the head has no row for', async () => {
  const bias = new Float32Array(PADDED);
  const [all, more] = [PADDED, PADDED + 1].map(size =>
    effectsWith(bias, HOOK, size).effectsOf([0, 1]),
  );
  expect(await more).toEqual(await all);
});
