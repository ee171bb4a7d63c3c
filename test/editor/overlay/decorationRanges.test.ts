import { describe, expect, it } from 'vitest';
import { lenses } from '../../../src/core/lenses/lenses';
import { emptyScores } from '../../../src/core/lenses/scores';
import {
  whitespaceIn,
  splitCharacters,
  rangesByStep,
} from '../../../src/editor/overlay/decorationRanges';
import type { TokenView } from '../../../src/protocol/scores';

/** A view of tokens given as [utf16Start, utf16End, surprisal in bits]. */
function viewOf(tokens: [number, number, number][]): TokenView {
  const scores = emptyScores(tokens.length, 1);
  tokens.forEach(([, , bits], i) => (scores.logprobs[i] = -bits * Math.LN2));
  const column = (i: 0 | 1) => Uint32Array.from(tokens, token => token[i]);
  return {
    first: 0,
    total: tokens.length,
    ids: new Uint32Array(tokens.length),
    byteStarts: column(0),
    byteEnds: column(1),
    utf16Starts: column(0),
    utf16Ends: column(1),
    normalized: null,
    scores,
    pending: 0,
  };
}
const range = (utf16Start: number, utf16End: number) => ({ utf16Start, utf16End });

describe('rangesByStep', () => {
  it('merges neighbours of one step and leaves out what is unknown', () => {
    const view = viewOf([
      [0, 2, 2.5],
      [2, 5, 3],
      [5, 6, NaN],
      [6, 8, 2.5],
      [8, 9, 20],
    ]);
    const steps = rangesByStep(view, lenses.surprisal);
    expect(steps.get(2)).toEqual([range(0, 5), range(6, 8)]);
    expect(steps.get(7)).toEqual([range(8, 9)]);
    expect([...steps.keys()].sort((a, b) => a - b)).toEqual([2, 7]);
  });

  it('shows the hottest of the tokens that split a character', () => {
    const view = viewOf([
      [0, 2, 0.1],
      [0, 2, 9],
      [0, 2, 3],
      [2, 3, 0.1],
    ]);
    const steps = rangesByStep(view, lenses.surprisal);
    expect(steps.get(5)).toEqual([range(0, 2)]);
    expect(splitCharacters(view)).toEqual([range(0, 2)]);
  });

  it('alternates shades token by token, by place in the document', () => {
    const view = {
      ...viewOf([
        [0, 1, 0],
        [1, 2, 0],
        [2, 3, 0],
      ]),
      first: 5,
    };
    const steps = rangesByStep(view, lenses.tokens);
    expect(steps.get(1)).toEqual([range(0, 1), range(2, 3)]);
    expect(steps.get(0)).toEqual([range(1, 2)]);
  });
});

describe('blanksIn', () => {
  it('finds blanks, tabs and line ends, a CRLF once', () => {
    expect(whitespaceIn('a b\tc\r\nd\n', 10)).toEqual([
      { kind: 'space', utf16: 11 },
      { kind: 'tab', utf16: 13 },
      { kind: 'lineEnd', utf16: 15 },
      { kind: 'lineEnd', utf16: 18 },
    ]);
  });
});
