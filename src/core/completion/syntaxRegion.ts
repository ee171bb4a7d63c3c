// Whether a place in source code is inside a comment or a string, judged only by the delimiters of the language: enough
// to stay quiet there, without a parser.

export type Region = 'code' | 'comment' | 'string';

interface Marks {
  readonly line: readonly string[];
  readonly block: readonly (readonly [string, string])[];
  /** `quotes` end with their line; `longQuotes` do not. */
  readonly quotes: readonly string[];
  readonly longQuotes: readonly string[];
}

const C: Marks = {
  line: ['//'],
  block: [['/*', '*/']],
  quotes: ['"', "'"],
  longQuotes: [],
};
const SCRIPT: Marks = { ...C, longQuotes: ['`'] };
const HASH: Marks = { line: ['#'], block: [], quotes: [], longQuotes: ['"', "'"] };
const MARKUP: Marks = { line: [], block: [['<!--', '-->']], quotes: [], longQuotes: [] };
const LANGUAGES: Readonly<Record<string, Marks>> = {
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
  jsonc: C,
  go: SCRIPT,
  // In Rust, an apostrophe starts a lifetime as often as a character.
  rust: { ...C, quotes: [], longQuotes: ['"'] },
  css: { ...C, line: [] },
  scss: C,
  less: C,
  python: { line: ['#'], block: [], quotes: ['"', "'"], longQuotes: ['"""', "'''"] },
  shellscript: HASH,
  ruby: HASH,
  perl: HASH,
  yaml: HASH,
  toml: HASH,
  r: HASH,
  makefile: HASH,
  html: MARKUP,
  xml: MARKUP,
  vue: MARKUP,
  svelte: MARKUP,
  sql: { line: ['--'], block: [['/*', '*/']], quotes: [], longQuotes: ["'"] },
  lua: { line: ['--'], block: [['--[[', ']]']], quotes: ['"', "'"], longQuotes: [] },
  haskell: { line: ['--'], block: [['{-', '-}']], quotes: ['"'], longQuotes: [] },
};

/** Scanning starts at a line this many characters back, which is assumed to be code. */
const REACH = 50_000;

export function regionAt(text: string, at: number, language: string): Region {
  const marks = Object.hasOwn(LANGUAGES, language) ? LANGUAGES[language] : undefined;
  if (!marks) return 'code';
  const { line, block, quotes, longQuotes } = marks;
  const opens = [
    ...block.map(([open, close]) => ({ open, close, region: 'comment' as const })),
    ...line.map(open => ({ open, close: '\n', region: 'comment' as const })),
    ...longQuotes.map(open => ({ open, close: open, region: 'string' as const })),
    ...quotes.map(open => ({ open, close: open, region: 'string' as const, endsWithLine: true })),
  ].sort((a, b) => b.open.length - a.open.length);
  let place = at > REACH ? text.indexOf('\n', at - REACH) + 1 : 0;
  while (place < at) {
    const found = opens.find(({ open }) => text.startsWith(open, place));
    if (!found) {
      place++;
      continue;
    }
    place += found.open.length;
    const end = endOf(text, place, at, found);
    if (end > at || end < 0) return place > at ? 'code' : found.region;
    place = end;
  }
  return 'code';
}

/** The offset after the closing delimiter; -1 if it is not before `at`. */
function endOf(
  text: string,
  from: number,
  at: number,
  { close, region, endsWithLine }: { close: string; region: Region; endsWithLine?: boolean },
): number {
  for (let place = from; place < at; place++) {
    if (region === 'string' && text[place] === '\\') place++;
    else if (text.startsWith(close, place)) return place + close.length;
    else if (endsWithLine && text[place] === '\n') return place + 1;
  }
  return -1;
}
