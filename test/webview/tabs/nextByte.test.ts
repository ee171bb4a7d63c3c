// The tab Next byte: each number in the row of what it is of, in the words of what it is by.
import '../../support/navigator';
import { expect, test } from 'vitest';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import type { NextBytesView } from '../../../src/protocol/nextBytes';
import type { NextByteState } from '../../../src/protocol/page';
import { nextByteTab } from '../../../webview/tabs/nextByte';
import { fakePage } from '../../support/inspectorPage';
import { shown } from '../../support/litText';

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

test('Next byte: the ten likeliest in their order, and the rest in one row, never below nothing', () => {
  const exact = Float64Array.from({ length: 256 }, (_, byte) => (byte < 12 ? (byte + 1) / 78 : 0));
  // By the naive estimate the ten hold all, and a little more by rounding.
  const naive = Float64Array.from(exact, (_, byte) => (byte >= 2 && byte < 12 ? 0.1 + 1e-17 : 0));
  const { text } = shown(nextByteTab.template(fakePage(), next(nextBytes({ exact, naive }))));
  const rows = text.split('\n').filter(line => /^[^|]+ \| [0-9a-f]{2} \| /.test(line));
  expect(rows.map(row => row.split(' | ')[1])).toEqual(
    Array.from({ length: 10 }, (_, i) => (11 - i).toString(16).padStart(2, '0')),
  );
  expect(text).toMatch(/^other bytes \| \| \| 3\.85 % \| 0 %$/m);
});

test('Next byte: the line up to the cursor is cut where it is long, never inside of the open bytes', () => {
  const tail = (before: string, open: string) => {
    const found = nextBytes({ open: encodeUtf8(open) });
    const { html } = shown(nextByteTab.template(fakePage(), next(found, before)));
    const [, settled, own] = /<code class="tail">(.*?)<u class="healed">(.*?)<\/u>/.exec(html)!;
    return [settled, own];
  };
  expect(tail('  wor', 'wor')).toEqual(['  ', 'wor']);
  expect(tail(`${'x'.repeat(24)}wor`, 'wor')).toEqual(['x'.repeat(24), 'wor']);
  expect(tail(`y${'x'.repeat(24)}wor`, 'wor')).toEqual([`…${'x'.repeat(24)}`, 'wor']);
  expect(tail('schön', 'ön')).toEqual(['sch', 'ön']);
  // They may begin on a line above.
  expect(tail('r', 'wo\nr')).toEqual(['', 'r']);
});

test('Next byte: what else there is has its words, and its bars', () => {
  const { html } = shown(nextByteTab.template(fakePage(), next(nextBytes())));
  const titles = [...html.matchAll(/<tr title="([^"]*)"/g)].map(([, title]) => title);
  expect(titles).toEqual([
    'The text ends here',
    'Tokens that the tokenizer does not produce here',
    'Tokens too unlikely to be evaluated',
  ]);
  // Ten bytes and the others with two bars each, three more with one.
  expect(html.match(/<rect class="exact"/g)).toHaveLength(14);
  expect(html.match(/<rect class="naive"/g)).toHaveLength(11);
  const exactAlone = shown(nextByteTab.template(fakePage(), next(nextBytes({ naive: null }))));
  expect(exactAlone.html).not.toContain('class="naive"');
});
