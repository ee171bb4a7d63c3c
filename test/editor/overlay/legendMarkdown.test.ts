// The legend of each lens: a line for each step, with the colours and the line that tokens of the step are drawn with.
import { expect, test } from 'vitest';
import { lenses, lensIds } from '../../../src/core/lenses/lenses';
import { legendOf } from '../../../src/core/lenses/scale';
import { stepLooks } from '../../../src/core/lenses/steps';
import { CHANNEL_STEPS } from '../../../src/core/sae/featureValues';
import { legendMarkdown } from '../../../src/editor/overlay/legendMarkdown';
import { wordsOf } from '../../support/tokenViews';

const CHANNELS = ['feature 7', 'feature 12', 'feature 30'];

test.each(lensIds)('of the lens %s', id => {
  const lens = lenses[id];
  const [head, steps] = legendMarkdown(lens, [], CHANNELS).split('\n\n');
  expect(wordsOf(head!)).toBe(`${lens.title}: ${lens.meaning}`);
  const lines = steps!.split('  \n');
  const { kind } = lens.scale;
  const looks = stepLooks[kind];
  const names = legendOf(lens.scale, CHANNELS);
  expect(lines).toHaveLength(kind === 'channels' ? names.length : looks.length);
  names.forEach((words, step) => {
    const line = lines[step]!;
    expect(wordsOf(line).endsWith(words)).toBe(true);
    const look = looks[kind === 'channels' ? (step + 1) * CHANNEL_STEPS - 1 : step];
    const colours = [...line.matchAll(/var\(--vscode-tokenscope-(\w+)\)/g)].map(([, name]) => name);
    expect(colours).toEqual(look ? [look.border, look.background] : []);
    // What is not painted has a blank as wide as the others.
    if (!look) expect(wordsOf(line).startsWith(' '.repeat(7))).toBe(true);
  });
});

test('lines differ as they do in the text', () => {
  const swatches = (id: 'surprisal' | 'difference' | 'tokens') =>
    legendMarkdown(lenses[id], [])
      .split('\n\n')[1]!
      .split('  \n')
      .map(line => wordsOf(line).slice(0, 7).trim());
  expect(swatches('surprisal')).toEqual(['', '┈┈┈', '┈┈┈', '╌╌╌', '┉┉┉', '╍╍╍', '━━━', '═══']);
  expect(swatches('difference').slice(0, 5)).toEqual(['▔▔▔', '▔▔▔', '▔ ▔', '▔·▔', '']);
  expect(swatches('tokens')).toEqual(['', '']);
});

test('warnings stand below', () => {
  const parts = legendMarkdown(lenses.rank, ['It is [odd](x).']).split('\n\n');
  expect(parts).toHaveLength(3);
  expect(wordsOf(parts[2]!)).toBe('Warning. It is [odd](x).');
});
