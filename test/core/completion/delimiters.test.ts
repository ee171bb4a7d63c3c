// What opens comments and strings, language by language, and that nothing else does.
import { describe, expect, test } from 'vitest';
import { languageOfPath } from '../../../src/core/completion/delimiters';
import { regionAt } from '../../../src/core/completion/syntaxRegion';

interface Marks {
  /** Comments to the end of the line. */
  line?: string[];
  block?: [string, string][];
  /** Strings that end with their line, and others. */
  short?: string[];
  long?: string[];
}

const C: Marks = { line: ['//'], block: [['/*', '*/']], short: ['"', "'"] };
const SCRIPT: Marks = { ...C, long: ['`'] };
const HASH: Marks = { line: ['#'], long: ['"', "'"] };
const languages: Record<string, Marks> = {
  javascript: SCRIPT,
  javascriptreact: SCRIPT,
  typescript: SCRIPT,
  typescriptreact: SCRIPT,
  c: C,
  cpp: C,
  csharp: C,
  java: C,
  kotlin: C,
  swift: C,
  scala: C,
  dart: C,
  php: C,
  json: C,
  jsonc: C,
  go: SCRIPT,
  rust: { line: ['//'], block: [['/*', '*/']], long: ['"'] },
  css: { block: [['/*', '*/']], short: ['"', "'"] },
  scss: C,
  less: C,
  python: { line: ['#'], short: ['"', "'"], long: ['"""', "'''"] },
  shellscript: HASH,
  ruby: HASH,
  perl: HASH,
  yaml: HASH,
  toml: HASH,
  r: HASH,
  makefile: HASH,
  sql: { line: ['--'], block: [['/*', '*/']], long: ["'"] },
  lua: { line: ['--'], block: [['--[[', ']]']], short: ['"', "'"] },
  haskell: { line: ['--'], block: [['{-', '-}']], short: ['"'] },
  plaintext: { short: ['"'] },
};
const markup = ['html', 'xml', 'vue', 'svelte'];
const all = ['//', '#', '--', '/*', '{-', '<!--', '"', "'", '`', '"""', "'''"];

describe.each(Object.entries(languages))(
  '%s',
  (language, { line = [], block = [], short = [], long = [] }) => {
    const at = (text: string) => regionAt(text, text.length, language);

    test('has comments', () => {
      for (const open of line) {
        expect(at(`x ${open} a`)).toBe('comment');
        expect(at(`x ${open} a\n`)).toBe('code');
      }
      for (const [open, close] of block) {
        expect(at(`x ${open} a\n b`)).toBe('comment');
        expect(at(`x ${open} a\n b ${close} `)).toBe('code');
      }
    });

    test('has strings', () => {
      for (const quote of [...short, ...long]) {
        expect(at(`x = ${quote} a`)).toBe('string');
        expect(at(`x = ${quote} a${quote} `)).toBe('code');
      }
      for (const quote of short) expect(at(`x = ${quote} a\n b`)).toBe('code');
      for (const quote of long) expect(at(`x = ${quote} a\n b`)).toBe('string');
    });

    test('has no others', () => {
      const own = [...line, ...block.map(([open]) => open), ...short, ...long];
      for (const open of all) {
        if (own.some(mark => open.includes(mark))) continue;
        expect([open, at(`x = ${open} a`)]).toEqual([open, 'code']);
      }
    });
  },
);

test.each(markup)('%s has comments, and strings in tags alone', language => {
  const at = (text: string) => regionAt(text, text.length, language);
  expect(at('a <!-- b\n')).toBe('comment');
  expect(at('a <!-- b --> ')).toBe('code');
  for (const quote of ['"', "'"]) {
    expect(at(`<a b=${quote}c\n`)).toBe('string');
    expect(at(`<a b=${quote}\\${quote} `)).toBe('code');
    expect(at(`<a b> = ${quote}c`)).toBe('code');
    expect(at(`<a b ${quote}c`)).toBe('code');
  }
  for (const open of all.filter(open => open !== '<!--'))
    expect([open, at(`x = ${open} a`)]).toEqual([open, 'code']);
});

describe('in a script', () => {
  const at = (text: string) => regionAt(text, text.length, 'typescript');

  test('a slash begins a regular expression where no operand is before it', () => {
    const before = [
      '',
      '(',
      'x = ',
      'f(a, ',
      'return ',
      'typeof ',
      'a && ',
      '[',
      '{ ',
      'case ',
      'x: ',
      '! ',
    ];
    for (const text of before) {
      expect([text, at(`${text}/a"b`)]).toEqual([text, 'string']);
      expect([text, at(`${text}/a"b/ `)]).toEqual([text, 'code']);
      expect([text, at(`${text}/[/"]\\/`)]).toEqual([text, 'string']);
      expect([text, at(`${text}/[/"]\\/a/ `)]).toEqual([text, 'code']);
    }
    for (const text of ['a ', 'f() ', 'x[1] ', '12 ', 'returned ', 'in0 '])
      expect([text, at(`${text}/ "b" `)]).toEqual([text, 'code']);
    // It ends with its line, without a fault.
    expect(at('x = /a"\n b')).toBe('code');
  });

  test('code in a template is code, and the template goes on after it', () => {
    expect(at('`a${b')).toBe('code');
    expect(at('`a${{b}')).toBe('code');
    expect(at('`a${b} "')).toBe('string');
    expect(at('`a${b}` ')).toBe('code');
    expect(at('`a\\${b')).toBe('string');
    expect(at('`${`a${b}`}c')).toBe('string');
    expect(at('`${/a}/} ')).toBe('string');
    expect(at('"${b')).toBe('string');
  });

  test('an apostrophe in a word is none, but after the letters of a string', () => {
    const inC = (text: string) => regionAt(text, text.length, 'cpp');
    expect(inC("x = 1'000 ")).toBe('code');
    expect(inC("x = don't ")).toBe('code');
    expect(inC("x = L'a")).toBe('string');
    expect(inC("x = u8'a")).toBe('string');
    const inPython = (text: string) => regionAt(text, text.length, 'python');
    for (const prefix of ['f', 'rb', 'B', 'Rb']) expect(inPython(`x = ${prefix}'a`)).toBe('string');
    expect(inPython("x = brr'a")).toBe('code');
    expect(inPython('x = brr"a')).toBe('string');
  });

  test('an escaped quote does not end a string', () => {
    expect(at('"a\\" ')).toBe('string');
    expect(at('"a\\\\" ')).toBe('code');
  });
});

test('a place far into a text is read from a line start before it', () => {
  const line = `x = 'a' // b\n`;
  const text = `/* ${line.repeat(10_000)}`;
  // What is open there is not seen: that is what the limit costs.
  expect(regionAt(text, text.length, 'c')).toBe('code');
  expect(regionAt(`${text}'a`, text.length + 2, 'c')).toBe('string');
  const short = text.slice(0, 40_000);
  expect(regionAt(short, short.length, 'c')).toBe('comment');
});

test('a file has the language of its ending', () => {
  const named = { js: 'javascript', mjs: 'javascript', cjs: 'javascript', jsx: 'javascriptreact' };
  const other = { ts: 'typescript', mts: 'typescript', cts: 'typescript', tsx: 'typescriptreact' };
  const more = {
    h: 'c',
    cc: 'cpp',
    hpp: 'cpp',
    cs: 'csharp',
    kt: 'kotlin',
    rs: 'rust',
    py: 'python',
  };
  const rest = {
    sh: 'shellscript',
    rb: 'ruby',
    pl: 'perl',
    yml: 'yaml',
    htm: 'html',
    hs: 'haskell',
  };
  for (const [ending, language] of Object.entries({ ...named, ...other, ...more, ...rest })) {
    expect(languageOfPath(`a.b/c.${ending}`)).toBe(language);
    expect(languageOfPath(`C:\\a\\B.${ending.toUpperCase()}`)).toBe(language);
  }
  expect(['a.go', 'b.unknown', 'Makefile', 'a.ts/b', 'a.py\\b', 'a.'].map(languageOfPath)).toEqual([
    'go',
    'unknown',
    '',
    '',
    '',
    '',
  ]);
});
