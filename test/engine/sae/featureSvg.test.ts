// The picture of a text's features, with three tokens of two lines.
import { expect, test } from 'vitest';
import { CHANNEL_STEPS } from '../../../src/core/sae/featureValues';
import type { Document } from '../../../src/engine/documents/document';
import type { FeatureService } from '../../../src/engine/sae/featureService';
import { featureSvg } from '../../../src/engine/sae/featureSvg';

const label = (feature: number) => ({
  description: `a <b> & "c" ${feature}`,
  kind: 'user',
  precision: null,
  recall: null,
  count: null,
  predicate: null,
});
const name = (feature: number) => ({ feature, label: label(feature), density: null, max: null });

/** "x<", "\n\ty" and "🙂", of which the second has no feature. */
function pictureOf(pins: number[], { strongest = [0.5, 0, 1], channel = [NaN, NaN, NaN] } = {}) {
  const text = 'x<\n\ty🙂';
  const tokens = { utf16Starts: Uint32Array.of(0, 2, 5), utf16Ends: Uint32Array.of(2, 5, 7) };
  const features = {
    strongest: Float32Array.from(strongest),
    strongestFeature: Int32Array.of(4, -1, 7),
    channel: Float32Array.from(channel),
    unexplained: new Float32Array(3),
  };
  const service = {
    model: { tokenizer: {} },
    info: { name: 'A & B', hook: 'blocks.1.hook_resid_mid' },
    opened: { featureName: name },
    name,
    tokenFeatures: () => ({ features }),
  } as unknown as FeatureService;
  const document = { text, streamBy: () => ({ tokens: () => tokens }) } as unknown as Document;
  const options = {
    pins: pins.map(feature => ({ feature, threshold: 0 })),
    densityCutoff: 1,
  };
  return featureSvg(service, document, 0, 3, options).split('\n');
}

const shapesOf = (lines: string[], kind: string) =>
  lines.filter(line => line.startsWith(`<${kind} `)).map(line => line.replace(/<title>.*/, ''));

test('tokens stand where their characters do, with the strongest feature behind them', () => {
  const lines = pictureOf([]);
  expect(lines[0]).toBe(
    '<svg xmlns="http://www.w3.org/2000/svg" width="480" height="80" font-family="monospace" font-size="13">',
  );
  expect(lines[1]).toBe('<title>Features of A &amp; B at blocks.1.hook_resid_mid</title>');
  expect(shapesOf(lines, 'text')).toEqual([
    '<text x="8" y="20" xml:space="preserve">x&lt;</text>',
    '<text x="8" y="40" xml:space="preserve">    y</text>',
    '<text x="48" y="40" xml:space="preserve">🙂</text>',
  ]);
  expect(shapesOf(lines, 'rect').slice(1)).toEqual([
    '<rect x="8" y="7" width="16" height="17" fill="#0072b2" fill-opacity="0.23">',
    '<rect x="48" y="27" width="8" height="17" fill="#0072b2" fill-opacity="0.45">',
  ]);
  expect(shapesOf(lines, 'line')).toEqual([
    '<line x1="8" x2="24" y1="24" y2="24" stroke="#0072b2" stroke-width="2"/>',
    '<line x1="48" x2="56" y1="44" y2="44" stroke="#0072b2" stroke-width="2"/>',
  ]);
  const titles = lines.flatMap(line => line.match(/<title>#.*<\/title>/) ?? []);
  expect(titles).toEqual(
    [4, 7].map(f => `<title>#${f} a &lt;b&gt; &amp; &quot;c&quot; ${f}</title>`),
  );
});

test('pins have a colour, a line and a row of the legend each', () => {
  const strong = CHANNEL_STEPS - 1;
  const channel = [1 * CHANNEL_STEPS + strong, NaN, 3 * CHANNEL_STEPS];
  const lines = pictureOf([10, 11, 12, 13], { channel });
  expect(shapesOf(lines, 'rect').slice(1, 3)).toEqual([
    '<rect x="8" y="7" width="16" height="17" fill="#d55e00" fill-opacity="0.45">',
    '<rect x="48" y="27" width="8" height="17" fill="#cc79a7" fill-opacity="0.15">',
  ]);
  expect(shapesOf(lines, 'line')).toEqual([
    '<line x1="8" x2="24" y1="24" y2="24" stroke="#d55e00" stroke-width="2" stroke-dasharray="4 2"/>',
    // The fourth stands above.
    '<line x1="48" x2="56" y1="27" y2="27" stroke="#cc79a7" stroke-width="2"/>',
  ]);
  const legend = lines.filter(line => line.includes('fill-opacity=".35"'));
  expect(legend.map(line => /fill="(#\w+)".*>#(\d+) /.exec(line)!.slice(1))).toEqual([
    ['#0072b2', '10'],
    ['#d55e00', '11'],
    ['#009e73', '12'],
    ['#cc79a7', '13'],
  ]);
  expect(legend[0]).toMatch(/^<rect x="8" y="48" width="24" height="14" .*<text x="40" y="60">/);
  expect(legend[1]).toMatch(/^<rect x="8" y="68" /);
  expect(lines[0]).toContain('height="160"');
  // Titles are those of the pins.
  expect(lines.flatMap(line => /<title>#(\d+)/.exec(line)?.[1] ?? [])).toEqual(['11', '13']);
});
