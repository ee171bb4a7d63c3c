// Which prompt form is best in a text, and the places where that is measured.
import { expect, test } from 'vitest';
import {
  cutsIn,
  rankPromptForms,
  type MeasuredForm,
} from '../../../src/core/completion/calibration';
import { seededRandom } from '../../../src/core/random';
import { seedOr } from '../../support/seed';

test('forms are ranked by their bits per byte, each beside the best one', () => {
  const form = (mode: MeasuredForm['mode'], bits: number[], ms: number): MeasuredForm => ({
    mode,
    bits,
    ms,
    rollback: 'line',
    suffixFrom: 'cursor',
  });
  const measured = [
    form('none', [30, 60, 90], 1),
    form('psm', [10, 20, 30], 2),
    form('spm', [15, 30, 45], 3),
  ];
  const rows = rankPromptForms(measured, [5, 10, 15], seededRandom(1));
  expect(rows.map(({ mode, ms, bitsPerByte }) => [mode, ms, bitsPerByte])).toEqual([
    ['psm', 2, 2],
    ['spm', 3, 3],
    ['none', 1, 6],
  ]);
  // Every cut has the same difference by byte.
  expect(rows.map(({ differs }) => differs)).toEqual([
    [0, 0],
    [1, 1],
    [4, 4],
  ]);
  expect(rows[1]).toMatchObject({ rollback: 'line', suffixFrom: 'cursor' });
});

const short = 'too short to be cut anywhere\r\n';
const texts = [
  `const große = 12;\r\nreturn größe + 🙂🙂🙂 + another;\n`.repeat(4),
  short,
  `def f(some_name, other):\n    return some_name\n${'x'.repeat(300)}`,
];

test('cuts are places in lines, with what follows there up to the line’s end', () => {
  const cuts = cutsIn(texts, 200, seededRandom(seedOr(71)));
  expect(cuts).toHaveLength(200);
  for (const { text, at, middle } of cuts) {
    expect(text).not.toBe(short);
    expect(text.slice(at).startsWith(middle)).toBe(true);
    expect(text.slice(at + middle.length)).toMatch(/^(?:\r?\n|$)/);
    expect(middle).not.toMatch(/[\r\n]/);
    expect(middle.trim().length).toBeGreaterThanOrEqual(3);
    expect(middle.length).toBeLessThanOrEqual(200);
    // Not in the middle of a character.
    expect(Buffer.from(middle).toString()).toBe(middle);
  }
  // All files have their share.
  const first = cuts.filter(({ text }) => text === texts[0]).length;
  expect(first).toBeGreaterThan(50);
  expect(first).toBeLessThan(190);
});

test('cuts in words end in one', () => {
  const cuts = cutsIn(texts, 100, seededRandom(seedOr(72)), true);
  expect(cuts).toHaveLength(100);
  for (const { text, at, middle } of cuts) {
    expect(text.slice(at).startsWith(middle)).toBe(true);
    expect(text.slice(at + middle.length - 2, at + middle.length + 2)).toMatch(
      /^[\p{L}\p{N}_]{4}$/u,
    );
  }
  expect(new Set(cuts.map(({ middle }) => middle.length)).size).toBeGreaterThan(10);
});

test('texts without a place have no cuts', () => {
  expect(cutsIn([short], 3, seededRandom(1))).toEqual([]);
  expect(cutsIn([], 3, seededRandom(1))).toEqual([]);
  expect(cutsIn(['x'.repeat(1000)], 3, () => 0)).toEqual([]);
  expect(cutsIn(['\n'.repeat(50) + 'a'.repeat(41)], 1, () => 0)).toEqual([]);
});

test('texts and middles are taken from these lengths on, and up to these', () => {
  const all = (text: string) => cutsIn([text], 50, seededRandom(seedOr(73)));
  // White space around a text does not count.
  expect(all(`\n\n${'x'.repeat(40)}\n\n`)).toEqual([]);
  expect(all(`\n\n${'x'.repeat(41)}\n\n`)).toHaveLength(50);
  const lengthsOf = (text: string) => all(text).map(({ middle }) => middle.length);
  const long = lengthsOf('x'.repeat(202));
  expect(new Set(long).size).toBeGreaterThan(20);
  expect(Math.max(...long)).toBeLessThanOrEqual(200);
  expect(all(`${'x\n'.repeat(50)}xx\n`)).toEqual([]);
  expect(new Set(lengthsOf('xxx\n'.repeat(50)))).toEqual(new Set([3]));
  // The longest middle that may be, where it is the only one.
  const cut = (text: string) => cutsIn([text], 1, () => 0).length;
  expect([199, 200, 201].map(length => cut('x'.repeat(length)))).toEqual([1, 1, 0]);
  // After as many tries as may be needed there are fewer.
  expect(cutsIn([`${'x\n'.repeat(1000)}xxx`], 5, seededRandom(1)).length).toBeLessThan(5);
});
