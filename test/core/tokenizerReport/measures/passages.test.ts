// Questions with passages, from their file.
import { expect, test } from 'vitest';
import { UserError } from '../../../../src/core/errors';
import {
  codePointPlaces,
  mayBeAt,
  passageLine,
  readPassages,
} from '../../../../src/core/tokenizerReport/measures/passages';

const LINE = '{"question": "Why?", "references": [{"start": 1, "end": 3}], "more": 1}';

test('lines with questions, with or without a path', () => {
  const references = [{ start: 1, end: 3 }];
  expect(readPassages('q.jsonl', `\ufeff${LINE}\r\n\n{"path":"a.md",${LINE.slice(1)}`)).toEqual([
    { question: 'Why?', path: undefined, references },
    { question: 'Why?', path: 'a.md', references },
  ]);
});

test.each([
  ['', /^q\.jsonl contains no question/],
  ['{"a', /^q\.jsonl, line 1 is not JSON/],
  [`${LINE}\n[]`, /^q\.jsonl, line 2: "question" is missing/],
  ['null', /^q\.jsonl, line 1: "question" is missing/],
  ['{"question": "a", "path": 1}', /line 1: "path" is not a string/],
  ['{"question": "a", "references": []}', /line 1: "references"/],
  ['{"question": "a", "references": [{"start": 3, "end": 3}]}', /line 1: "references"/],
  ['{"question": "a", "references": [{"start": -1, "end": 3}]}', /line 1: "references"/],
  ['{"question": "a", "references": [null]}', /line 1: "references"/],
])('%j is refused by its line', (text, message) => {
  expect(() => readPassages('q.jsonl', text)).toThrow(UserError);
  expect(() => readPassages('q.jsonl', text)).toThrow(message);
});

test('offsets in code points are those of Python', () => {
  const places = codePointPlaces('a𝄞b');
  expect([0, 1, 2, 3, 9].map(places)).toEqual([0, 1, 3, 4, 4]);
});

test('a line that is written is read back, with the spans that were selected', () => {
  const text = 'a𝄞b "c" 𝄞d';
  const spans = [
    { utf16Start: 3, utf16End: 4 },
    { utf16Start: text.indexOf('"'), utf16End: text.length },
  ];
  const line = passageLine('Which "letters"?', 'docs/a.md', text, spans);
  const [found, ...more] = readPassages('q.jsonl', line.repeat(2));
  expect(more).toEqual([found]);
  expect(found).toMatchObject({ question: 'Which "letters"?', path: 'docs/a.md' });
  const places = codePointPlaces(text);
  const read = found!.references.map(({ start, end }) => ({
    utf16Start: places(start),
    utf16End: places(end),
  }));
  expect(read).toEqual(spans);
});

test.each([
  ['a.md', 'a.md', true],
  ['docs/a.md', 'a.md', true],
  ['a.md', 'docs/a.md', false],
  ['ba.md', 'a.md', false],
  ['x/a.md', 'y/a.md', false],
])('a question about %s may be about %s: %s', (named, path, may) => {
  expect(mayBeAt(named, path)).toBe(may);
});
