// Where a text ends, as far as no model is asked.
import { expect, test } from 'vitest';
import type { CompleteOptions } from '../../../src/core/completion/completion';
import { Endings } from '../../../src/core/completion/endings';
import type { HealingStarts } from '../../../src/core/completion/healingStarts';
import type { TrunkRows } from '../../../src/core/completion/trunkRows';

const endings = (options: Partial<CompleteOptions>) =>
  new Endings(
    {} as TrunkRows,
    { rolledBack: '' } as HealingStarts,
    { suffix: '', close: '', word: '', missingAfter: () => '', ...options } as CompleteOptions,
    [],
  );

test('a text that begins with the rest of the word repeats it, unless the model writes that word', async () => {
  const inWord = endings({ word: 'name', suffix: 'name = 1' });
  expect(inWord.repeatsWord('name2')).toBe(true);
  expect(await inWord.endingOf('name2', 'line')).toEqual({
    length: 0,
    stop: 'join',
    hasClose: false,
  });
  expect(inWord.repeatsWord('my name')).toBe(false);
  expect(endings({ word: 'name', close: 'name' }).repeatsWord('name2')).toBe(false);
  expect(endings({}).repeatsWord('name2')).toBe(false);
});

test('a text that repeats nothing ends where it was written to', async () => {
  const endingOf = (text: string) => endings({ suffix: ')' }).endingOf(text, 'line');
  expect(await endingOf('a = 1;')).toEqual({ length: 6, stop: 'line', hasClose: false });
  expect(await endingOf('')).toEqual({ length: 0, stop: 'line', hasClose: false });
});

test('what is closed after the cursor is not closed before it', async () => {
  const none = endings({ missingAfter: text => (text === '' ? '' : undefined) });
  expect(await none.endingOf('a)', 'line')).toEqual({
    length: 0,
    stop: 'balance',
    hasClose: false,
  });
});

test('a line ends after its text, and before closers at its first line break', () => {
  expect(endings({}).lineEndOf('\n  a\nb')).toBe(4);
  expect(endings({ close: ');' }).lineEndOf('\n  a\nb')).toBe(0);
  expect(endings({ close: 'name' }).lineEndOf('\n  a\nb')).toBe(4);
  expect(endings({ close: ')' }).lineEndOf('a')).toBe(-1);
});
