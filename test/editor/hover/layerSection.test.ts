// What the lenses on layers add to the hover: the ladder, or where the token looks.
import { expect, test } from 'vitest';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import { lenses, type LensId } from '../../../src/core/lenses/lenses';
import type { HoverContext } from '../../../src/editor/hover/hoverSection';
import { layerSection } from '../../../src/editor/hover/layerSection';
import type { AttendedToken, LayersView } from '../../../src/protocol/layers';
import { wordsOf } from '../../support/tokenViews';
import '../../support/vscode';

const attended = (token: number, text: string, weight: number): AttendedToken => ({
  token,
  bytes: encodeUtf8(text),
  utf16Start: token,
  utf16End: token + 1,
  weight,
});
const rung = (logprob: number, text: string) => ({
  logprob,
  best: [{ bytes: encodeUtf8(text), logprob: Math.log(0.5) }],
});
const none = new Float32Array();
const VIEW: LayersView = {
  token: 3,
  bytes: encodeUtf8('x'),
  ladder: {
    exitLayer: 1,
    tunedLens: null,
    rungs: [rung(Math.log(0.0625), '*a*'), rung(Math.log(0.25), 'x'), rung(Math.log(0.5), 'x')],
  },
  attention: {
    layers: 3,
    heads: 2,
    nearShare: 0.1,
    entropies: none,
    entropiesWithoutSink: none,
    sinks: none,
    locals: none,
    most: [],
    from: [attended(0, '[y](z)', 0.25), attended(1, 'b', 0.125)],
    to: [],
  },
};

const asked: unknown[] = [];

async function words(lens: LensId, view: LayersView | null, saved = false): Promise<string[]> {
  const context = {
    lens: lenses[lens],
    place: { text: {}, saved: saved ? {} : undefined },
    at: { utf16Start: 3, utf16End: 4 },
    queries: {
      async layersAt(_: unknown, _at: number, parts: unknown) {
        asked.push(parts);
        return view;
      },
    },
  } as unknown as HoverContext;
  return (await layerSection(context)).map(({ value }) => wordsOf(value));
}

test('the ladder goes from the last layer down, and marks where the choice stays', async () => {
  const [ladder] = await words('exitDepth', VIEW);
  expect(ladder).toContain('from layer 1 of 3 on');
  const rows = ladder!.split('\n').filter(line => /^\| \d/.test(line));
  expect(rows.map(row => row.split(' | ').map(cell => cell.replace(/^\| | \|$/g, '')))).toEqual([
    ['2', 'x ✓', '█████░░░░░', '50 %', '1.00 bits'],
    ['1', 'x ✓', '███░░░░░░░', '25 %', '2.00 bits'],
    ['0', '*a*', '█░░░░░░░░░', '6.25 %', '4.00 bits'],
  ]);
});

test('the ladder says which lens it is read through', async () => {
  expect((await words('exitDepth', VIEW))[0]).toMatch(/By the logit lens\.$/);
  const ladder = { exitLayer: 0, rungs: [rung(-1, 'x')], tunedLens: 'org/*a*' };
  const [by] = await words('exitDepth', { ...VIEW, ladder });
  expect(by).toMatch(/By the tuned lens of org\/\*a\*\.$/);
});

test('only what is shown is asked for', async () => {
  asked.length = 0;
  for (const lens of ['exitDepth', 'attention', 'dilution', 'surprisal'] as const)
    await words(lens, VIEW);
  expect(asked).toEqual([['ladder'], ['attention'], ['attention']]);
});

test('a ladder of many layers has the last one, and fits', async () => {
  const rungs = Array.from({ length: 30 }, (_, layer) => rung(-layer, `t${layer}`));
  const [ladder] = await words('exitDepth', {
    ...VIEW,
    ladder: { exitLayer: 29, rungs, tunedLens: null },
  });
  const layers = [...ladder!.matchAll(/^\| (\d+) \|/gm)].map(([, layer]) => Number(layer));
  expect(layers[0]).toBe(29);
  expect(layers.length).toBeLessThanOrEqual(8);
  expect([...layers].sort((a, b) => b - a)).toEqual(layers);
});

test('text of tokens is no markup, and lists say when there is nothing', async () => {
  const [attention] = await words('attention', VIEW);
  expect(attention).toContain('Attends to: [y](z) 25 %, b 12.5 %');
  expect(attention).toContain('Attended to by: nothing');
  expect(attention).toContain('over 3 layers with 2 heads');
});

test('what cannot be read says why; other lenses, saved numbers and no token say nothing', async () => {
  const refused = { ...VIEW, attention: { refused: 'fused *operator*' } };
  expect(await words('dilution', refused)).toEqual(['fused *operator*']);
  expect(await words('surprisal', VIEW)).toEqual([]);
  expect(await words('exitDepth', VIEW, true)).toEqual([]);
  expect(await words('exitDepth', null)).toEqual([]);
});
