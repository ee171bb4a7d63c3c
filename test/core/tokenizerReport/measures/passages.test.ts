// Questions with passages, from their file.
import { expect, test } from 'vitest';
import { UserError } from '../../../../src/core/errors';
import {
  codePointPlaces,
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
  ['', /^q\.jsonl has no question/],
  ['{"a', /^q\.jsonl, line 1 is not JSON/],
  [`${LINE}\n[]`, /^q\.jsonl, line 2: there is no question/],
  ['null', /^q\.jsonl, line 1: there is no question/],
  ['{"question": "a", "path": 1}', /line 1: the path is no text/],
  ['{"question": "a", "references": []}', /line 1: the references/],
  ['{"question": "a", "references": [{"start": 3, "end": 3}]}', /line 1: the references/],
  ['{"question": "a", "references": [{"start": -1, "end": 3}]}', /line 1: the references/],
  ['{"question": "a", "references": [null]}', /line 1: the references/],
])('%j is refused by its line', (text, message) => {
  expect(() => readPassages('q.jsonl', text)).toThrow(UserError);
  expect(() => readPassages('q.jsonl', text)).toThrow(message);
});

test('offsets in code points are those of Python', () => {
  const places = codePointPlaces('a𝄞b');
  expect([0, 1, 2, 3, 9].map(places)).toEqual([0, 1, 3, 4, 4]);
});
