import { expect, test } from 'vitest';
import { effectMarkdown } from '../../../src/editor/features/effectPage';
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

test('lists the next token and changed surprisals in tables', () => {
  const parts = effectMarkdown(EFFECT, SAE, () => 12).split('\n\n');
  expect(parts[0]).toBe('# Feature 7 is steered by +2.5 at the token at the cursor');
  expect(parts[1]).toMatch(/^&#35;7 unlabelled&?\. Autoencoder coder&#45;sae at `blocks\.2`\./);
  expect(parts[3]!.split('\n')).toEqual([
    '| before |    after | token    |',
    '| -----: | -------: | -------- |',
    '|   50 % | 0.0123 % | `return` |',
    '|  below |    100 % | `if`     |',
  ]);
  expect(parts[6]).toBe('In bits: −10.250 over 30 tokens; the largest changes.');
  expect(parts[7]!.split('\n').at(-1)).toBe('| −10.250 | 12.250 | 2.000 |   12 | `x`   |');
});

test('a token is code, whatever it spells', () => {
  const next = [{ id: 1, bytes: bytes('`|<b>'), before: 0.5, after: 0.5 }];
  const page = effectMarkdown({ ...EFFECT, next }, SAE, () => 1);
  expect(page).toContain('`` ` <b> ``');
});

test('says that nothing changed', () => {
  const page = effectMarkdown({ ...EFFECT, change: { kind: 'ablate' }, tokens: [] }, SAE, () => 1);
  expect(page).toMatch(/ is ablated at the token at the cursor\n/);
  expect(page).toMatch(/\nNo following token changed \(30 tokens checked\)\.\n/);
});
