// The tree of a trace's branches, from the trace and from any of them.
import { expect, test } from 'vitest';
import {
  branchesBelow,
  parentOf,
  rootOf,
  textOf,
  type Branch,
} from '../../../src/editor/traces/branches';

const branch = (id: string, from: string, text: string): Branch => ({
  id,
  from,
  question: '2 + 2?',
  text,
  name: id,
});
const trace = textOf({ question: '2 + 2?', text: 'It is 5.' }).text;
const first = branch('first', trace, 'It is 4.');
const second = branch('second', textOf(first).text, 'It is 4, I think.');
const other = branch('other', trace, 'It was 5.');
const all = [first, second, other, branch('elsewhere', 'another trace', 'No.')];

const named = (from: string) =>
  branchesBelow(all, from).map(({ branch: { id }, depth }) => [id, depth]);

test('the branches of a trace, and theirs below them', () => {
  expect(named(trace)).toEqual([
    ['first', 0],
    ['second', 1],
    ['other', 0],
  ]);
});

test('a branch leads to the trace at the root, so that its list is the same', () => {
  expect(rootOf(all, first)).toBe(trace);
  expect(rootOf(all, second)).toBe(trace);
  expect(parentOf(all, second)).toBe(first);
  expect(parentOf(all, first)).toBeUndefined();
});

test('a branch that comes to the text that it began from ends no search', () => {
  const same = branch('same', trace, 'It is 5.');
  const again = branch('again', trace, 'It is 5.');
  expect(rootOf([same, again], again)).toBe(trace);
  expect(branchesBelow([same, again], trace)).toHaveLength(2);
});
