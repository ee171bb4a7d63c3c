import { describe, expect, it, test } from 'vitest';
import { lenses } from '../../../src/core/lenses/lenses';
import { stepOf } from '../../../src/core/lenses/scale';
import { emptyScores } from '../../../src/core/lenses/scores';
import { seededRandom } from '../../../src/core/random';
import { utf16Spans } from '../../../src/core/text/utf16Spans';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import {
  whitespaceIn,
  splitCharacters,
  rangesByStep,
} from '../../../src/editor/overlay/decorationRanges';
import type { TokenView } from '../../../src/protocol/scores';
import { seedOr } from '../../support/seed';

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

/** Spans of tokens whose bytes are cut anywhere, inside characters too. */
function cutAnywhere(random: () => number) {
  const alphabet = ['a', ' ', 'é', '中', '\u{1f600}', '\n'];
  const text = Array.from({ length: 12 }, () => alphabet[Math.floor(random() * 6)]!).join('');
  const { length } = encodeUtf8(text);
  const cuts = Array.from({ length }, (_, byte) => byte).filter(byte => byte && random() < 0.6);
  const { starts, ends } = utf16Spans(text, Uint32Array.from([0, ...cuts]));
  return { text, starts, ends };
}

test('each character has the step of the hottest token that has bytes of it, and is drawn once', () => {
  const random = seededRandom(seedOr(3));
  for (let run = 0; run < 500; run++) {
    const { text, starts, ends } = cutAnywhere(random);
    const bits = Array.from(starts, () => (random() < 0.2 ? NaN : 16 * random()));
    const first = Math.floor(10 * random());
    const view = { ...viewOf(bits.map((own, i) => [starts[i]!, ends[i]!, own])), first };
    for (const lens of [lenses.surprisal, lenses.tokens]) {
      const steps = Array.from({ length: text.length }, (): number[] => []);
      for (const [step, ranges] of rangesByStep(view, lens)) {
        ranges.forEach(({ utf16Start, utf16End }, i) => {
          expect(utf16Start).toBeLessThan(utf16End);
          const before = ranges[i - 1]?.utf16End ?? -1;
          // Neighbours of one step are one range.
          const isApart = lens === lenses.tokens ? before <= utf16Start : before < utf16Start;
          expect(isApart).toBe(true);
          for (let at = utf16Start; at < utf16End; at++) steps[at]!.push(step);
        });
      }
      const wanted = steps.map((_, at) => {
        const own = bits.map((_, i) =>
          starts[i]! <= at && at < ends[i]!
            ? stepOf(lens.scale, lens.value(view.scores, i, first + i))
            : -1,
        );
        const hottest = Math.max(...own);
        return hottest < 0 ? [] : [hottest];
      });
      expect(steps).toEqual(wanted);
    }
  }
});

test('a token that is alone is one range, whatever characters it shares', () => {
  const view = viewOf([
    [0, 2, 9],
    [1, 3, 0.1],
    [3, 4, 9],
  ]);
  expect(rangesByStep(view, lenses.surprisal)).toEqual(
    new Map([
      [5, [range(0, 2), range(3, 4)]],
      [0, [range(2, 3)]],
    ]),
  );
  expect(splitCharacters(view)).toEqual([range(1, 2)]);
  expect(rangesByStep(view, lenses.tokens)).toEqual(
    new Map([
      [0, [range(0, 1), range(3, 4)]],
      [1, [range(1, 3)]],
    ]),
  );
});

test('a token without a character is not drawn', () => {
  const view = viewOf([
    [0, 0, 9],
    [0, 2, 3],
    [2, 2, 9],
  ]);
  expect(rangesByStep(view, lenses.surprisal)).toEqual(new Map([[2, [range(0, 2)]]]));
  expect(splitCharacters(view)).toEqual([]);
});

test('exactly the characters are split that several tokens have bytes of', () => {
  const random = seededRandom(seedOr(4));
  for (let run = 0; run < 500; run++) {
    const { text, starts, ends } = cutAnywhere(random);
    const view = viewOf(Array.from(starts, (start, i) => [start, ends[i]!, 1]));
    const tokensAt = (at: number) =>
      [...starts.keys()].filter(i => starts[i]! <= at && at < ends[i]!).length;
    const wanted: ReturnType<typeof range>[] = [];
    for (let at = 0; at < text.length;) {
      const units = text.codePointAt(at)! > 0xffff ? 2 : 1;
      if (tokensAt(at) > 1) wanted.push(range(at, at + units));
      at += units;
    }
    expect(splitCharacters(view)).toEqual(wanted);
  }
});

test('characters have bits of their own', () => {
  const view = {
    utf16Starts: Uint32Array.of(4, 5, 6, 7),
    utf16Ends: Uint32Array.of(5, 6, 7, 8),
    bits: Float32Array.of(0.6, 0.7, NaN, 6),
    pending: 1,
  };
  const steps = rangesByStep(view, lenses.bytes);
  expect(steps).toEqual(
    new Map([
      [1, [range(4, 6)]],
      [5, [range(7, 8)]],
    ]),
  );
});

describe('whitespaceIn', () => {
  it('finds blanks, tabs and line ends, a CRLF once', () => {
    expect(whitespaceIn('a b\tc\r\nd\n', 10)).toEqual([
      { kind: 'space', utf16: 11 },
      { kind: 'tab', utf16: 13 },
      { kind: 'lineEnd', utf16: 15 },
      { kind: 'lineEnd', utf16: 18 },
    ]);
  });
});
