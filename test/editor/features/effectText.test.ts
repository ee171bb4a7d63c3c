import { expect, test } from 'vitest';
import { effectText } from '../../../src/editor/features/effectText';
import type { EffectView, SaeInfo } from '../../../src/protocol/features';

const bytes = (text: string) => new TextEncoder().encode(text);
const SAE = { name: 'coder-sae', hook: 'blocks.2' } as SaeInfo;
const NO_LABEL = {
  kind: 'none',
  description: '',
  precision: null,
  recall: null,
  count: 0,
  predicate: null,
} as const;
const EFFECT: EffectView = {
  feature: { feature: 7, density: null, max: null, label: NO_LABEL },
  change: { kind: 'steer', by: 2.5 },
  value: 1,
  changed: 3.5,
  everywhere: false,
  next: [
    { id: 1, bytes: bytes('return'), before: 0.5, after: 0.000123 },
    { id: 2, bytes: bytes('if'), before: NaN, after: 1 },
  ],
  tokens: [{ bytes: bytes('x'), utf16Start: 4, utf16End: 5, before: 12.25, after: 2 }],
  counted: 30,
  totalBits: -10.25,
};

test('lists the next token and changed surprisals in columns', () => {
  const lines = effectText(EFFECT, SAE, () => 12).split('\n');
  expect(lines[0]).toBe('Feature #7 unlabelled is steered by +2.5 at the token under the cursor');
  expect(lines.slice(4, 9)).toEqual([
    'The token after the one under the cursor',
    '  before     after  token',
    '    50 %  0.0123 %  return',
    '   below     100 %  if',
    '  (below: not among the 50 likeliest)',
  ]);
  expect(lines.slice(10)).toEqual([
    'Surprisal of the tokens after it, in bits: −10.250 over 30 tokens; the largest changes',
    '   change  before  after  line  token',
    '  −10.250  12.250  2.000    12  x',
    '',
  ]);
});

test('says that nothing changed', () => {
  const page = effectText({ ...EFFECT, change: { kind: 'ablate' }, tokens: [] }, SAE, () => 1);
  expect(page).toMatch(/ is ablated at the token under the cursor\n/);
  expect(page).toMatch(/\nNothing changed after it \(30 tokens looked at\)\.\n$/);
});
