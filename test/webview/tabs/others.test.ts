// The other tabs: each number in the row of what it is of, in the words of what it is by.
import '../../support/navigator';
import { expect, test } from 'vitest';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import type { NextBytesView } from '../../../src/protocol/nextBytes';
import type {
  ComparedText,
  CurveState,
  FeaturesState,
  NextByteState,
} from '../../../src/protocol/page';
import type { SplitView } from '../../../src/protocol/split';
import { compareTab } from '../../../webview/tabs/compare';
import { featuresTab } from '../../../webview/tabs/features';
import { nextByteTab } from '../../../webview/tabs/nextByte';
import { rolloutsTab } from '../../../webview/tabs/rollouts';
import { splitTab } from '../../../webview/tabs/split';
import { fakePage, type FakePage } from '../../support/inspectorPage';
import { shown, type Shown } from '../../support/litText';

const piece = (id: number, text: string) => ({ id, bytes: encodeUtf8(text) });
const linesOf = (template: unknown, start = /^/) =>
  shown(template)
    .text.split('\n')
    .filter(line => start.test(line));
const NOWHERE = { target: { closest: () => null } };
/** What the listeners of an event ask of the page, one after the other. */
const asked = (page: FakePage, { listeners }: Shown, event: string, value: unknown = NOWHERE) => {
  page.asked.length = 0;
  for (const { listener, event: own } of listeners) if (own === event) listener(value);
  return page.asked.map(([what, params]) => (typeof params === 'object' ? [what, params] : params));
};

const size = (tokens: number, second?: number) => ({
  tokens,
  bytes: 80,
  characters: 60,
  words: 10,
  ...(second !== undefined && { second }),
});
const compared: ComparedText = {
  uri: 'file:///a',
  version: 3,
  language: 'typescript',
  comparison: {
    document: size(20, 16),
    ranges: { ...size(4, 3), characters: 1, words: 1 },
    differences: 5,
    listed: [
      {
        utf16Start: 4,
        utf16End: 6,
        first: [piece(1, 'a'), piece(2, ' b')],
        second: [piece(7, 'a b')],
      },
    ],
  },
  lines: [12],
  hasSelection: false,
};

test('Compare: counts by each tokenizer, and where they differ', () => {
  const page = fakePage({ second: 'stories' });
  const found = shown(compareTab.template(page, compared));
  const lines = found.text.split('\n');
  expect(lines.slice(0, 5)).toEqual([
    'coder and stories',
    'Document (typescript): 60 characters, 10 words',
    '| tokens | per word | per character | bytes per token',
    'coder | 20 | 2.00 | 0.33 | 4.00',
    'stories | 16 | 1.60 | 0.27 | 5.00',
  ]);
  expect(found.text).not.toContain('Selection');
  expect(found.text).toContain('5 ranges are split differently on the screen: 1\n');
  expect(found.text).toContain('line | coder | stories\n12 | a·b | a·b');
  expect(found.html).toContain('title="id 7"');
  expect(asked(page, found, 'click')).toEqual([
    'compareWithTokenizer',
    'stopComparing',
    'previousDifference',
    'nextDifference',
  ]);
  const selection = shown(compareTab.template(page, { ...compared, hasSelection: true })).text;
  expect(selection).toContain('Selection: 1 character, 1 word\n');
  expect(selection).toContain('coder | 4 | 4.00 | 4.00 | 20.00\n');
});

test('Compare: says that there is nothing to compare, or no difference', () => {
  const page = fakePage();
  const none = shown(compareTab.template(page, compared));
  expect(none.text).toMatch(/^Choose a second tokenizer/);
  expect(asked(page, none, 'click')).toEqual(['compareWithTokenizer']);
  expect(
    shown(compareTab.template(fakePage({ secondProblem: 'No tokenizer.' }), null)).text,
  ).toMatch(/^No tokenizer\.\n/);
  const two = fakePage({ second: 'stories' });
  expect(shown(compareTab.template(two, null)).text).toBe('There is no text to compare.');
  const same = (differences: number) =>
    shown(
      compareTab.template(two, {
        ...compared,
        comparison: { ...compared.comparison, differences, listed: [] },
      }),
    ).text;
  expect(same(0)).toMatch(
    /0 ranges are split differently.*\nBoth split the text in the same way\.$/s,
  );
  expect(same(1)).toMatch(/1 range is split differently.*\nNone of them is on the screen\.$/s);
});

/** Probabilities: byte 'a' .5, 'b' .25, 20 others, and the rest. */
function nextBytes(changes: Partial<NextBytesView> = {}): NextBytesView {
  const [exact, naive] = [new Float64Array(256), new Float64Array(256)];
  exact[97] = 0.5;
  exact[98] = 0.25;
  for (let i = 0; i < 20; i++) exact[200 + i] = 0.01;
  naive[97] = 0.125;
  naive[98] = 0.5;
  naive[255] = 0.375;
  return {
    exact,
    naive,
    biasBits: 0.5,
    end: 0.03125,
    leak: 0.0078125,
    untested: 0,
    nodes: 3,
    contextTokens: 12,
    open: encodeUtf8('wor'),
    tree: [
      { parent: -1, bytes: encodeUtf8('w') },
      { parent: 0, bytes: encodeUtf8('or') },
    ],
    covers: [
      { node: 0, rest: encodeUtf8('or'), share: 0.25 },
      { node: 1, rest: new Uint8Array(), share: 0.75 },
    ],
    ms: 12.4,
    ...changes,
  };
}
const next = (found: NextByteState['found'], before = '  wor'): NextByteState => ({
  file: 'src/a.ts',
  line: 3,
  column: 6,
  before,
  found,
});

test('Next byte: exact beside naive, with what is left of the probability', () => {
  const found = shown(nextByteTab.template(fakePage(), next(nextBytes())));
  const lines = found.text.split('\n');
  expect(lines.slice(0, 2)).toEqual([
    'Next byte src/a.ts, line 3, column 6',
    'exact, e2 The naive estimate costs 0.50 bits more per byte here. coder, after 12 tokens: 3 nodes, 12 ms',
  ]);
  const rows = lines.filter(line => / %| –$/.test(line) && line.includes('|'));
  expect(rows.slice(0, 2)).toEqual(['a | 61 | | 50 % | 12.5 %', 'b | 62 | | 25 % | 50 %']);
  expect(rows[10]).toBe('other bytes | | | 12 % | 37.5 %');
  expect(rows.slice(11, 14)).toEqual([
    'end of text | | | 3.13 % | –',
    'leak | | | 0.781 % | –',
    'untested | | | 0 % | –',
  ]);
  expect(lines).toContain(
    'wor Underlined: its tokens depend on what follows. A token extends across the cursor with a probability of 25 %.',
  );
  expect(lines.slice(-2)).toEqual(['w or | 75 %', 'w or… | 25 %']);
});

test('Next byte: the second model has columns of its own, and the mean of both', () => {
  const exact = new Float64Array(256);
  exact[97] = 0.25;
  const second = {
    model: 'stories',
    exact,
    end: 0.5,
    leak: 0.125,
    untested: 0.125,
    nodes: 1,
    contextTokens: 4,
  };
  const { text } = shown(nextByteTab.template(fakePage(), next(nextBytes({ second }))));
  expect(text).toContain('byte | hex | | exact | naive | stories | mixture\n');
  expect(text).toContain('a | 61 | | 50 % | 12.5 % | 25 % | 37.5 %\n');
  expect(text).toMatch(/^end of text \| \| \| 3\.13 % \| – \| 50 % \| 26\.6 %$/m);
  const refused = shown(
    nextByteTab.template(fakePage(), next(nextBytes({ second: { refused: 'it is no BPE' } }))),
  ).text;
  expect(refused).toContain('The second model is not exact here: it is no BPE.');
  expect(refused).toContain('exact | naive\n');
});

test('Next byte: says where there is no naive estimate, no open end, or nothing exact', () => {
  const inside = shown(
    nextByteTab.template(
      fakePage(),
      next(
        nextBytes({ naive: null, biasBits: null, open: new Uint8Array(), nodes: 1, covers: [] }),
      ),
    ),
  );
  expect(inside.text).toContain('Inside a character there is no naive estimate to compare with.');
  expect(inside.text).toContain('1 node, 12 ms');
  expect(inside.text).toContain('a | 61 | | 50 % | –\n');
  expect(inside.text).toContain('The tokens before the cursor do not depend on what follows.');
  expect(inside.html).not.toContain('class="coverTree"');
  const refused = shown(nextByteTab.template(fakePage(), next({ refused: 'it is no BPE' }))).text;
  expect(refused).toMatch(/^Next byte src\/a\.ts, line 3, column 6\nnot exact it is no BPE\.\n/);
  expect(refused).not.toContain('%');
  expect(shown(nextByteTab.template(fakePage(), null)).text).toMatch(/^Place the cursor/);
});

test('Next byte: of a long line the end is shown, and the arcs of the drawn bytes', () => {
  const long = `${'x'.repeat(40)}wor`;
  const { text } = shown(nextByteTab.template(fakePage(), next(nextBytes(), long)));
  expect(text).toContain(`\n…${'x'.repeat(24)}wor Underlined`);
  const arcs = (changes: Partial<NextBytesView>) => {
    const { html } = shown(nextByteTab.template(fakePage(), next(nextBytes(changes))));
    return [
      ...html.matchAll(
        /class="(arc[^"]*)" d="M (\d+) [^"]* ([\d.]+) [\d.]+" stroke-width="([\d.]+)"/g,
      ),
    ].map(([, kind, from, to, width]) => [kind, Number(from), Number(to), Number(width)]);
  };
  // Bytes are 26 wide after a margin of 14; a token's arc is as thick as the paths through it.
  expect(arcs({})).toEqual([
    ['arc open', 40, 131, 2.25],
    ['arc', 40, 92, 6.75],
    ['arc', 14, 40, 9],
  ]);
  const covers = [{ node: -1, rest: encodeUtf8('wor'), share: 1 }];
  expect(arcs({ tree: [], covers })).toEqual([['arc open', 14, 131, 9]]);
  const begins = shown(
    nextByteTab.template(
      fakePage(),
      next(nextBytes({ tree: [], covers: [{ node: -1, rest: new Uint8Array(), share: 1 }] })),
    ),
  );
  expect(begins.text).toContain('a token begins at the cursor | 100 %');
});

const point = (token: number, right: number, rollouts = 32, answers: [string, number][] = []) => ({
  token,
  right,
  rollouts,
  utf16: 10 + token,
  answers: answers.map(([text, count]) => ({ text, count })),
});
const curve: CurveState = {
  uri: 'file:///t',
  version: 1,
  view: {
    points: [
      point(-1, 16, 32, [
        ['4', 16],
        ['5', 8],
        ['6', 4],
        ['7', 4],
      ]),
      point(0, 24),
      point(9, 0),
    ],
    falls: [
      {
        utf16Start: 18,
        utf16End: 19,
        token: 9,
        kind: 'critical',
        before: point(0, 24),
        after: point(9, 0),
      },
    ],
    target: '4',
    isSuccess: true,
    problem: null,
    model: 'reasoner',
    ms: 100,
  },
  before: ['', 'x ', 'long\n'],
};

test('Rollouts: shares with their intervals, point by point, by the model that rolled out', () => {
  const page = fakePage({ model: 'coder' });
  const found = shown(rolloutsTab.template(page, curve));
  expect(found.text).toMatch(
    /^T3, rollouts by reasoner: the share of right answers after 3 prefixes, .*; 1 critical\. /,
  );
  expect(linesOf(rolloutsTab.template(page, curve), /^(start|\d+) \|/)).toEqual([
    'start | | 50 % | 34–66 % | | 4 (16), 5 (8), 6 (4)',
    '0 | x· | 75 % | 58–87 % | |',
    '9 | long↵ | 0 % | 0–11 % | critical |',
  ]);
  expect([...found.html.matchAll(/<title>([^<]*)<\/title>/g)].map(([, words]) => words)).toEqual([
    '16 of 32 right before the trace',
    '24 of 32 right after token 0',
    '0 of 32 right after token 9',
    'critical',
  ]);
  // Between 0 and 9 nothing is known.
  expect([...found.html.matchAll(/<line class="(share[^"]*)"/g)].map(([, own]) => own)).toEqual([
    'share',
    'share gap',
  ]);
  const at = (utf16: number) => ({
    uri: 'file:///t',
    version: 1,
    utf16Start: utf16,
    utf16End: utf16,
    goThere: false,
  });
  expect(asked(page, { ...found, listeners: found.listeners.slice(0, 3) }, 'click')).toEqual([
    ['select', at(9)],
    ['select', at(10)],
    ['select', at(19)],
  ]);
});

test('Rollouts: says what the shares are of, and that they say nothing', () => {
  const text = (changes: Partial<NonNullable<CurveState['view']>>) =>
    shown(rolloutsTab.template(fakePage(), { ...curve, view: { ...curve.view!, ...changes } }))
      .text;
  expect(text({ isSuccess: false })).toContain('the share of agreement with 4 after');
  expect(text({ isSuccess: false, target: null })).toContain(
    'the share of agreement with no answer',
  );
  expect(text({ falls: [] })).toContain('intervals; no fall.');
  const [fall] = curve.view!.falls;
  const falls = (['pivotal', 'cliff', 'cliff'] as const).map(kind => ({ ...fall!, kind }));
  expect(text({ falls })).toContain('; 2 cliff, 1 pivotal.');
  const problem = text({ problem: 'no rollout had an answer' });
  expect(problem).toMatch(/^T3, rollouts by reasoner: no rollout had an answer\.\n/);
  expect(problem).toContain('0 | x· | – | – |');
  expect(problem).not.toMatch(/^(start|\d).*\d %/m);
  const page = fakePage();
  const none = shown(rolloutsTab.template(page, { ...curve, view: null }));
  expect(none.text).toMatch(/^This trace has not been rolled out with the current model/);
  expect(asked(page, none, 'click')).toEqual(['rollOut']);
  const empty = { ...curve, view: { ...curve.view!, points: [] } };
  expect(shown(rolloutsTab.template(page, empty)).text).toMatch(/^This trace has not been/);
  const closed = shown(rolloutsTab.template(page, null));
  expect(asked(page, closed, 'click')).toEqual(['openTraces']);
});

const split: SplitView = {
  utf16Start: 4,
  utf16End: 7,
  byteStart: 4,
  byteEnd: 7,
  symbols: [piece(1, 'a'), piece(2, 'b'), piece(3, 'c')],
  steps: [{ at: 1, rank: 17, piece: piece(9, 'bc') }],
  rankIs: 'the merge’s place in the list',
  note: '',
  tokens: [piece(1, 'a'), piece(9, 'bc')],
  token: 1,
  continuations: [
    { text: '', origin: 'end', tokens: [piece(1, 'a'), piece(9, 'bc')], kept: 2 },
    { text: 'd', origin: 'text', tokens: [piece(1, 'a'), piece(4, 'bcd')], kept: 1 },
    { text: ' ', origin: 'typed', tokens: [piece(1, 'a'), piece(9, 'bc'), piece(5, ' ')], kept: 2 },
  ],
};

test('Split: the merges with their ranks, and what one more character changes', () => {
  const page = fakePage();
  const found = shown(splitTab.template(page, split));
  expect(found.text.split('\n')).toEqual([
    'Why abc is 2 tokens bytes 4–7: 61 62 63',
    'step | merges | rank | pieces after the step',
    '| 3 symbols | | a | b | c',
    '1 | b + c | 17 | a | bc (at the cursor)',
    'Each step merges the adjacent pair with the lowest rank, the leftmost one if several are equal. The rank is the merge’s place in the list. No adjacent pair of the last row has a merge.',
    'Model: coder',
    'What one more character would change',
    'Or type a text of your own:',
    'followed by | tokens | split',
    'nothing | abc |',
    'd in the text | abcd | changes',
    '· yours | abc· | stays',
  ]);
  expect(found.html).toMatch(/<td colspan="2" class="piece merged current">/);
  expect(found.html).toMatch(/piece merged">bcd/);
  expect(asked(page, found, 'input', { target: { value: 'x' } })).toEqual([
    ['change', [{ typed: 'x' }, undefined]],
  ]);
});

test('Split: says why there are no merges, and of one token nothing of the cursor', () => {
  const none = {
    ...split,
    symbols: [],
    steps: [],
    note: 'It is an added token.',
    continuations: [],
  };
  const page = fakePage();
  const lines = shown(
    splitTab.template(page, { ...none, tokens: [piece(5, 'abc')], token: 0 }),
  ).text;
  expect(lines).toBe('Why abc is 1 token bytes 4–7: 61 62 63\nIt is an added token.\nModel: coder');
  const one = { ...split, symbols: [piece(1, 'a')], steps: [], tokens: [piece(1, 'a')], token: 0 };
  const { text } = shown(splitTab.template(page, one));
  expect(text).toContain('\n| 1 symbol | | a\n');
  expect(text).toContain(' No adjacent pair has a merge.\n');
  expect(text).not.toContain('at the cursor');
  expect(shown(splitTab.template(page, null)).text).toMatch(/^Place the cursor/);
});

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
  expect(at({ masked: true })).toContain('its features are meaningless here.\n');
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
  expect(none('')).toMatch(/^This model comes with no autoencoder\.\n/);
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
  expect(text).toContain('#7 unlabelled the label found is measured as wrong\n');
  expect(text).toContain(
    'A guess (token): guessed (precision 0.10, recall 0.50).  token="(". Active on'.replace(
      '  ',
      ' ',
    ),
  );
  expect(text).toContain('Active on 1 % of tokens.\n');
  expect(text).toContain('\nPin Ablate or steer Label');
  expect(text).toContain('It is active nowhere in the open texts');
  expect(text).not.toContain('Histogram');
  const silent = {
    ...wrong,
    label: { ...label(''), kind: 'none' },
    agreement: { fires: 0, holds: 0, both: 0 },
  };
  expect(shown(featuresTab.template(fakePage(), { ...features, page: silent })).text).toMatch(
    /#7 unlabelled no description was found\nActive on|#7 unlabelled no description was found\n.*Active on/,
  );
  const guess = { ...wrong, agreement: { fires: 1, holds: 0, both: 0 } };
  expect(shown(featuresTab.template(fakePage(), { ...features, page: guess })).text).toContain(
    'it is active on 1 token, the guess holds on 0, both on 0.',
  );
});
