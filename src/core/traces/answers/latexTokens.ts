// The tokens of an answer in LaTeX or plain text.
import { UNITS } from './units';

export type Token =
  | { readonly kind: 'number'; readonly text: string }
  /** A letter, or the name of a Greek one. */
  | { readonly kind: 'symbol'; readonly text: string }
  /** Words, in \text{} or not. */
  | { readonly kind: 'text'; readonly text: string }
  /** A sign, or a command without its backslash. */
  | { readonly kind: 'sign'; readonly text: string };

const IGNORED = new Set(
  'left right big Big bigl bigr Bigl Bigr displaystyle textstyle quad qquad limits hspace , ; : ! ( ) [ ] $'.split(
    ' ',
  ),
);
const WORDS = new Set(
  'text textbf textit textrm textnormal mathrm mathbf mathit mbox operatorname rm'.split(' '),
);
const SIGNS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    dfrac: 'frac',
    tfrac: 'frac',
    cfrac: 'frac',
    cdot: '*',
    times: '*',
    ast: '*',
    div: '/',
    le: '≤',
    leq: '≤',
    leqslant: '≤',
    ge: '≥',
    geq: '≥',
    geqslant: '≥',
    lt: '<',
    gt: '>',
    ne: '≠',
    neq: '≠',
    approx: '≈',
    simeq: '≈',
    pm: '±',
    cup: '∪',
    infty: '∞',
    in: '∈',
    pi: 'π',
    circ: '°',
    degree: '°',
    vert: '|',
    lvert: '|',
    rvert: '|',
    lbrace: '\\{',
    rbrace: '\\}',
    mid: '|',
    '{': '\\{',
    '}': '\\}',
    '%': '%',
    '\\': '\\\\',
    ' ': '',
    '&': '&',
  }),
);
const PLAIN: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '−': '-',
    '–': '-',
    '×': '*',
    '·': '*',
    '⋅': '*',
    '÷': '/',
    '√': 'sqrt',
    '²': '^2',
    '³': '^3',
  }),
);
const PAIRS: ReadonlyMap<string, string> = new Map(
  Object.entries({ '<=': '≤', '>=': '≥', '!=': '≠', '**': '^' }),
);
/** Written without a backslash as well. */
const FUNCTIONS = new Set(
  'sin cos tan cot sec csc arcsin arccos arctan log ln exp sqrt pi'.split(' '),
);

const NUMBER =
  /[1-9]\d{0,2}(?:(?:\{,\}|,\\!|\\,| )\s?\d{3})+(?!\d)(?:\.\d+)?|(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d{1,2}(?![\d.]))?/iy;
const THOUSANDS = /[1-9]\d{0,2}(?:,\d{3})+(?![\d,])(?:\.\d+)?/y;
const LETTERS = /[A-Za-z]+/y;
const COMMAND = /\\(?:q?quad|[A-Za-z]+|[^])/y;
/** A backslash that a file escaped twice. Two before a letter also end a row. */
const ESCAPED_TWICE = /\\\\(?=[a-z]{2})/y;
const BRACED = /\s*\{([^{}]*)\}/y;

/** What it does not know is a sign. Linear in the text's length. */
export function latexTokens(text: string): Token[] {
  const tokens: Token[] = [];
  const add = (kind: Token['kind'], own: string) => tokens.push({ kind, text: own });
  let depth = 0;
  let environments = 0;
  for (let at = 0; at < text.length;) {
    const match = (pattern: RegExp) => {
      pattern.lastIndex = at;
      const found = pattern.exec(text);
      if (found) at = pattern.lastIndex;
      return found;
    };
    const character = text[at]!;
    if (/[\d.]/.test(character)) {
      // Between brackets a comma separates: (100,200).
      const number = (depth === 0 && match(THOUSANDS)) || match(NUMBER);
      if (number) {
        add('number', number[0].replace(/\{,\}|,|\\!|\\,|\s/g, ''));
        continue;
      }
      at++;
      continue;
    }
    if (character === '\\') {
      if (environments === 0 && match(ESCAPED_TWICE)) at--;
      const name = match(COMMAND)?.[0].slice(1) ?? '';
      if (name === '') at++;
      else if (WORDS.has(name)) {
        const words = match(BRACED)?.[1];
        if (words !== undefined) addWords(words.trim(), add);
      } else if (name === 'begin' || name === 'end') {
        environments += name === 'begin' ? 1 : -1;
        add('sign', `${name}:${match(BRACED)?.[1] ?? ''}`);
        if (tokens.at(-1)!.text === 'begin:array') match(BRACED);
      } else if (SIGNS.has(name)) {
        const sign = SIGNS.get(name)!;
        if (sign) add('sign', sign);
      } else if (!IGNORED.has(name)) add(/^[a-z]+$/i.test(name) ? 'sign' : 'text', name);
      continue;
    }
    const letters = match(LETTERS)?.[0];
    if (letters !== undefined) {
      addLetters(
        letters,
        tokens.at(-1)?.kind === 'number' && text[at - letters.length - 1] === ' ',
        add,
      );
      continue;
    }
    const pair = PAIRS.get(text.slice(at, at + 2));
    at += pair ? 2 : 1;
    if (pair) add('sign', pair);
    else if (!/[\s$€£~]/.test(character)) {
      for (const sign of PLAIN.get(character)?.match(/[a-z]+|[^]/g) ?? [character]) {
        if (/\d/.test(sign)) add('number', sign);
        else add('sign', sign);
      }
    }
    if ('([{'.includes(character)) depth++;
    if (')]}'.includes(character)) depth--;
  }
  return tokens;
}

type Add = (kind: Token['kind'], text: string) => void;

function addWords(words: string, add: Add): void {
  if (/^(?:,?\s*)(?:and|or)$/i.test(words)) add('sign', ',');
  else if (/^\d+(?:\.\d+)?$/.test(words)) add('number', words);
  else if (words !== '') add('text', words);
}

/** A run of letters is words, a function, or symbols side by side. */
function addLetters(letters: string, isAfterNumber: boolean, add: Add): void {
  if (/^(?:and|or)$/i.test(letters)) add('sign', ',');
  else if (FUNCTIONS.has(letters)) add('sign', letters === 'pi' ? 'π' : letters);
  else if (letters.length > 2 && /[a-z]{2}/.test(letters)) add('text', letters);
  else if (UNITS.has(letters.toLowerCase()) && (letters.length > 1 || isAfterNumber))
    add('text', letters);
  else for (const letter of letters) add('symbol', letter);
}
