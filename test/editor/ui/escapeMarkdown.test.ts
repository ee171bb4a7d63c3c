// Markdown of any text reads as the text itself, on one line.
import { expect, test } from 'vitest';
import { showHidden } from '../../../src/core/showHidden';
import { seededRandom } from '../../../src/core/random';
import { escapeMarkdown } from '../../../src/editor/ui/escapeMarkdown';
import { seedOr } from '../../support/seed';

const decoded = (markdown: string) =>
  markdown.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));

test('nothing of a text is mark-up, and nothing is lost', () => {
  const random = seededRandom(seedOr(8));
  const pieces = [
    ...'\\`*_{}[]()#+-.!|<>~$&;:/"\'@^=%',
    ...'aB7 ,–\n\r\té中\u{1f600}\u202e\0\ud800',
    '&#35;',
  ];
  for (let run = 0; run < 2000; run++) {
    const text = Array.from(
      { length: 8 },
      () => pieces[Math.floor(random() * pieces.length)]!,
    ).join('');
    const markdown = escapeMarkdown(text);
    expect(markdown.replace(/&#\d+;/g, '')).toMatch(/^[\p{L}\p{N} ,–]*$/u);
    expect(decoded(markdown)).toBe(showHidden(text.replace(/[\r\n\t]+/g, ' ')));
  }
});

test('words stay readable as they are', () => {
  expect(escapeMarkdown('two words, 3 – four é中')).toBe('two words, 3 – four é中');
});
