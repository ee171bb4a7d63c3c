// HTTP exchanges recorded in YAML, as VCR and its like write them: the bodies of the responses, as text.

const CASSETTE_START = /^\ufeff?(?:---\s*\n)?(?:http_)?interactions:[ \t]*\r?\n/;
const SIDE = /^[ \t]*(?:-[ \t]*)?(request|response):[ \t]*\r?$/gm;
/** The key of a body, and how its scalar begins. */
const BODY = /^([ \t]*)(?:string|body|content):[ \t]*(['"]|[|>][-+]?[ \t]*\r?$)/gm;

export interface RecordedBody {
  readonly text: string;
  /** UTF-16 in the cassette. */
  readonly start: number;
  readonly end: number;
}

export function isCassette(text: string): boolean {
  return CASSETTE_START.test(text.slice(0, 200));
}

export function* bodiesOf(text: string): Generator<RecordedBody> {
  const sides = [...text.matchAll(SIDE)];
  const bodies = text.matchAll(BODY);
  let next = bodies.next().value;
  for (const [i, { 1: side, index }] of sides.entries()) {
    if (side !== 'response') continue;
    const end = sides[i + 1]?.index ?? text.length;
    while (next && next.index < index) next = bodies.next().value;
    if (!next || next.index >= end) continue;
    const start = next.index + next[0].length;
    const [, indent, quote] = next;
    if (quote === "'" || quote === '"') {
      const close = closingQuote(text, start, quote);
      yield { text: unfold(text.slice(start, close), quote), start, end: close };
    } else {
      const block = blockAt(text.slice(start, end), indent!.length);
      yield { text: block, start, end };
    }
  }
}

/** Of the quote that ends the scalar; the text's end if none does. */
function closingQuote(text: string, start: number, quote: string): number {
  for (let at = start; at < text.length; at++) {
    if (quote === '"' && text[at] === '\\') at++;
    else if (text[at] === quote && quote === "'" && text[at + 1] === "'") at++;
    else if (text[at] === quote) return at;
  }
  return text.length;
}

/** The text of a quoted scalar (YAML 1.2, 7.3). */
function unfold(text: string, quote: string): string {
  if (quote === "'") return foldLines(text).replaceAll("''", "'");
  // A backslash before a line break joins the lines.
  const joined = text.replace(/\\(?:(\\)|\r?\n[ \t]*)/g, (whole, slash?: string) =>
    slash ? whole : '',
  );
  return unescape(foldLines(joined));
}

/** A line break is a blank, and each empty line after it a line break. */
function foldLines(text: string): string {
  const lines = text.split('\n');
  const last = lines.length - 1;
  const pieces: string[] = [];
  let breaks = 0;
  for (const [i, line] of lines.entries()) {
    const own = i === 0 ? line : line.trimStart();
    if (i > 0 && i < last && own.trim() === '') {
      breaks++;
      continue;
    }
    if (i > 0) pieces.push(breaks > 0 ? '\n'.repeat(breaks) : ' ');
    pieces.push(i === last ? own : own.trimEnd());
    breaks = 0;
  }
  return pieces.join('');
}

const ESCAPED = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['0', '\0'],
  ['e', '\x1b'],
]);

/** The escapes of a double-quoted scalar. */
function unescape(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([^]))/g,
    (_, x: string, u: string, long: string, character: string) => {
      const code = parseInt(x ?? u ?? long ?? '', 16);
      if (code > 0x10ffff) return '\ufffd';
      return Number.isNaN(code)
        ? (ESCAPED.get(character) ?? character)
        : code > 0xffff
          ? String.fromCodePoint(code)
          : String.fromCharCode(code);
    },
  );
}

/** A block scalar: the lines that are indented by more than its key, without their indentation. */
function blockAt(text: string, keyIndent: number): string {
  const lines = text.split('\n').slice(1);
  const first = lines.find(line => line.trim() !== '') ?? '';
  const indent = first.length - first.trimStart().length;
  if (indent <= keyIndent) return '';
  const own: string[] = [];
  for (const line of lines) {
    if (line.trim() !== '' && line.length - line.trimStart().length < indent) break;
    own.push(line.slice(indent));
  }
  return own.join('\n');
}
