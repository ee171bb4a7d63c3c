// Which drafts a model gets, and of which model they are.
import { expect, test } from 'vitest';
import { draftingAfter } from '../../../src/engine/completion/drafting';
import type { Backend } from '../../../src/engine/models/backend';
import type { Model } from '../../../src/engine/models/model';

const SEEN = [1, 2, 3, 1, 2];
/** Token 4 is no text. */
const model = (runsTogether: Backend['runsTogether']) =>
  ({
    runsTogether,
    textTokens: { bytesOf: (id: number) => (id === 4 ? undefined : 'a') },
  }) as unknown as Model;

/** [token]: 4 is likeliest, then 5. */
const SCORES = Float32Array.of(0, 0, 0, 0, 9, 8);

test('what was looked up comes first, then what the model found likely', () => {
  const drafting = draftingAfter(model('trees'), SEEN)!;
  expect(drafting.draft().draftsAfter([])).toEqual([[3], [3, 1], [3, 1, 2]]);
  expect(drafting.draft().draftsAfter([9])).toEqual([]);
  drafting.learn!(9, SCORES);
  const drafts = drafting.draft().draftsAfter([9]);
  expect(drafts[0]).toEqual([5]);
  expect(drafts.flat()).not.toContain(4);
});

test('it is remembered for later completions of the same model, and forgotten with it', () => {
  const one = model('trees');
  draftingAfter(one, SEEN)!.learn!(9, SCORES);
  expect(draftingAfter(one, [])!.draft().draftsAfter([9])[0]).toEqual([5]);
  expect(draftingAfter(model('trees'), [])!.draft().draftsAfter([9])).toEqual([]);
});

test('without trees there are paths alone, and nothing where each row is asked for by itself', () => {
  const paths = draftingAfter(model('paths'), SEEN)!;
  expect(paths.learn).toBeUndefined();
  expect(paths.draft().draftsAfter([])).toEqual([[3], [3, 1], [3, 1, 2]]);
  expect(draftingAfter(model(undefined), SEEN)).toBeUndefined();
});
