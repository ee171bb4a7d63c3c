// Rows after a trunk: asked for once, normalised where they are read, and told to who learns from them.
import { expect, test } from 'vitest';
import { TrunkRows } from '../../../src/core/completion/trunkRows';
import type { PathNode, TokenModel } from '../../../src/core/exactBytes/tokenModel';

const TRUNK = [7, 8];

/** Rows that are their contexts. */
function model() {
  const asked: string[] = [];
  const read: string[] = [];
  const contextOf = (trunk: readonly number[], nodes: readonly PathNode[], node: number) => {
    const path: number[] = [];
    for (let at = node; at > 0; at = nodes[at]!.parent) path.unshift(nodes[at]!.token);
    return [...trunk, ...path];
  };
  const rawRows: TokenModel['rawRows'] = async (trunk, nodes, wanted) =>
    wanted.map(node => {
      const context = contextOf(trunk, nodes, node);
      asked.push(context.join(' '));
      const row = Float32Array.from(context);
      return {
        scores: row,
        logprobs() {
          read.push(context.join(' '));
          return row;
        },
      };
    });
  const rows: TokenModel['rows'] = async (...request) =>
    (await rawRows(...request)).map(({ scores }) => scores);
  return { asked, read, lazy: { ends: [], rawRows, rows }, eager: { ends: [], rows } };
}

test('each row is asked for once, and its log-probabilities where it is read', async () => {
  const { asked, read, lazy } = model();
  const rows = new TrunkRows(lazy, TRUNK);
  await rows.fetch([[], [1], [1, 2], [3]]);
  expect(asked).toEqual(['7 8', '7 8 1', '7 8 1 2', '7 8 3']);
  expect(read).toEqual([]);
  await rows.fetch([[1], [3]]);
  expect(rows.known([1, 2])).toEqual(Float32Array.of(7, 8, 1, 2));
  expect(rows.known([1, 2])).toBe(rows.known([1, 2]));
  expect(await rows.rowsOfPaths([[1, 2], [3]])).toEqual([
    Float32Array.of(7, 8, 1, 2),
    Float32Array.of(7, 8, 3),
  ]);
  expect(rows.known([4])).toBeUndefined();
  expect(asked).toHaveLength(4);
  expect(rows.asked).toBe(4);
  expect(read).toEqual(['7 8 1 2', '7 8 3']);
});

test('a model that has only whole rows is asked for these', async () => {
  const rows = new TrunkRows(model().eager, TRUNK);
  await rows.fetch([[5]]);
  expect(rows.known([5])).toEqual(Float32Array.of(7, 8, 5));
});

test('who learns is told each row with the token before it', async () => {
  const { lazy } = model();
  const told = async (trunk: number[], paths: number[][]) => {
    const all: [number, number[]][] = [];
    const rows = new TrunkRows(lazy, trunk, (token, scores) => all.push([token, [...scores]]));
    await rows.fetch(paths);
    await rows.fetch(paths);
    return all;
  };
  const expected = [
    [8, [7, 8]],
    [1, [7, 8, 1]],
    [2, [7, 8, 1, 2]],
  ];
  expect(await told(TRUNK, [[], [1], [1, 2]])).toEqual(expected);
  expect(await told(TRUNK, [[1], [1, 2]])).toEqual(expected.slice(1));
  expect(await told([], [[], [1]])).toEqual([[1, [1]]]);
});
