// Trees that are asked of a model, beside what its backend is known to answer.
import { expect, test } from 'vitest';
import { UserError } from '../../../src/core/errors';
import { logSoftmax } from '../../../src/core/exactBytes/logSum';
import type { PathNode } from '../../../src/core/exactBytes/tokenModel';
import {
  askedTrees,
  type PromptPrefix,
  type TreeModel,
} from '../../../src/engine/models/askedTrees';
import type { Backend, SumsRequest } from '../../../src/engine/models/backend';
import { fakeBackend, fakeLogits } from '../../support/fakeBackend';
import { seedOr } from '../../support/seed';
import { randomOf } from '../../support/toys';

const VOCAB = 20;
const START = 19;

function treeModel(backend: Backend, ends: readonly number[] = []): TreeModel {
  return {
    backend,
    ends,
    request: work => work(backend),
    prefixOf: tokens => Uint32Array.of(START, ...tokens),
    explained: (error, tokens) => new UserError(`${(error as Error).message} at ${tokens}`),
  };
}

const root: PathNode = { parent: -1, token: -1 };
const before: PromptPrefix = { root: [3, 4], ends: [] };

test('rows are those after the start, the prompt, the trunk and the path of each node', async () => {
  const random = randomOf(seedOr(1));
  for (const givesLogprobs of [false, true]) {
    const ran: number[][] = [];
    const asked = askedTrees(treeModel(fakeBackend(VOCAB, { givesLogprobs })), {
      ...before,
      onRan: (tokens, all) => ran.push([tokens, all]),
    });
    const nodes = [root];
    for (let i = 1; i < 8; i++)
      nodes.push({ parent: Math.floor(random() * i), token: Math.floor(random() * VOCAB) });
    const wanted = [0, 7, 3];
    const rows = await asked.rows([5, 6], nodes, wanted);
    for (const [i, node] of wanted.entries()) {
      const path: number[] = [];
      for (let at = node; at > 0; at = nodes[at]!.parent) path.unshift(nodes[at]!.token);
      const logits = fakeLogits([START, 3, 4, 5, 6, ...path], VOCAB);
      expect([...rows[i]!]).toEqual([...(givesLogprobs ? logits : logSoftmax(logits))]);
    }
    expect(ran).toEqual([[5 + 7, 5 + 7]]);
  }
});

test('a text is ended by the tokens of the model and of the prompt, once each, as far as it has rows for them', () => {
  const asked = askedTrees(treeModel(fakeBackend(VOCAB), [7, VOCAB, 0, VOCAB - 1]), {
    root: [],
    ends: [7, 8, VOCAB + 5],
  });
  expect(asked.ends).toEqual([7, 0, VOCAB - 1, 8]);
});

test('sums are asked of a backend that has them, and only of such', async () => {
  expect(askedTrees(treeModel(fakeBackend(VOCAB)), before).sums).toBeUndefined();
  const requests: SumsRequest[] = [];
  const sums: Backend['sums'] = async request => {
    requests.push(request);
    return Float64Array.of(1, 2);
  };
  const asked = askedTrees(treeModel(fakeBackend(VOCAB, { sums })), before);
  const [wanted, order] = [[{ node: 0, ranges: [] }] as never, Uint32Array.of(2, 1)];
  expect(await asked.sums!([5], [root], wanted, order)).toEqual(Float64Array.of(1, 2));
  expect(requests).toEqual([
    { prefix: Uint32Array.of(START, 3, 4, 5), nodes: [root], sums: wanted, order },
  ]);
});

test('a run that fails is explained by the tokens of its longest path', async () => {
  const fails = () => Promise.reject(new Error('it fails'));
  const asked = askedTrees(treeModel(fakeBackend(VOCAB, { tree: fails, sums: fails })), before);
  const nodes = [root, { parent: 0, token: 1 }, { parent: 1, token: 2 }, { parent: 0, token: 3 }];
  await expect(asked.rows([5], nodes, [0])).rejects.toThrow('it fails at 6');
  await expect(asked.sums!([5], nodes, [], new Uint32Array())).rejects.toThrow('it fails at 6');
});

test('an ability that is missing is refused with its reason', async () => {
  const tree = { missing: 'It has no trees' };
  const asked = askedTrees(treeModel(fakeBackend(VOCAB, { tree })), before);
  await expect(asked.rows([], [root], [0])).rejects.toThrow(/It has no trees\.?$/);
});
