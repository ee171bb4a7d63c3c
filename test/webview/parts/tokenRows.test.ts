import { describe, expect, it, test } from 'vitest';
import type { TokenView } from '../../../src/protocol/scores';
import type { VisibleTokens } from '../../../src/protocol/page';
import { emptyScores } from '../../../src/core/lenses/scores';
import { columnsOf, sorted } from '../../../webview/parts/tableColumns';
import { tokenRows } from '../../../webview/parts/tokenRows';

/** A view of tokens given by their text and rank; rank 0 is unknown. */
function viewOf(first: number, tokens: [string, number][]): TokenView {
  const scores = emptyScores(tokens.length, 1);
  tokens.forEach(([, rank], i) => (scores.ranks[i] = rank));
  const none = new Uint32Array(tokens.length);
  return {
    first,
    total: 99,
    ids: none,
    normalized: null,
    scores,
    pending: 0,
    byteStarts: none,
    byteEnds: none,
    utf16Starts: none,
    utf16Ends: none,
    bytes: tokens.map(([text]) => new TextEncoder().encode(text)),
  };
}

const list: VisibleTokens = {
  uri: 'test:',
  version: 1,
  visible: 5,
  runs: [
    // The last token of the first run extends across a fold.
    {
      line: 3,
      second: null,
      view: viewOf(10, [
        ['a', 5],
        ['\n\n', 1],
        ['b', 0],
        ['\n', 5],
      ]),
    },
    {
      line: 9,
      second: null,
      view: viewOf(13, [
        ['\n', 5],
        ['c', 2],
      ]),
    },
  ],
};

describe('tokenRows', () => {
  it('knows the line of each token, and names none twice', () => {
    const rows = tokenRows(list).map(({ index, line }) => [index, line]);
    expect(rows).toEqual([
      [10, 3],
      [11, 3],
      [12, 5],
      [13, 5],
      [14, 10],
    ]);
  });
});

describe('tokenRows of two tokenizers', () => {
  const splitAt = (...ends: number[]): TokenView => {
    const starts = [0, ...ends];
    const view = viewOf(
      0,
      ends.map((end, i) => ['found.split'.slice(starts[i], end), 1]),
    );
    return { ...view, byteEnds: Uint32Array.from(ends) };
  };

  it('gives the tokens of the second tokenizer to all tokens of a difference, and marks its last one', () => {
    const run = { line: 1, view: splitAt(2, 5, 6, 11), second: splitAt(5, 7, 11) };
    const rows = tokenRows({ ...list, runs: [run] });
    expect(rows.map(({ others }) => others)).toEqual([
      ['found'],
      ['found'],
      ['.s', 'plit'],
      ['.s', 'plit'],
    ]);
    expect(rows.map(row => row.endsDifference)).toEqual([false, true, false, true]);
  });

  it('gives none where both tokenizers agree', () => {
    const run = { line: 1, view: splitAt(5, 6, 11), second: splitAt(5, 11) };
    const [first] = tokenRows({ ...list, runs: [run] });
    expect([first!.others, first!.endsDifference]).toEqual([undefined, false]);
  });
});

describe('sorted', () => {
  const column = columnsOf([emptyScores(0, 1)]).find(({ id }) => id === 'lens.rank')!;
  const order = (isDescending: boolean) =>
    sorted(tokenRows(list), column, isDescending).map(({ index }) => index);

  it('puts what is unknown last and leaves equals in text order', () => {
    expect(order(false)).toEqual([11, 14, 10, 13, 12]);
    expect(order(true)).toEqual([10, 13, 14, 11, 12]);
  });
});

test('numbers for bytes, and by a second model, have columns where they were asked for', () => {
  const [scores, byteNats, secondByteNats] = [
    emptyScores(0, 1),
    new Float64Array(),
    new Float64Array(),
  ];
  const titles = (...all: Parameters<typeof columnsOf>) => columnsOf(...all).map(({ id }) => id);
  const [none, tokens, bytes, both] = [
    titles([null]),
    titles([scores]),
    titles([scores, { ...scores, byteNats }]),
    titles([{ ...scores, byteNats, secondByteNats }]),
  ];
  expect(none).not.toContain('lens.surprisal');
  expect(tokens).toContain('lens.surprisal');
  expect(tokens).not.toContain('lens.bytes');
  expect(bytes).toContain('lens.bytes');
  expect(bytes).not.toContain('lens.difference');
  expect(both).toEqual(expect.arrayContaining(['lens.bytes', 'lens.difference']));
});
