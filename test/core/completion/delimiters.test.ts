// What opens comments and strings, shown in code of each language, and in which places nothing does.
import { describe, expect, test } from 'vitest';
import { languageOfPath } from '../../../src/core/completion/delimiters';
import { Balance } from '../../../src/core/completion/balance';
import { regionAt, type Region } from '../../../src/core/completion/syntaxRegion';

interface Sample {
  languages: string[];
  /** Of files that have the first language. */
  endings?: string[];
  /** Insides of strings are in «», of comments in ‹›. */
  code: string;
}

const SAMPLES: Sample[] = [
  {
    languages: ['javascript', 'javascriptreact'],
    endings: ['js', 'mjs', 'cjs', 'jsx'],
    code: `f("«it's»", '«say "no"»'); //‹ don't "stop›
x = /*‹ a ' b
 c ›*/ y / 2;
z = \`«a
 'b»\${w + "«}»"}«c»\` + s.replace(/«['"/]\\/»/, 1) / 2;
`,
  },
  {
    languages: ['typescript', 'typescriptreact'],
    endings: ['ts', 'mts', 'cts', 'tsx'],
    code: `const a: Array<string> = ['«//»']; //‹ don't›
const b = \`«"
 »\`;
`,
  },
  {
    languages: ['c', 'cpp', 'php', 'jsonc', 'scss', 'less'],
    endings: ['c', 'h'],
    code: `f("«it's // a /* b»", '«"»'); //‹ don't "stop›
x = 1; /*‹ " a
 ' b ›*/ y = 2 # 3 -- 4;
`,
  },
  { languages: ['cpp'], endings: ['cc', 'hpp'], code: `x = 1'000 + L'«"»'; //‹ don't›\n` },
  {
    languages: ['java', 'kotlin', 'swift', 'scala', 'csharp', 'dart'],
    endings: ['java'],
    code: `f("«it's // a /* b»"); //‹ don't "stop›
x = 1; /*‹ " a
 ' b ›*/ y = """«a "b" c
 it's (»""" + z
`,
  },
  { languages: ['dart'], endings: ['dart'], code: `x = '«"»' + '''«a 'b'\n "c»''' + y\n` },
  { languages: ['kotlin'], endings: ['kt'], code: `val x = "«it's»" //‹ don't›\n` },
  { languages: ['csharp'], endings: ['cs'], code: `var x = "«it's»"; //‹ don't›\n` },
  { languages: ['json'], endings: ['json'], code: `{ "«it's // a»": ["«\\"»"] }\n` },
  {
    languages: ['go'],
    endings: ['go'],
    code: `x := \`«it's\n "a // »\` + "«b»" + '«"»' //‹ don't›\n`,
  },
  {
    languages: ['rust'],
    endings: ['rs'],
    code: `let a: &'a str = "«it's
 x»"; //‹ don't›
/*‹ " ›*/ 'b: loop { }
`,
  },
  {
    languages: ['css'],
    endings: ['css'],
    code: `a { content: "«/*»"; b: '«"»' } /*‹ don't
 " ›*/ p { c: url(http://x.y/z) } q { }
`,
  },
  {
    languages: ['python'],
    endings: ['py'],
    code: `x = "«it's»" #‹ don't "›
y = """«a " b
 'c»""" + rb'«"»' + '''«a ' b\n »''' // 2
`,
  },
  {
    languages: ['toml'],
    endings: ['toml'],
    code: `a = "«it's»" #‹ don't "›
b = """«a " b
 'c»"""
c = '«C:/»' #‹ "›
`,
  },
  {
    languages: ['shellscript', 'ruby', 'perl', 'yaml', 'r', 'makefile'],
    code: `x = "«it's # a
 b»" #‹ don't "›
y = '«a "
 b»' + 1 // 2
`,
  },
  { languages: ['shellscript'], endings: ['sh'], code: `x="«it's»" #‹ don't›\n` },
  { languages: ['ruby'], endings: ['rb'], code: `x = "«it's»" #‹ don't›\n` },
  { languages: ['perl'], endings: ['pl'], code: `$x = "«it's»"; #‹ don't›\n` },
  { languages: ['yaml'], endings: ['yml', 'yaml'], code: `x: "«it's»" #‹ don't›\n` },
  {
    languages: ['sql'],
    endings: ['sql'],
    code: `select '«it»''«s
 a»' --‹ don't›
 from "x" /*‹ ' a
  ›*/ where 1
`,
  },
  {
    languages: ['lua'],
    endings: ['lua'],
    code: `x = "«a -- b»" --‹ don't›
--[[‹ a
 "b ›]] y = '«c"»' # z // 2
`,
  },
  {
    languages: ['haskell'],
    endings: ['hs'],
    code: `f x' = "«a -- b»" --‹ don't "›
{-‹ a
 "b ›-} y' = 'c # 2
`,
  },
  {
    languages: ['html', 'xml', 'vue', 'svelte'],
    endings: ['html', 'htm'],
    code: `<a b="«c > 'd»" e='«"
 \\»' f>it's "g" = "h</a> // i # j <!--‹ don't "
  ›--> k
`,
  },
  {
    languages: ['plaintext', 'markdown'],
    endings: ['txt'],
    code: `I don't say "«no»" # a // b /* c -- d \` e 'f\n`,
  },
];

/** The code, and the regions of the places that are inside one, or after a character that is part of no delimiter. */
function read(marked: string): { code: string; regions: [number, Region][] } {
  let code = '';
  let region: Region = 'code';
  const regions: [number, Region][] = [];
  for (const character of marked) {
    const opened = ({ '«': 'string', '‹': 'comment' } as const)[character];
    if (opened) region = opened;
    else if ('»›'.includes(character)) region = 'code';
    else code += character;
    if ('»›'.includes(character)) continue;
    if (region !== 'code' || /[\w\s()]/.test(character)) regions.push([code.length, region]);
  }
  return { code, regions };
}

const byLanguage = SAMPLES.flatMap(({ languages, code }) =>
  languages.map(language => [language, code] as const),
);
test.each(byLanguage)('%s: %s', (language, marked) => {
  const { code, regions } = read(marked);
  const found = regions.map(([at]) => [at, regionAt(code, at, language)]);
  expect(found).toEqual(regions);
});

test.each(['javascript', 'typescript', 'c', 'csharp', 'java', 'dart', 'css', 'python', 'lua'])(
  'in %s a string in quotes ends with its line',
  language => expect(regionAt('x = "a\n b', 9, language)).toBe('code'),
);

test.each([
  ['javascriptreact', '</b>'],
  ['typescriptreact', '</b>'],
  ['html', '</b>'],
  ['xml', '</b>'],
  ['vue', '</b>'],
  ['svelte', '</b>'],
  ['typescript', ''],
  ['java', ''],
  ['markdown', ''],
])('what closes an element in %s: "%s"', (language, closer) => {
  expect(new Balance('x = <b></b>', 7, language).closers).toBe(closer.length);
});

describe('a file is read as what its ending says', () => {
  const byEnding = SAMPLES.flatMap(({ endings = [], code }) =>
    endings.map(ending => [ending, code] as const),
  );
  test.each(byEnding)('%s', (ending, marked) => {
    const { code, regions } = read(marked);
    for (const path of [`a.b/c.${ending}`, `C:\\a\\B.${ending.toUpperCase()}`]) {
      const language = languageOfPath(path);
      expect(regions.map(([at]) => [at, regionAt(code, at, language)])).toEqual(regions);
    }
  });

  test.each([
    ['b.unknown', 'unknown'],
    ['Makefile', ''],
    ['a.ts/b', ''],
    ['a.py\\b', ''],
    ['a.', ''],
  ])('%s has the language "%s"', (path, language) => expect(languageOfPath(path)).toBe(language));
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
