import { describe, expect, it, test } from 'vitest';
import { globMatcher } from '../../../src/core/text/glob';
import { languageNames } from '../../../src/core/text/languageNames';

const declared = [
  { id: 'typescript', aliases: ['TypeScript', 'ts'], extensions: ['.ts'] },
  { id: 'declarations', extensions: ['.d.ts'] },
  { id: 'makefile', aliases: ['Makefile'], filenames: ['Makefile'] },
  { id: 'jsonc', aliases: ['JSON with Comments'], extensions: ['.jsonc'] },
];

describe('languageNames', () => {
  it('recognises names and extensions, the longest first', () => {
    const nameOf = languageNames(declared, {});
    expect(['a/b.ts', 'b.D.TS', 'x/makefile', 'b.zig', 'LICENSE'].map(nameOf)).toEqual([
      'TypeScript',
      'declarations',
      'Makefile',
      '.zig files',
      'other',
    ]);
  });

  it("prefers the user's associations, by name or by path", () => {
    const nameOf = languageNames(declared, {
      '*.json': 'jsonc',
      '*.ts': 'unheard-of',
      '**/made/*.ts': 'typescript',
    });
    expect(['a/settings.json', 'a/b.ts', 'a/made/b.ts', 'made/c.ts'].map(nameOf)).toEqual([
      'JSON with Comments',
      'unheard-of',
      'TypeScript',
      'TypeScript',
    ]);
  });
});

test.each([
  ['*.{js,ts}', ['a.js', 'b.ts'], ['a.jsx', 'x/a.js']],
  ['**/a?.[ch]', ['ab.c', 'x/y/ab.h'], ['a.c', 'x/ab.o']],
  ['[!.]*', ['a', 'a.b'], ['.a']],
  ['src/**', ['src/a', 'src/a/b'], ['srca']],
  ['a+(b', ['a+(b'], ['aab']],
  ['{a', ['{a'], ['a']],
  ['{*.a,b*}c', ['x.ac', 'bc', 'bxc'], ['b', 'x.a']],
  ['**/*.a', ['b.a', 'a/b.a'], ['a/b']],
  ['a?', ['a🙂'], ['a/', 'a']],
  ['[z-a]', ['[z-a]'], ['z']],
])('the glob %s', (glob, fits, others) => {
  const matches = globMatcher(glob);
  expect(fits.filter(name => !matches(name))).toEqual([]);
  expect(others.filter(matches)).toEqual([]);
});

test.each(['*a'.repeat(200), '**a'.repeat(200), '**/'.repeat(200), '{*,*}'.repeat(100)])(
  'a name that nearly fits takes no long: %#',
  glob => {
    const before = process.cpuUsage();
    expect(globMatcher(`${glob}b`)(`${'a/'.repeat(100)}${'a'.repeat(1000)}`)).toBe(false);
    expect(process.cpuUsage(before).user).toBeLessThan(2_000_000);
  },
);
