import { expect, test } from 'vitest';
import { alignedCells, columns } from '../../src/core/columns';

test('cells are padded to the width of their column', () => {
  const rows = [
    ['file', 'tokens', 'bytes'],
    ['a.ts', '7', '1234567'],
    ['longer.py', '12345678', ''],
  ];
  expect(columns(rows, ['left', 'right'])).toEqual([
    'file         tokens    bytes',
    'a.ts              7  1234567',
    'longer.py  12345678',
  ]);
});

test('the last alignment holds for all further columns, and a line has no white space at its end', () => {
  expect(
    columns(
      [
        ['a', 'b', 'c'],
        ['aa', 'bb'],
      ],
      ['left'],
    ),
  ).toEqual(['a   b   c', 'aa  bb']);
  expect(columns([['a'], ['bb']], [])).toEqual([' a', 'bb']);
  expect(columns([], ['left'])).toEqual([]);
});

test('cells are padded for other separators, too', () => {
  const rows = [
    ['a', '1'],
    ['bc', '10'],
  ];
  const padded = [
    ['a ', ' 1'],
    ['bc', '10'],
  ];
  expect(alignedCells(rows, ['left', 'right'])).toEqual(padded);
});
