// The tab Layers: each rung with what it would predict, and each list of attention with its own weights.
import '../../support/navigator';
import { expect, test } from 'vitest';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import type { AttendedToken, AttentionView, LayersView } from '../../../src/protocol/layers';
import type { LayersState } from '../../../src/protocol/page';
import { layersTab } from '../../../webview/tabs/layers';
import { fakePage } from '../../support/inspectorPage';
import { shown } from '../../support/litText';
import { asked } from '../../support/tabText';

const attended = (token: number, text: string, weight: number): AttendedToken => ({
  token,
  bytes: encodeUtf8(text),
  utf16Start: 10 * token,
  utf16End: 10 * token + text.length,
  weight,
});
const ATTENTION: AttentionView = {
  layers: 2,
  heads: 1,
  nearShare: 0.1,
  entropies: Float32Array.of(2, 3),
  entropiesWithoutSink: Float32Array.of(1.25, NaN),
  sinks: Float32Array.of(0.25, 1),
  locals: Float32Array.of(0.5, 0.125),
  most: [encodeUtf8(' if'), null],
  from: [attended(-1, '<start>', 0.5), attended(4, ' if', 0.25)],
  to: [attended(9, 'x', 0.125)],
};
const best = (text: string, probability: number) => ({
  bytes: encodeUtf8(text),
  logprob: Math.log(probability),
});

function stateOf(changes: Partial<LayersView> = {}): LayersState {
  const found: LayersView = {
    token: 7,
    bytes: encodeUtf8(' return'),
    ladder: {
      exitLayer: 1,
      tunedLens: null,
      rungs: [
        { logprob: Math.log(0.125), best: [best(' if', 0.5), best('\n', 0.25)] },
        { logprob: Math.log(0.25), best: [best(' return', 0.25)] },
        { logprob: Math.log(0.5), best: [best(' return', 0.5)] },
      ],
    },
    attention: ATTENTION,
    ...changes,
  };
  return { file: 'src/a.ts', uri: 'file:///src/a.ts', version: 3, found };
}

const lines = (state: LayersState | null) =>
  shown(layersTab.template(fakePage(), state)).text.split('\n');

test('each layer says its choice, and how likely it holds the token of the text', () => {
  const all = lines(stateOf());
  expect(all[0]).toBe('·return src/a.ts');
  expect(all.join(' ')).toContain('The model’s final choice ranks first from layer 1 on.');
  expect(all.filter(line => line.endsWith('bits'))).toEqual([
    '0 | ·if | 50 % | 12.5 % | | 3.00 bits',
    '1 | ·return ✓ | 25 % | 25 % | | 2.00 bits',
    '2 | ·return ✓ | 50 % | 50 % | | 1.00 bits',
  ]);
});

test('a choice of the last layer alone is said so', () => {
  const rung = { logprob: -1, best: [best('a', 0.5)] };
  const ladder = { exitLayer: 2, rungs: [rung, rung, rung], tunedLens: 'org/name' };
  const words = lines(stateOf({ ladder })).join(' ');
  expect(words).toContain('only after the last layer');
  expect(words).toContain('By the tuned lens of org/name:');
  expect(words).toContain('the layer’s translator (the last layer has none) and the model’s');
  expect(lines(stateOf()).join(' ')).toContain('By the logit lens:');
});

test('what it looks at can be gone to, but for the start', () => {
  const page = fakePage();
  const template = shown(layersTab.template(page, stateOf()));
  const select = { uri: 'file:///src/a.ts', version: 3, goThere: false };
  expect(asked(page, template, 'click')).toEqual([
    ['select', { ...select, utf16Start: 40, utf16End: 43 }],
    ['select', { ...select, utf16Start: 90, utf16End: 91 }],
  ]);
  expect(template.text).toContain('<start> start | | 50 %');
  expect(template.text).toContain('·if | 4 | 25 %');
});

test('each head says what it looks at most, and how spread it is', () => {
  const all = lines(stateOf());
  const at = all.findIndex(line => line.includes('head 0'));
  const [first, second] = all
    .slice(at + 1)
    .join(' ')
    .split(/(?= 1 \|)/);
  expect(first).toMatch(/0 \| ·if\s*1\.3/);
  expect(second).toMatch(/1 \| –\s*–/);
});

test('what cannot be read says why, and no place says what to do', () => {
  const refused = stateOf({ ladder: { refused: 'no stream' }, attention: { refused: 'fused' } });
  const words = lines(refused).join('\n');
  expect(words).toContain('not read no stream');
  expect(words).toContain('not read fused');
  expect(lines(null)).toEqual([
    'Place the cursor on a token to see what each layer of the model predicts there.',
  ]);
});

test('layers from the final choice on are marked, and the others have their next choices', () => {
  const { html } = shown(layersTab.template(fakePage(), stateOf()));
  const rungs = [...html.matchAll(/<tr class="(\w*)">/g)].map(([, name]) => name);
  expect(rungs).toEqual(['', 'settled', 'settled']);
  expect(html.match(/✓/g)).toHaveLength(2);
  expect(html).toContain('title="Next: ↵"');
  const none = {
    exitLayer: 1,
    tunedLens: null,
    rungs: [
      { logprob: -1, best: [] },
      { logprob: -1, best: [] },
    ],
  };
  expect(lines(stateOf({ ladder: none })).filter(line => line.endsWith('bits'))[0]).toBe(
    '0 | | | 36.8 % | | 1.44 bits',
  );
});

test('each head has its numbers, in the row of its layer and the column of its place', () => {
  const heads = {
    ...ATTENTION,
    layers: 2,
    heads: 2,
    entropies: Float32Array.of(0, 1, 2, 3),
    entropiesWithoutSink: Float32Array.of(0.5, 1.5, 2.5, 3.5),
    sinks: Float32Array.of(0.5, 0.25, 0.125, 1),
    locals: Float32Array.of(0.125, 0.25, 0.5, 1),
    most: ['a', 'b', 'c', 'd'].map(encodeUtf8),
  };
  const { html, text } = shown(layersTab.template(fakePage(), stateOf({ attention: heads })));
  const cells = [...html.matchAll(/title="Layer (\d), head (\d): ([^"]*)">\s*<code>(\w)/g)];
  expect(cells.map(([, ...own]) => own)).toEqual([
    ['0', '0', '50 % on the first token, 12.5 % on the nearest 10 %; entropy 0.00 bits', 'a'],
    ['0', '1', '25 % on the first token, 25 % on the nearest 10 %; entropy 1.00 bits', 'b'],
    ['1', '0', '12.5 % on the first token, 50 % on the nearest 10 %; entropy 2.00 bits', 'c'],
    ['1', '1', '100 % on the first token, 100 % on the nearest 10 %; entropy 3.00 bits', 'd'],
  ]);
  expect(text).toContain('layer | head 0 | head 1\n');
});

test('a token that nothing attends to says so', () => {
  const attention = { ...ATTENTION, from: [], to: [] };
  const all = lines(stateOf({ attention }));
  expect(all.filter(line => line === 'nothing')).toHaveLength(2);
  expect(lines(stateOf()).filter(line => line === 'nothing')).toEqual([]);
});
