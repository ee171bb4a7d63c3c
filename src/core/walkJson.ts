// Reads JSON value by value without recursion, as Python's `json` module writes it: with NaN, Infinity and -Infinity.
import { SPACE } from './text/characters';

export type JsonScalar = string | number | boolean | null;

/** What is called in the order of the text. */
export interface JsonVisitor {
  open(kind: 'object' | 'array'): void;
  key(name: string): void;
  /** `start` and `end` are UTF-16 offsets, half-open, with the quotes of a string. */
  value(value: JsonScalar, start: number, end: number): void;
  close(): void;
}

/** The message says what is wrong and where, in words that follow "is not valid JSON:". */
export class JsonError extends SyntaxError {
  override readonly name = 'JsonError';
  readonly #problem: string;

  constructor(
    problem: string,
    /** UTF-16. */
    readonly offset: number,
    /** From 1. */
    readonly line: number,
    /** From 1, in UTF-16. */
    readonly column: number,
    /** Whether the text ends before its value does. */
    readonly isCut: boolean,
  ) {
    super(`${problem} at line ${line}, column ${column}`);
    this.#problem = problem;
  }

  /** The message for a text that is a line of a file. */
  onLine(line: number): string {
    return `${this.#problem} at line ${line}, column ${this.column}`;
  }
}

const LITERALS: readonly (readonly [string, JsonScalar])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
];
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
const BLANK = /[ \t\r\n]*/y;
const HEX = /[0-9a-fA-F]{4}/y;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LONGEST_LITERAL = '-Infinity'.length;
const ESCAPES = '"\\/bfnrtu';

/** The text may begin with a byte order mark. Throws `JsonError`. */
export function walkJson(text: string, visitor: JsonVisitor): void {
  new Walk(text, visitor).whole();
}

class Walk {
  readonly #text: string;
  readonly #visitor: JsonVisitor;
  /** The brackets that close what is open. */
  readonly #closers: ('}' | ']')[] = [];
  /** Whether the innermost container has no value yet. */
  #isEmpty = true;
  #at: number;

  constructor(text: string, visitor: JsonVisitor) {
    this.#text = text;
    this.#visitor = visitor;
    this.#at = text.startsWith('\ufeff') ? 1 : 0;
  }

  whole(): void {
    this.#value();
    while (this.#closers.length > 0) {
      const closer = this.#closers.at(-1)!;
      this.#skipBlanks();
      if (this.#text[this.#at] === closer) {
        this.#at++;
        this.#closers.pop();
        this.#visitor.close();
        this.#isEmpty = false;
        continue;
      }
      if (!this.#isEmpty) this.#expect(',', `a comma or "${closer}"`);
      if (closer === '}') this.#key();
      this.#value();
    }
    this.#skipBlanks();
    if (this.#at < this.#text.length) throw this.#error('more text after the value');
  }

  /** A scalar, or a container up to its opening bracket. */
  #value(): void {
    this.#skipBlanks();
    const first = this.#text[this.#at];
    const isContainer = first === '{' || first === '[';
    if (isContainer) {
      this.#at++;
      this.#closers.push(first === '{' ? '}' : ']');
      this.#visitor.open(first === '{' ? 'object' : 'array');
    } else {
      const start = this.#at;
      this.#visitor.value(this.#scalar(), start, this.#at);
    }
    this.#isEmpty = isContainer;
  }

  #key(): void {
    this.#skipBlanks();
    if (this.#text[this.#at] !== '"') throw this.#expected('a key in double quotes');
    this.#visitor.key(this.#string());
    this.#skipBlanks();
    this.#expect(':', 'a colon');
  }

  #scalar(): JsonScalar {
    if (this.#text[this.#at] === '"') return this.#string();
    NUMBER.lastIndex = this.#at;
    const [number] = NUMBER.exec(this.#text) ?? [];
    if (number !== undefined) {
      this.#at += number.length;
      return Number(number);
    }
    const found = LITERALS.find(([word]) => this.#text.startsWith(word, this.#at));
    if (!found) throw this.#expected('a value');
    this.#at += found[0].length;
    return found[1];
  }

  #string(): string {
    const start = this.#at;
    let hasEscapes = false;
    for (let at = start + 1; at < this.#text.length; at++) {
      const unit = this.#text.charCodeAt(at);
      if (unit === QUOTE) {
        this.#at = at + 1;
        const literal = this.#text.slice(start, at + 1);
        return hasEscapes ? (JSON.parse(literal) as string) : literal.slice(1, -1);
      }
      if (unit < SPACE) throw this.#error('a control character in a string', at);
      if (unit !== BACKSLASH) continue;
      hasEscapes = true;
      at = this.#escapeEnd(at, start);
    }
    throw this.#error('a string without an end', start, true);
  }

  /** The last character of an escape in the string that begins at `start`. */
  #escapeEnd(at: number, start: number): number {
    const escaped = this.#text[at + 1];
    HEX.lastIndex = at + 2;
    const isUnicode = escaped === 'u';
    const isCut = this.#text.length < at + (isUnicode ? 6 : 2);
    if (isCut) throw this.#error('a string without an end', start, true);
    if (!ESCAPES.includes(escaped!) || (isUnicode && !HEX.test(this.#text)))
      throw this.#error('an escape that JSON does not have', at);
    return at + (isUnicode ? 5 : 1);
  }

  #skipBlanks(): void {
    BLANK.lastIndex = this.#at;
    BLANK.test(this.#text);
    this.#at = BLANK.lastIndex;
  }

  #expect(character: string, description: string): void {
    if (this.#text[this.#at] !== character) throw this.#expected(description);
    this.#at++;
  }

  #expected(description: string): JsonError {
    const rest = this.#text.slice(this.#at, this.#at + LONGEST_LITERAL);
    const isCut = rest === '-' || LITERALS.some(([word]) => word.startsWith(rest));
    const found = rest === '' ? 'the text ends' : `there is ${JSON.stringify(characterOf(rest))}`;
    return this.#error(`${description} is expected, but ${found}`, this.#at, isCut);
  }

  #error(problem: string, at = this.#at, isCut = false): JsonError {
    const before = this.#text.slice(0, at);
    const lineStart = before.lastIndexOf('\n') + 1;
    let line = 1;
    for (let end = before.indexOf('\n'); end >= 0; end = before.indexOf('\n', end + 1)) line++;
    return new JsonError(problem, at, line, at - lineStart + 1, isCut);
  }
}

/** The first character. */
function characterOf(text: string): string {
  return String.fromCodePoint(text.codePointAt(0)!);
}
