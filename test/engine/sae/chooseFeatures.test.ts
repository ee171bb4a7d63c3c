// Features chosen over a whole text, by a stub of a model that knows every number.
import { expect, test } from 'vitest';
import { rowsOf } from '../../../src/core/sae/sparseRows';
import { Document } from '../../../src/engine/documents/document';
import type { Model } from '../../../src/engine/models/model';
import { chooseFeatures } from '../../../src/engine/sae/chooseFeatures';
import type { FeatureContext } from '../../../src/engine/sae/featureContext';
import type { OpenedSae } from '../../../src/engine/sae/openedSae';
import { FeatureWindows } from '../../../src/engine/scoring/featureWindows';
import { encodingModel } from '../../support/encodingModel';
import { randomSae } from '../../support/saes';

test('masked tokens take no part in the choice, nor in whether enough is known for it', async () => {
  const features = 300;
  // [token][feature]: the first token is masked and has the highest values, few of them.
  const values = [
    (feature: number) => (feature < 60 ? 100 : 0.5),
    (feature: number) => 10 - feature / 20,
    () => 1,
  ];
  const encode: Model['encode'] = async (ids, _from, _signal, _onRows, asked) => {
    const row = (valueOf: (feature: number) => number) =>
      Array.from({ length: Math.min(asked!.candidates!.limit, 100) }, (_, i): [number, number] => [
        i,
        valueOf(i),
      ]);
    const none = new Float32Array(ids.length);
    return { ...rowsOf(values.map(row)), norms: none, errors: none, activations: none };
  };
  const model = encodingModel(encode);
  const opened = { sae: randomSae({ features }) } as OpenedSae;
  const context = { opened, model, windows: new FeatureWindows(opened, model) } as FeatureContext;
  const document = new Document('', 0, 'aab');
  const { signal } = new AbortController();
  const choice = { kind: 'budget', perToken: 35 } as const;
  const [all] = await chooseFeatures(context, document, [], choice, signal);
  // 64 of each token are asked for first: the second one has more that are higher than all of the third.
  expect([...all!.rows.starts]).toEqual([0, 0, 70, 70]);
  expect(all!.masked).toBe(1);
});
