// Where steps begin.
import { expect, test } from 'vitest';
import { stepStarts } from '../../../src/core/traces/stepStarts';

test.each([
  ['numbered lines', 'Let us see.\n1. a\n2. b', ['Let us see.\n', '1. a\n', '2. b']],
  ['numbered headings', '## Step 1: a\nx\n## Step 2: b', ['## Step 1: a\nx\n', '## Step 2: b']],
  [
    'paragraphs, with blanks between',
    'a\n \n  b\nc\n\n\nd\n\n',
    ['a\n \n  ', 'b\nc\n\n\n', 'd\n\n'],
  ],
  ['a short list in a long text', 'a\n\n1. b\n\nc\n\nd\n\ne\n\nf\n\ng\n\n2. h', 8],
  ['lines', 'a\n\tb\n', ['a\n', '\tb\n']],
  ['sentences', 'It is. "So!" (Yes) no. 4 is', ['It is. ', '"So!" ', '(Yes) no. ', '4 is']],
  ['a sentence', 'one sentence. ', ['one sentence. ']],
  ['blanks before the first', '\n\na\n\nb', ['\n\na\n\n', 'b']],
  ['nothing', '', ['']],
])('%s', (_, text, steps) => {
  const starts = stepStarts(text);
  const found = starts.map((start, i) => text.slice(start, starts[i + 1]));
  if (typeof steps === 'number') expect(found.length).toBe(steps);
  else expect(found).toEqual(steps);
});
