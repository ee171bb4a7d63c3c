// What a file says of its tokens, as lenses read it: beside the sums of its own module, and never more than it says.
import { expect, test } from 'vitest';
import { lenses } from '../../../src/core/lenses/lenses';
import { savedUncertainty } from '../../../src/core/traces/savedUncertainty';
import type { SavedLogprobs } from '../../../src/core/traces/trace';
import { TraceText } from '../../../src/core/traces/traceText';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import { NATS_PER_BIT } from '../../../src/core/lenses/scores';
import { cutView, savedView } from '../../../src/editor/traces/savedView';

const entry = (text: string, p: number) => ({ bytes: encodeUtf8(text), logprob: Math.log(p) });
const text = new TraceText({ question: 'Wie viele?', text: 'Zwölf Äpfel.' });
const series: SavedLogprobs = {
  source: 'a test',
  space: 'raw',
  tokens: [
    { start: 0, end: 2, ...entry('Zw', 0.5), top: [entry('Zw', 0.5), entry('A', 0.5)] },
    // 'ö' is cut in two.
    { start: 2, end: 3, bytes: Uint8Array.of(0xc3), logprob: NaN, top: [] },
    {
      start: 3,
      end: 6,
      bytes: Uint8Array.of(0xb6, 0x6c, 0x66),
      logprob: -2,
      top: [entry('x', 0.6)],
    },
    { start: 6, end: 14, ...entry(' Äpfel.', 0.25), top: [] },
  ],
};
const view = savedView(text, series);

test('tokens are where the text has them, after the question', () => {
  const places = Array.from(view.ids, (_, i) =>
    text.text.slice(view.utf16Starts[i], view.utf16Ends[i]),
  );
  expect(places).toEqual(['Zw', 'ö', 'ölf', ' Äpfel.']);
  expect([...view.utf16Starts][0]).toBe('Wie viele?\n'.length);
});

test('each column has a row for each token, of the whole view and of a part', () => {
  const { tokens } = series;
  expect([...view.byteStarts]).toEqual(tokens.map(({ start }) => start));
  expect([...view.byteEnds]).toEqual(tokens.map(({ end }) => end));
  expect(view.bytes).toEqual(tokens.map(({ bytes }) => bytes));
  expect([view.first, view.total, view.pending, [...view.ids]]).toEqual([0, 4, 0, [0, 0, 0, 0]]);
  const part = cutView(view, { utf16Start: view.utf16Starts[2]!, utf16End: view.utf16Ends[3]! });
  const from = view.ids.length - part.ids.length;
  expect([part.first, part.total]).toEqual([from, 4]);
  for (const column of ['byteStarts', 'byteEnds', 'utf16Starts', 'utf16Ends'] as const)
    expect(part[column]).toEqual(view[column].slice(from));
  expect([part.bytes, part.topBytes]).toEqual([
    view.bytes!.slice(from),
    view.topBytes!.slice(from),
  ]);
  expect(part.scores!.logprobs).toEqual(view.scores!.logprobs.slice(from));
});

test('lenses show what the file says, and nothing where it says nothing', () => {
  const bitsOf = (lens: 'surprisal' | 'entropy' | 'varentropy' | 'gap') =>
    Array.from(view.ids, (_, row) => lenses[lens].value(view.scores, row));
  const exact = series.tokens.map(token => savedUncertainty(token, series));
  expect(bitsOf('surprisal')[0]).toBeCloseTo(1, 6);
  expect(bitsOf('surprisal')[1]).toBeNaN();
  expect(bitsOf('surprisal')[2]).toBeCloseTo(2 / NATS_PER_BIT, 6);
  expect(bitsOf('entropy')[0]).toBeCloseTo(1, 6);
  // Without alternatives the lower bound would say nothing.
  expect(bitsOf('entropy')[1]).toBeNaN();
  expect(bitsOf('entropy')[2]).toBeCloseTo(exact[2]!.entropy[0] / NATS_PER_BIT, 6);
  expect(bitsOf('entropy')[3]).toBeNaN();
  expect(bitsOf('varentropy').map(Number.isNaN)).toEqual([false, true, true, true]);
  expect(bitsOf('gap')[0]).toBeCloseTo(0, 6);
  expect(bitsOf('gap')[2]).toBeCloseTo(exact[2]!.gap / NATS_PER_BIT, 6);
  expect(bitsOf('gap')[3]).toBeNaN();
  // The token's own rank, only if it is in the list.
  expect([...view.scores!.ranks]).toEqual([1, 0, 0, 0]);
});

test('each alternative has its own number, the likeliest first', () => {
  const top = [entry('x', 0.1), entry('y', 0.5), entry('z', 0.2), entry('?', NaN)];
  const tokens = [
    { start: 0, end: 1, ...entry('w', 0.15), top },
    { start: 1, end: 2, ...entry('v', 0.01), top: top.slice(0, 2) },
  ];
  const { topBytes, scores } = savedView(text, { ...series, tokens });
  const listed = topBytes!.map((all, row) =>
    all.map((bytes, k) => {
      const p = Math.exp(scores!.topLogprobs[row * scores!.topK + k]!);
      return `${Buffer.from(bytes).toString()} ${p.toFixed(2)}`;
    }),
  );
  expect(listed).toEqual([
    ['y 0.50', 'z 0.20', 'w 0.15', 'x 0.10'],
    ['y 0.50', 'x 0.10'],
  ]);
});

test('the gap is never negative, and the rank is that of the token itself, where alternatives share its text', () => {
  const top = [entry('�', 0.3), entry('a', 0.05)];
  const token = (p: number) => ({ start: 0, end: 1, ...entry('�', p), top });
  // Above the one that shares its text, the same but for rounding, and below all that are listed.
  const shown = savedView(text, { ...series, tokens: [token(0.6), token(0.301), token(0.01)] });
  const gaps = Array.from(shown.ids, (_, row) => lenses.gap.value(shown.scores, row));
  expect(gaps.slice(0, 2)).toEqual([0, 0]);
  expect(gaps[2]).toBeCloseTo(Math.log2(30), 5);
  expect([...shown.scores!.ranks]).toEqual([1, 1, 0]);
});

test('a range has the tokens that touch it', () => {
  const start = text.start;
  const cut = cutView(view, { utf16Start: start + 2, utf16End: start + 3 });
  expect([cut.first, cut.ids.length]).toEqual([1, 2]);
  expect(lenses.surprisal.value(cut.scores, 1)).toBeCloseTo(2 / NATS_PER_BIT, 6);
  expect(cut.bytes).toHaveLength(2);
  expect(cutView(view, { utf16Start: 0, utf16End: 4 }).ids).toHaveLength(0);
  for (let from = 0; from <= text.text.length; from++) {
    for (let to = from + 1; to <= text.text.length + 1; to++) {
      const touching = [...view.ids.keys()].filter(
        row => view.utf16Ends[row]! > from && view.utf16Starts[row]! < to,
      );
      const { first, ids, utf16Starts } = cutView(view, { utf16Start: from, utf16End: to });
      expect([from, to, ids.length]).toEqual([from, to, touching.length]);
      if (ids.length > 0) expect(first).toBe(touching[0]);
      expect([...utf16Starts]).toEqual(touching.map(row => view.utf16Starts[row]));
    }
  }
});
