// What opens and closes comments, strings and brackets in a language: enough to see whether they are balanced, without
// a parser.

export interface Delimiters {
  readonly line: readonly string[];
  readonly block: readonly (readonly [string, string])[];
  /** `quotes` end with their line; `longQuotes` do not. */
  readonly quotes: readonly string[];
  readonly longQuotes: readonly string[];
  /** The quote in which `${` begins code. */
  readonly template?: string;
  /** Whether `/` may begin a regular expression. */
  readonly hasRegex?: boolean;
  /** Whether elements are closed by tags. */
  readonly hasTags?: boolean;
  /** Whether quotes are those of attributes alone: after `=` in a tag, without escapes. */
  readonly quotesAttributes?: boolean;
}

const C: Delimiters = {
  line: ['//'],
  block: [['/*', '*/']],
  quotes: ['"', "'"],
  longQuotes: [],
};
const TEXT_BLOCKS: Delimiters = { ...C, longQuotes: ['"""'] };
const SCRIPT: Delimiters = { ...C, longQuotes: ['`'], template: '`', hasRegex: true };
const JSX: Delimiters = { ...SCRIPT, hasTags: true };
const HASH: Delimiters = { line: ['#'], block: [], quotes: [], longQuotes: ['"', "'"] };
const PYTHON: Delimiters = {
  line: ['#'],
  block: [],
  quotes: ['"', "'"],
  longQuotes: ['"""', "'''"],
};
const MARKUP: Delimiters = {
  line: [],
  block: [['<!--', '-->']],
  quotes: [],
  longQuotes: ['"', "'"],
  hasTags: true,
  quotesAttributes: true,
};
/** Prose has apostrophes. */
const UNKNOWN: Delimiters = { line: [], block: [], quotes: ['"'], longQuotes: [] };

const LANGUAGES: ReadonlyMap<string, Delimiters> = new Map(
  Object.entries({
    javascript: SCRIPT,
    javascriptreact: JSX,
    typescript: SCRIPT,
    typescriptreact: JSX,
    c: C,
    cpp: C,
    csharp: TEXT_BLOCKS,
    java: TEXT_BLOCKS,
    kotlin: TEXT_BLOCKS,
    swift: TEXT_BLOCKS,
    scala: TEXT_BLOCKS,
    dart: { ...C, longQuotes: ['"""', "'''"] },
    php: C,
    json: C,
    jsonc: C,
    go: { ...C, longQuotes: ['`'] },
    // In Rust, an apostrophe starts a lifetime as often as a character.
    rust: { ...C, quotes: [], longQuotes: ['"'] },
    css: { ...C, line: [] },
    scss: C,
    less: C,
    python: PYTHON,
    shellscript: HASH,
    ruby: HASH,
    perl: HASH,
    yaml: HASH,
    toml: PYTHON,
    r: HASH,
    makefile: HASH,
    html: MARKUP,
    xml: MARKUP,
    vue: MARKUP,
    svelte: MARKUP,
    sql: { line: ['--'], block: [['/*', '*/']], quotes: [], longQuotes: ["'"] },
    lua: { line: ['--'], block: [['--[[', ']]']], quotes: ['"', "'"], longQuotes: [] },
    haskell: { line: ['--'], block: [['{-', '-}']], quotes: ['"'], longQuotes: [] },
  }),
);

/** `language`: an id as VS Code has them. */
export function delimitersOf(language: string): Delimiters {
  return LANGUAGES.get(language) ?? UNKNOWN;
}

/** The languages of files by their ending, for the command line, which has no editor to ask. */
const ENDINGS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    js: 'javascript',
    mjs: 'javascript',
    cjs: 'javascript',
    jsx: 'javascriptreact',
    ts: 'typescript',
    mts: 'typescript',
    cts: 'typescript',
    tsx: 'typescriptreact',
    h: 'c',
    cc: 'cpp',
    hpp: 'cpp',
    cs: 'csharp',
    kt: 'kotlin',
    rs: 'rust',
    py: 'python',
    sh: 'shellscript',
    rb: 'ruby',
    pl: 'perl',
    yml: 'yaml',
    htm: 'html',
    hs: 'haskell',
  }),
);

export function languageOfPath(path: string): string {
  const ending = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  return ENDINGS.get(ending) ?? ending;
}
