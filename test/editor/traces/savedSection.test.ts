// The hover of a token whose numbers a file has: its own, what else was likely, and that they are the file's.
import { expect, test } from 'vitest';
import { lenses } from '../../../src/core/lenses/lenses';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import type { SavedLogprobs, SavedToken } from '../../../src/core/traces/trace';
import { TraceText } from '../../../src/core/traces/traceText';
import type { HoverContext } from '../../../src/editor/hover/hoverSection';
import { savedSection } from '../../../src/editor/traces/savedSection';
import { savedView } from '../../../src/editor/traces/savedView';

const entry = (text: string, p: number) => ({ bytes: encodeUtf8(text), logprob: Math.log(p) });
const token = (text: string, p: number, top: [string, number][] = []): SavedToken => ({
  start: 0,
  end: text.length,
  ...entry(text, p),
  top: top.map(([own, share]) => entry(own, share)),
});

function hover(tokens: SavedToken[], changes: Partial<SavedLogprobs> = {}): string[] {
  const series: SavedLogprobs = { source: 'choices.logprobs', space: 'raw', tokens, ...changes };
  const view = savedView(new TraceText({ text: 'abcdef' }), series);
  const place = { saved: { series, view } };
  const context = { view, place, lens: lenses.surprisal } as unknown as HoverContext;
  return savedSection(context).map(({ value }) => value);
}
const rows = (value: string) =>
  value
    .split('\n')
    .filter(line => line.startsWith('|'))
    .slice(2)
    .map(line => line.replaceAll('&#45;', '-'));

test('says where the token is, its bytes and its numbers, and that they are the file’s', () => {
  const [value] = hover([
    token('ab', 0.5, [
      ['ab', 0.5],
      ['c', 0.25],
    ]),
  ]);
  expect(value).toMatch(/^\*\*ab\*\* — index 0 of 1 tokens, from 0, bytes `61 62`\n\n/);
  expect(value).toMatch(/50 % = 1\.00 bits; entropy .*; top-1 gap 0\.00 bits/);
  expect(value).toMatch(/\n\nT0, from the file: choices&#46;logprobs\. It shows .*answer\.$/);
  expect(rows(value!)).toEqual([
    '| 1 | **ab** ✓ | 50 % | 1.00 bits |',
    '| 2 | c | 25 % | 2.00 bits |',
  ]);
});

test('numbers after sampling are said to be others than a model’s own', () => {
  const [value] = hover([token('ab', 0.5)], { space: 'sampled' });
  expect(value).toMatch(/These numbers are after sampling changes/);
  expect(hover([token('ab', 0.5)])[0]).not.toContain('sampling');
});

test('says nothing that the file does not: entropy, varentropy and gap need alternatives', () => {
  const [alone] = hover([token('ab', 0.5)]);
  expect(alone).toContain('50 % = 1.00 bits\n');
  expect(alone).not.toMatch(/entropy|gap|\|/);
  expect(hover([token('ab', NaN)])[0]).toContain('The file has no number for this token.');
  // A list that holds all of the probability has a varentropy: none, if all are as likely.
  const [whole] = hover([
    token('a', 0.5, [
      ['a', 0.5],
      ['b', 0.5],
    ]),
  ]);
  expect(whole).toMatch(/; varentropy 0\.00 bits²; /);
  expect(hover([token('a', 0.5, [['a', 0.5]])])[0]).not.toContain('varentropy');
});

test('eight alternatives are listed, and the token itself below them with its rank', () => {
  const names = 'bcdefghijk'.split('');
  const all = names.map((name, i): [string, number] => [name, 0.1 - i / 1000]);
  const at = (p: number, top = all) => rows(hover([token('a', p, top)])[0]!);
  const listed = at(0.01, [...all, ['a', 0.01]]);
  expect(listed).toHaveLength(9);
  expect(listed.slice(-2)).toEqual([
    expect.stringMatching(/^\| 8 \| i \| 9\.3 % /),
    '| 11 | **a** ✓ | 1 % | 6.64 bits |',
  ]);
  // Less likely than all that are listed: its rank is not known.
  expect(at(0.001).at(-1)).toMatch(/^\| not listed \| \*\*a\*\* ✓ \| 0\.1 % /);
  // The last one that fits, and the first one that does not.
  expect(
    at(0.0925)
      .map(row => row.includes('✓'))
      .indexOf(true),
  ).toBe(7 + 1);
  expect(
    at(0.0935)
      .map(row => row.includes('✓'))
      .indexOf(true),
  ).toBe(7);
  expect(at(0.0935)).toHaveLength(8);
  // Without a number of its own it has no line.
  expect(at(NaN)).toHaveLength(8);
});

test('there is one for each token under the mouse, and none where the numbers are a model’s', () => {
  expect(hover([token('a', 0.5), token('b', 0.25)])).toHaveLength(2);
  const place = {};
  expect(savedSection({ place } as unknown as HoverContext)).toEqual([]);
});
