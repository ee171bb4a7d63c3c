// A rope compared with the list of its segments.
import { describe, expect, test } from 'vitest';
import {
  joinRopes,
  ropeOf,
  ropeText,
  segmentAt,
  splitRope,
  startBelow,
  visitTokens,
  type Rope,
} from '../../../../src/core/text/stream/rope';
import { segmentsOf, type Segment } from '../../../../src/core/text/stream/segment';
import { seedOr } from '../../../support/seed';
import { randomOf, randomToy, type Random } from '../../../support/toys';

const { tokenizer } = randomToy(0);

/** Of one to three letters each. */
function randomSegments(random: Random, count: number): Segment[] {
  return Array.from({ length: count }, () => {
    const text = 'ab a'.slice(0, 1 + Math.floor(random() * 3));
    return segmentsOf(tokenizer, text, text.length, '')[0]!;
  });
}

/** Each segment with the UTF-16 units and the tokens before it. */
function placed(segments: readonly Segment[]) {
  let [start, tokens] = [0, 0];
  return segments.map(segment => {
    const place = { segment, start, tokens };
    start += segment.text.length;
    tokens += segment.ids.length;
    return place;
  });
}

const depthOf = (rope: Rope | undefined): number =>
  rope ? 1 + Math.max(depthOf(rope.left), depthOf(rope.right)) : 0;

describe('for every place in a text', () => {
  const random = () => randomOf(seedOr(1));

  test('the segment there, and the last start below it', () => {
    for (let count = 0; count < 12; count++) {
      const segments = randomSegments(random(), count);
      const [rope, list] = [ropeOf(segments), placed(segments)];
      const length = segments.reduce((sum, { text }) => sum + text.length, 0);
      for (let at = 0; at <= length + 1; at++) {
        const found = segmentAt(rope, at);
        const own = list.find(({ segment, start }) => at < start + segment.text.length);
        expect(found?.segment).toBe(own?.segment);
        expect(found?.before.utf16).toBe(own?.start);
        expect(startBelow(rope, at)).toBe(list.findLast(({ start }) => start < at)?.start ?? 0);
      }
    }
  });

  test('what begins before it and the rest, which are the whole again', () => {
    const segments = randomSegments(random(), 20);
    const [rope, text] = [ropeOf(segments), segments.map(each => each.text).join('')];
    const starts = [...placed(segments).map(({ start }) => start), text.length];
    for (let at = 0; at <= text.length; at++) {
      const [before, after] = splitRope(rope, at);
      const cut = starts.find(start => start >= at)!;
      expect([ropeText(before), ropeText(after)]).toEqual([text.slice(0, cut), text.slice(cut)]);
      expect(ropeText(joinRopes(before, after))).toBe(text);
    }
  });
});

test('for every range of tokens: the segments that have one of them, and no others', () => {
  const segments = randomSegments(randomOf(seedOr(2)), 12);
  const [rope, list] = [ropeOf(segments), placed(segments)];
  const count = segments.reduce((sum, { ids }) => sum + ids.length, 0);
  for (let first = 0; first <= count; first++) {
    for (let end = first + 1; end <= count; end++) {
      const visited: Segment[] = [];
      visitTokens(rope, first, end, (segment, before) => {
        expect(before.tokens).toBe(list.find(each => each.segment === segment)!.tokens);
        visited.push(segment);
      });
      const own = list.filter(
        ({ segment, tokens }) => tokens < end && tokens + segment.ids.length > first,
      );
      expect(visited).toEqual(own.map(({ segment }) => segment));
    }
  }
});

test('a few of the tokens are found in a few steps, whatever the edits', () => {
  const random = randomOf(seedOr(3));
  const [one] = randomSegments(random, 1);
  let rope = ropeOf(Array<Segment>(4000).fill(one!));
  for (let i = 0; i < 200; i++) {
    const [before, after] = splitRope(rope, Math.floor(random() * rope!.utf16));
    rope = joinRopes(after, before);
  }
  // 12 levels at least; a treap of that size is deeper than 60 once in a thousand years of tests.
  expect(depthOf(rope)).toBeLessThan(60);
  const middle = Math.floor(rope!.tokens / 2);
  let read = 0;
  const counted = (each: Rope | undefined): Rope | undefined =>
    each && {
      ...each,
      get left() {
        read++;
        return counted(each.left);
      },
      get right() {
        read++;
        return counted(each.right);
      },
    };
  visitTokens(counted(rope), middle, middle + 1, () => {});
  expect(read).toBeLessThan(300);
});
