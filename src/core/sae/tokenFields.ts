// Properties of each token that follow from the text alone: the columns that predicates test. Strings, comments and
// brackets are found by regular expressions, the same as in training/sae/predicates.py, and without a parser.
import { isHighSurrogate, isLowSurrogate } from '../text/characters';

export interface TokenFields {
  readonly token: readonly string[];
  readonly class: readonly string[];
  readonly shape: readonly string[];
  readonly inside: readonly string[];
  readonly bracket: readonly string[];
  readonly call: readonly string[];
  readonly start: readonly string[];
  readonly language: readonly string[];
  readonly line: readonly string[];
  readonly first: readonly boolean[];
  readonly part: readonly boolean[];
  readonly repeat: readonly boolean[];
  readonly pair: readonly boolean[];
  readonly depth: readonly number[];
  readonly indent: readonly number[];
  readonly column: readonly number[];
  readonly context: readonly number[];
}

const KEYWORDS = new Set(
  (
    'and as assert async await break case catch class const continue debugger def default del delete do elif else enum ' +
    'except export extends finally for from function global if implements import in instanceof interface is lambda let ' +
    'new nonlocal not of or pass private protected public raise readonly return static super switch throw try type ' +
    'typeof var void while with yield False None True false null true undefined self this'
  ).split(' '),
);
const STRING = `'(?:\\\\[\\s\\S]|[^'\\\\\\n])*'?|"(?:\\\\[\\s\\S]|[^"\\\\\\n])*"?`;
const HIDDEN = {
  python: new RegExp(
    `(?<comment>#[^\\n]*)|(?<string>"""(?:\\\\[\\s\\S]|[^\\\\])*?(?:"""|$(?![\\s\\S]))|'''(?:\\\\[\\s\\S]|[^\\\\])*?(?:'''|$(?![\\s\\S]))|${STRING})`,
    'gu',
  ),
  other: new RegExp(
    `(?<comment>//[^\\n]*|/\\*[\\s\\S]*?(?:\\*/|$(?![\\s\\S])))|(?<string>\`(?:\\\\[\\s\\S]|[^\`\\\\])*\`?|${STRING})`,
    'gu',
  ),
};
const W = '[\\p{L}\\p{N}_]';
const CLASSES = [
  ['newline', '[\\s\\S]*\\n'],
  ['space', '\\s+$'],
  ['number', '\\s*\\p{Nd}+$'],
  ['open', '\\s*[(\\[{]+$'],
  ['close', '\\s*[)\\]}]+$'],
  ['word', `[\\s_$.]?(?!\\p{Nd})${W}${W}*$`],
  ['quote', '\\s*[\'"`]+$'],
  ['operator', '\\s*[^\\p{L}\\p{N}_\\s]+$'],
].map(starting);
const SHAPES = [
  ['UPPER', '[\\s_$.]?[A-Z][A-Z_]+$'],
  ['Capital', '[\\s_$.]?[A-Z][a-z0-9]*$'],
  ['lower', '[\\s_$.]?[a-z]+$'],
  ['camel', `[\\s_$.]?[a-z]+[A-Z]${W}*$`],
  ['_lower', '_[a-z]+$'],
  ['digits', '\\s*\\p{Nd}+$'],
].map(starting);
const CLOSES = new Set([')', ']', '}']);
const FIRST_WORD = new RegExp(`^[A-Za-z_$][\\p{L}\\p{N}_$]*`, 'u');
const LAST_WORD = new RegExp(`[A-Za-z_$][\\p{L}\\p{N}_$]*$`, 'u');
const WORD_CHARACTER = new RegExp(W, 'u');

/** A pattern that holds at the start. As in Python, its end may be before a final line end. */
function starting([name = '', pattern = '']: readonly string[]): [string, RegExp] {
  return [name, new RegExp(`^(?:${pattern.replace(/\$$/, '(?=\\n?(?![\\s\\S]))')})`, 'u')];
}

export function classOf(token: string): string {
  if (KEYWORDS.has(token.trim())) return 'keyword';
  return CLASSES.find(([, pattern]) => pattern.test(token))?.[0] ?? 'other';
}

export function shapeOf(token: string): string {
  return SHAPES.find(([, pattern]) => pattern.test(token))?.[0] ?? 'other';
}

/** Spans are UTF-16 offsets of each token. Repeats start over every `window` tokens. `column` counts characters. */
export function fieldsOf(
  text: string,
  starts: ArrayLike<number>,
  ends: ArrayLike<number>,
  language: string,
  window = 1023,
): TokenFields {
  const inside = new Array<string>(text.length).fill('code');
  for (const match of text.matchAll(HIDDEN[language === 'python' ? 'python' : 'other'])) {
    const kind = match.groups!.comment === undefined ? 'string' : 'comment';
    inside.fill(kind, match.index, match.index + match[0].length);
  }
  const names =
    'token class shape inside bracket call start language line first part repeat pair depth indent column context';
  const out = Object.fromEntries(names.split(' ').map(name => [name, []])) as unknown as {
    [K in keyof TokenFields]: TokenFields[K][number][];
  };
  const stack: [string, string][] = [];
  let lineStart = 0;
  /** Characters of the line before `at`. */
  let column = 0;
  let at = 0;
  let seen = new Set<string>();
  let pairs = new Set<string>();
  for (let i = 0; i < starts.length; i++) {
    const [a, b] = [starts[i]!, ends[i]!];
    for (let c = at; c < a; c++) {
      const character = text[c]!;
      const isSecondHalf =
        isLowSurrogate(text.charCodeAt(c)) && isHighSurrogate(text.charCodeAt(c - 1));
      if (!isSecondHalf) column++;
      if (character === '\n') [lineStart, column] = [c + 1, 0];
      else if (inside[c] !== 'code') continue;
      else if ('([{'.includes(character)) {
        const before = text.slice(Math.max(lineStart, c - 40), c);
        stack.push([character, LAST_WORD.exec(before)?.[0] ?? '']);
      } else if (CLOSES.has(character)) stack.pop();
    }
    at = Math.max(at, a);
    const token = text.slice(a, b);
    if (i % window === 0) [seen, pairs] = [new Set(), new Set()];
    const previous = i % window ? out.token.at(-1)! : '\0none';
    const whole = text.slice(lineStart, Math.max(b, lineStart));
    const body = whole.replace(/^[ \t]+/, '');
    const lead = text.slice(lineStart, a);
    let visible = a;
    while (visible < b && /\s/.test(text[visible]!)) visible++;
    if (visible === b) visible = a;
    const [bracket = '', call = ''] = stack.at(-1) ?? [];
    out.token.push(token);
    out.class.push(classOf(token));
    out.shape.push(shapeOf(token));
    out.inside.push(inside[visible] ?? 'code');
    out.bracket.push(bracket);
    out.call.push(call);
    out.start.push(FIRST_WORD.exec(body)?.[0] ?? '');
    out.language.push(language);
    out.line.push(whole);
    out.first.push(lead.trim() === '' && token.trim() !== '');
    out.part.push(
      a > 0 && b > a && WORD_CHARACTER.test(text[a]!) && WORD_CHARACTER.test(text[a - 1]!),
    );
    out.repeat.push(seen.has(token));
    out.pair.push(pairs.has(`${previous}\0${token}`));
    seen.add(token);
    pairs.add(`${previous}\0${token}`);
    out.depth.push(stack.length);
    out.indent.push(whole.length - body.length);
    out.column.push(column);
    out.context.push(i % window);
  }
  return out;
}
