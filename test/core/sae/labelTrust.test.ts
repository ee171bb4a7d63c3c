// Which labels may stand for their features.
import { expect, test } from 'vitest';
import { featureTitle, formatDensity, formatShareOfMax } from '../../../src/core/sae/featureFormat';
import {
  formatTrust,
  guessWords,
  isTrusted,
  labelWords,
  unlabelled,
  type Label,
} from '../../../src/core/sae/featureLabels';

const measured = (precision: number | null, recall: number | null = null): Label => ({
  description: 'promotes ` return`',
  kind: 'logits-v1',
  precision,
  recall,
  count: 100,
  predicate: null,
});

test('a label stands for its feature from a precision of 0.2, or where nothing was measured', () => {
  expect([0, 0.01, 0.199, 0.2, 0.86, null].map(each => isTrusted(measured(each)))).toEqual([
    false,
    false,
    false,
    true,
    true,
    true,
  ]);
  expect(isTrusted(unlabelled(3))).toBe(false);
});

test('a label that is measured as wrong is a guess, and leads no title', () => {
  const wrong = measured(0.0123, 0.5);
  expect(labelWords(wrong)).toBe('unlabelled');
  expect(formatTrust(wrong)).toBe('');
  expect(guessWords(wrong)).toBe('promotes ` return` (precision 0.01, recall 0.50)');
  const name = { feature: 7, label: wrong, density: null, max: null };
  expect(featureTitle(name)).toBe('#7 unlabelled');
});

test('a label that is right often enough leads the title with its measurements', () => {
  const right = measured(0.86, 0.61);
  expect(guessWords(right)).toBe('');
  const name = { feature: 7, label: right, density: null, max: null };
  expect(featureTitle(name)).toBe('#7 promotes ` return` (precision 0.86, recall 0.61)');
});

test('a feature without a label has no guess', () => {
  expect(guessWords(unlabelled(5))).toBe('');
  expect(labelWords(unlabelled(5))).toBe('unlabelled');
});

test('densities and shares have few digits, and a dash where they are unknown', () => {
  expect([0.00731, 1, 0, null].map(formatDensity)).toEqual(['0.73 %', '100 %', '0 %', '–']);
  const name = { feature: 7, label: measured(null), density: null, max: 8 };
  expect(formatShareOfMax(3, name)).toBe('38 %');
  expect(formatShareOfMax(3, { ...name, max: null })).toBe('–');
});
