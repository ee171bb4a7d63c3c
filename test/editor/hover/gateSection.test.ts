// What the lens of the delete gate adds to the hover: each byte of the character, and the length that is left.
import { expect, test } from 'vitest';
import { lenses, type LensId } from '../../../src/core/lenses/lenses';
import { gateSection } from '../../../src/editor/hover/gateSection';
import type { HoverContext } from '../../../src/editor/hover/hoverSection';
import type { GateView } from '../../../src/protocol/layers';
import { wordsOf } from '../../support/tokenViews';
import '../../support/vscode';

const VIEW: GateView = {
  name: 'a [gate](x)',
  about: 'ours',
  scale: -30,
  threshold: -15,
  bytes: Uint8Array.of(0xc3, 0xa9),
  values: Float32Array.of(-28.5, -3),
  total: 4000,
  known: 1200,
  kept: 450,
};

async function words(view: GateView | null, lens: LensId = 'deleteGate'): Promise<string[]> {
  const context = {
    lens: lenses[lens],
    place: { text: {} },
    at: { utf16Start: 3, utf16End: 4 },
    queries: { gateAt: async () => view },
  } as unknown as HoverContext;
  return (await gateSection(context)).map(({ value }) => wordsOf(value));
}

test('each byte is kept or deleted, with the gate’s value', async () => {
  const [found] = await words(VIEW);
  expect(found).toMatch(/deleted \| -28\.5 \| 95 %/);
  expect(found).toMatch(/kept \| -3\.0 \| 10 %/);
  expect(found).toContain('A byte is kept above -15.');
  expect(found).toContain(
    '450 of 1,200 bytes are left after the gate (38 %), of 4,000 in the text.',
  );
  expect(found).toContain('a [gate](x): ours.');
});

test('what is not known is said to be, and other lenses say nothing of it', async () => {
  const values = Float32Array.of(NaN, -3);
  const [found] = await words({ ...VIEW, values, total: 1200, about: '' });
  expect(found).toContain('not yet known');
  expect(found).not.toContain('in the text');
  expect(await words(null)).toEqual([]);
  expect(await words(VIEW, 'surprisal')).toEqual([]);
});
