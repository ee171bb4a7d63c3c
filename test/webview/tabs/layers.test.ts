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
  const ladder = { exitLayer: 2, rungs: [rung, rung, rung] };
  expect(lines(stateOf({ ladder })).join(' ')).toContain('only after the last layer');
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
