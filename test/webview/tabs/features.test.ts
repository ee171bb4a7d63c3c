// The tab Features: each number in the row of what it is of, in the words of what it is by.
import '../../support/navigator';
import { expect, test } from 'vitest';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import type { FeaturesState } from '../../../src/protocol/page';
import { featuresTab } from '../../../webview/tabs/features';
import { fakePage } from '../../support/inspectorPage';
import { shown } from '../../support/litText';
import { asked, piece } from '../../support/tabText';

const label = (description: string, precision: number | null = 0.9) => ({
  kind: 'token',
  description,
  precision,
  recall: 0.5,
  count: 3,
  predicate: null as string | null,
});
const named = (feature: number, description = `label ${feature}`) => ({
  feature,
  label: label(description),
  density: 0.01,
  max: 4,
});
const features: FeaturesState = {
  sae: {
    name: 'sae-8k',
    path: '/s',
    format: 'saelens',
    hook: 'resid_post.4',
    model: null,
    width: 64,
    features: 8192,
    labelled: 10,
    knowsMax: true,
    keptLabels: 0,
    keptIn: '',
    neuronpedia: null,
    knowsDensity: true,
  },
  problem: '',
  file: 'src/a.ts',
  uri: 'file:///a',
  version: 3,
  densityCutoff: 0.05,
  pins: [{ feature: 7, threshold: 0.25 }],
  at: {
    utf16Start: 4,
    utf16End: 6,
    token: 2,
    bytes: encodeUtf8(' b'),
    masked: false,
    pending: false,
    unexplained: 0.125,
    features: [
      {
        ...named(7),
        value: 2,
        raises: ['x', 'y', 'z', 'u', 'v'].map(t => ({ ...piece(1, t), score: 1 })),
        lowers: [],
      },
    ],
    near: [{ ...named(9), value: 0.5, needed: 0.75 }],
  },
  table: {
    tokens: 100,
    pending: 2,
    fvu: 0.25,
    l0: 12.34,
    warning: '',
    rows: [
      { ...named(3), tokens: 5, value: 3, surprise: 13.8, at: { utf16Start: 8, utf16End: 9 } },
    ],
  },
  page: null,
};

test('Features: what is active at the cursor and in the document, with what it is out of', () => {
  const page = fakePage();
  const { text } = shown(featuresTab.template(page, features));
  expect(text).toContain(
    'At the cursor: ·b\n1 active feature; 12.5 % of the activation unexplained.\n',
  );
  expect(text).toContain('#7 label 7 precision 0.90, recall 0.50 | 2.00 | 50 % | 1 % | x y z u\n');
  expect(text).toContain('Nearly active\n#9 label 9 precision 0.90, recall 0.50: 0.50 of 0.75\n');
  expect(text).toContain(
    'In this document src/a.ts\n100 tokens, 12.3 active features per token, 25.0 % of the variance unexplained. 2 tokens more are pending.\n',
  );
  expect(text).toContain('#3 label 3 precision 0.90, recall 0.50 | 5 | 3.00 | 75 % | 1 % | 13.8\n');
  expect(text).toContain('without densities above 5 %\n');
  expect(text).toContain('feature 7 above 25 % of its maximum Unpin\n');
  expect(text).toMatch(/sae-8k \(saelens, 8192 features at resid_post\.4\)\n/);
});

test('Features: buttons act on the feature that they stand beside', () => {
  const page = fakePage();
  const found = shown(featuresTab.template(page, features));
  expect(asked(page, found, 'click')).toEqual([
    ['feature', { feature: 7, act: 'show' }],
    ['feature', { feature: 9, act: 'show' }],
    ['feature', { feature: 7, act: 'show' }],
    ['feature', { feature: 7, act: 'unpin' }],
    ['feature', { feature: 3, act: 'show' }],
    ['open', { uri: 'file:///a', utf16Start: 8, utf16End: 9 }],
    'findFeature',
    'exportFeatures',
  ]);
  expect(asked(page, found, 'change', { target: { value: '5' } })).toEqual([
    [
      'change',
      [
        { choice: { kind: 'budget', perToken: 1 } },
        'Counted as active: the highest in this document, 1 per token',
      ],
    ],
    ['feature', { feature: 7, act: 'pin', threshold: 0.05 }],
  ]);
  expect(found.html.match(/ selected/g)).toHaveLength(1);
  expect(found.html).toMatch(/<option value="0" selected>its own threshold/);
  const budget = shown(
    featuresTab.template(fakePage({}, { choice: { kind: 'budget', perToken: 2 } }), features),
  );
  expect(budget.html).toMatch(
    /<option value="6" selected>the highest in this document, 2 per token/,
  );
  expect(budget.text).toContain('Relative to this document');
  expect(found.text).not.toContain('Relative to this document');
});

test('Features: says what is not known', () => {
  const text = (changes: Partial<FeaturesState>) =>
    shown(featuresTab.template(fakePage(), { ...features, ...changes })).text;
  const at = (changes: object) => text({ at: { ...features.at!, ...changes } });
  expect(at({ pending: true })).toContain('Its features are pending.\n');
  expect(at({ masked: true })).toContain('Its features are meaningless here.\n');
  expect(at({ unexplained: null, features: [], near: [] })).toContain('\n0 active features.\n');
  expect(text({ at: null })).toMatch(/^There is no token at the cursor\.\n/);
  expect(text({ table: null })).not.toContain('In this document');
  const table = (changes: object) => text({ table: { ...features.table!, ...changes } });
  expect(table({ fvu: null, l0: null, pending: 0, tokens: 1 })).toContain(
    '\n1 token, – active features per token.\n',
  );
  expect(table({ warning: 'It explains nothing.' })).toContain('\nIt explains nothing.\n');
  expect(text({ sae: { ...features.sae!, knowsMax: false } })).toContain(
    '; maxima are those seen in open texts',
  );
  expect(text({ pins: [] })).not.toContain('Unpin');
  expect(text({})).not.toContain('Get labels');
  expect(text({ sae: { ...features.sae!, labelled: 0 } })).toMatch(
    /; no feature has a label\n.*Get labels/s,
  );
  const none = (problem: string) => {
    const page = fakePage();
    const found = shown(featuresTab.template(page, { ...features, sae: null, problem }));
    expect(asked(page, found, 'click')).toEqual(['chooseAutoencoder', 'getAutoencoder']);
    return found.text;
  };
  expect(none('')).toMatch(/^This model comes without an autoencoder\.\n/);
  expect(none('It is of another width.')).toMatch(/^It is of another width\.\n/);
  expect(shown(featuresTab.template(fakePage(), null)).text).toMatch(/^Place the cursor in a text/);
});

test('Features: the page of one has its own label, values and neighbours', () => {
  const found = {
    ...named(7, 'brackets'),
    histogram: [4, 0, 1],
    neighbours: [{ ...named(8), cosine: 0.75 }],
    raises: [{ ...piece(1, '('), score: 3.21 }],
    lowers: [],
    examples: [
      {
        uri: 'file:///src/b%20c.ts',
        line: 4,
        before: 'f',
        token: '(',
        after: 'x',
        value: 3,
        utf16Start: 1,
        utf16End: 2,
      },
    ],
    agreement: { fires: 3, holds: 4, both: 2 },
  };
  const page = fakePage();
  const own = shown(featuresTab.template(page, { ...features, page: found }));
  const top = own.text.split('\nAt the cursor')[0]!;
  expect(top).toContain('#7 brackets token\n');
  expect(top).toContain(
    'The label’s precision 0.90, recall 0.50 on text that it was not derived from. In this document it is active on 3 tokens, the label holds on 4, both on 2. Active on 1 % of tokens, at most 4.00.',
  );
  expect(top).toContain('3.00 | f(x | 4\n');
  expect(top).toContain('Raises directly\n3.2 | (\n');
  expect(top).not.toContain('Lowers directly');
  expect(top).toContain('0.75 #8 label 8 precision');
  expect(own.html).toContain(
    'aria-label="Histogram of its values from 0 to 4.00, tokens in each bin: 4, 0, 1"',
  );
  expect(
    [...own.html.matchAll(/<rect x="(\d+)" y="(\d+)" [^>]*height="(\d+)"><title>([^<]*)/g)].map(
      ([, ...bar]) => bar,
    ),
  ).toEqual([
    ['0', '0', '48', '4 tokens up to 1.33'],
    ['12', '48', '0', '0 tokens up to 2.67'],
    ['24', '24', '24', '1 tokens up to 4.00'],
  ]);
  expect(own.html).toContain('title="b c.ts, line 4"');
  expect(own.html).toContain('title="75 % of its maximum"');
  expect(asked(page, own, 'click').slice(0, 7)).toEqual([
    ['feature', { feature: 7, act: 'unpin' }],
    ...(['ablate', 'label', 'search'] as const).map(act => ['feature', { feature: 7, act }]),
    ['feature', { feature: null, act: 'show' }],
    ['open', found.examples[0]],
    ['feature', { feature: 8, act: 'show' }],
  ]);
  const wrong = {
    ...found,
    label: { ...label('guessed', 0.1), predicate: 'token="("' },
    max: null,
    examples: [],
  };
  const text = shown(
    featuresTab.template(fakePage(), {
      ...features,
      pins: [],
      page: { ...wrong, agreement: null },
    }),
  ).text;
  expect(text).toContain('#7 unlabelled the available label was measured as wrong\n');
  expect(text).toContain(
    'A guess (token): guessed (precision 0.10, recall 0.50).  token="(". Active on'.replace(
      '  ',
      ' ',
    ),
  );
  expect(text).toContain('Active on 1 % of tokens.\n');
  expect(text).toContain('\nPin Ablate or steer Label');
  expect(text).toContain('It is not active in any open text');
  expect(text).not.toContain('Histogram');
  const silent = {
    ...wrong,
    label: { ...label(''), kind: 'none' },
    agreement: { fires: 0, holds: 0, both: 0 },
  };
  expect(shown(featuresTab.template(fakePage(), { ...features, page: silent })).text).toMatch(
    /#7 unlabelled no label\nActive on|#7 unlabelled no label\n.*Active on/,
  );
  const guess = { ...wrong, agreement: { fires: 1, holds: 0, both: 0 } };
  expect(shown(featuresTab.template(fakePage(), { ...features, page: guess })).text).toContain(
    'it is active on 1 token, the guess holds on 0, both on 0.',
  );
});

/** A page of a feature with examples and effects. */
const pageOf = (changes: object) => ({
  ...named(7, 'brackets'),
  histogram: null,
  neighbours: [],
  raises: [],
  lowers: [],
  examples: [],
  agreement: null,
  ...changes,
});
const shownPage = (changes: object) =>
  shown(featuresTab.template(fakePage(), { ...features, page: pageOf(changes) }));

test('Features: an example is cut around its token, and says its place', () => {
  const example = {
    uri: 'file:///a.ts',
    line: 4,
    before: 'x'.repeat(30),
    token: '(',
    after: 'y'.repeat(30),
    value: 3,
    utf16Start: 1,
    utf16End: 2,
  };
  const { html } = shownPage({ examples: [example] });
  expect(html).toMatch(/<code\s*>x{24}<mark>\(<\/mark>y{24}<\/code/);
  expect(html).toContain('title="75 % of its maximum"');
  const unknown = shownPage({ examples: [example], max: null });
  expect(unknown.html).not.toMatch(/title="[^"]*of its maximum"/);
  expect(unknown.text).toContain('3.00 | ');
});

test('Features: eight tokens that it raises and lowers, the first ones', () => {
  const effects = Array.from({ length: 9 }, (_, i) => ({ ...piece(i, `t${i}`), score: 9 - i }));
  const { text } = shownPage({ raises: effects, lowers: effects.slice(0, 1) });
  expect(text).toContain('Raises directly\n9.0 | t0\n8.0 | t1\n');
  expect(text).toContain('2.0 | t7\nLowers directly\n9.0 | t0\n');
  expect(text).not.toContain('t8');
});

test('Features: bars of a histogram fill its height, and a rare value is still seen', () => {
  const bars = (histogram: number[]) => {
    const { html } = shownPage({ histogram, max: 2 });
    const [, width, height] = /class="histogram"\s+width="(\d+)"\s+height="(\d+)"/.exec(html)!;
    const all = [...html.matchAll(/<rect x="(\S+)" y="(\S+)" width="(\S+)" height="(\S+)">/g)];
    const numbers = all.map(([, ...own]) => own.map(Number));
    for (const [x, y, own, high] of numbers) {
      expect(y! + high!).toBe(Number(height));
      expect(x! + own! <= Number(width) && own! > 0).toBe(true);
    }
    return numbers.map(([, , , high]) => high! / Number(height));
  };
  expect(bars([4, 1, 0])).toEqual([1, 0.5, 0]);
  expect(bars([1_000_000, 1])[1]).toBeCloseTo(1 / 48, 9);
  expect(bars([0, 0])).toEqual([0, 0]);
  expect(shownPage({ histogram: [1], max: null }).html).not.toContain('histogram');
});

test('Features: a pinned feature shows what its threshold is, and can be moved and taken off', () => {
  const pins = [
    { feature: 7, threshold: 0.25 },
    { feature: 12, threshold: 0 },
  ];
  const page = fakePage();
  const found = shown(featuresTab.template(page, { ...features, pins }));
  const inputs = [...found.html.matchAll(/<input\s[^>]*>/g)].map(([markup]) =>
    ['value', 'aria-valuetext'].map(name => new RegExp(`\\s${name}="([^"]*)"`).exec(markup)![1]),
  );
  expect(inputs).toEqual([
    ['25', '25 % of its maximum'],
    ['0', '0 % of its maximum'],
  ]);
  // The look of a channel at its highest.
  expect(found.html).toMatch(/swatch channels2".*feature 7.*swatch channels5".*feature 12/s);
  const changes = asked(page, found, 'change', { target: { value: '5' } });
  expect(changes.slice(-2)).toEqual([
    ['feature', { feature: 7, act: 'pin', threshold: 0.05 }],
    ['feature', { feature: 12, act: 'pin', threshold: 0.05 }],
  ]);
});

test('Features: what counts as active is one of the list, in its order', () => {
  const titles = [
    ...shown(featuresTab.template(fakePage(), features)).html.matchAll(/<option [^>]*>([^<]*)</g),
  ].map(([, title]) => title);
  expect(titles).toEqual([
    'its own threshold',
    ...[4, 8, 16, 32].map(k => `the top ${k} of each token`),
    ...[1, 2, 4, 8, 16, 32, 64].map(n => `the highest in this document, ${n} per token`),
  ]);
  const selected = (choice: object) =>
    /<option value="(\d+)" selected>/.exec(
      shown(featuresTab.template(fakePage({}, { choice: choice as never }), features)).html,
    )?.[1];
  expect(selected({ kind: 'topK', k: 16 })).toBe('3');
  expect(selected({ kind: 'topK', k: 5 })).toBeUndefined();
  const page = fakePage();
  const found = shown(featuresTab.template(page, { ...features, pins: [] }));
  expect(asked(page, found, 'change', { target: { value: '2' } })).toEqual([
    ['change', [{ choice: { kind: 'topK', k: 8 } }, 'Counted as active: the top 8 of each token']],
  ]);
});

test('Features: nothing is listed where nothing is active or nearly so', () => {
  const at = { ...features.at!, features: [], near: [] };
  const { text, html } = shown(featuresTab.template(fakePage(), { ...features, at }));
  expect(text).not.toContain('Nearly active');
  expect(html).not.toContain('aria-labelledby="fires"><thead');
  expect(text).not.toContain('raises, directly');
});
