// Expressions: sums, products, powers, roots, functions, and what stands in brackets.
import { exactIn, listAnswer, numberAnswer, type Answer } from './answer';
import {
  add,
  divide,
  exactOf,
  exactText,
  fractionOf,
  multiply,
  negate,
  power,
  root,
  symbol,
  type Exact,
} from './exact';
import { fraction, fractionOfDecimal, isInteger, ONE, Unreadable } from './fraction';
import { TokenCursor } from './tokenCursor';

const FUNCTIONS = new Set('sin cos tan cot sec csc arcsin arccos arctan log ln'.split(' '));
const GREEK = new Set(
  'alpha beta gamma delta epsilon varepsilon theta lambda mu nu rho sigma tau phi varphi omega Delta Omega ell'.split(
    ' ',
  ),
);
/** Followed by a bracket they are functions, not factors. */
const NAMES_OF_FUNCTIONS = new Set(['f', 'g', 'h', 'F', 'W']);

export abstract class ExpressionReader extends TokenCursor {
  /** Which sign ± stands for, and whether one was met. */
  protected plusMinus = 1n;
  protected hasPlusMinus = false;

  /** Up to a closing bracket. With `each`, an item with ± is two items. */
  protected abstract items(each: boolean): Answer[];

  protected sum(): Answer {
    let value = this.#leading();
    for (;;) {
      if (this.takes('+')) value = this.combine(value, this.#term(), add);
      else if (this.takes('-'))
        value = this.combine(value, this.#term(), (a, b) => add(a, negate(b)));
      else if (this.takes('±')) value = this.combine(value, this.#signedTerm(), add);
      else return value;
    }
  }

  #leading(): Answer {
    if (this.takes('+')) return this.#leading();
    if (this.takes('-')) return numberAnswer(negate(exactIn(this.#term())));
    return this.takes('±') ? this.#signedTerm() : this.#term();
  }

  #signedTerm(): Answer {
    this.hasPlusMinus = true;
    return numberAnswer(multiply(exactOf(fraction(this.plusMinus)), exactIn(this.#term())));
  }

  #term(): Answer {
    const start = this.at;
    let value = this.#power();
    if (this.at === start + 1 && this.is('frac') && isWhole(value)) {
      // A mixed number: 2\frac{1}{2}.
      const part = this.#power();
      const share = fractionOf(exactIn(part));
      const isPart = share && share.top > 0n && share.top < share.bottom;
      value = this.combine(value, part, isPart ? add : multiply);
    }
    for (;;) {
      if (this.takes('*')) value = this.combine(value, this.#unary(), multiply);
      else if (this.takes('/')) value = this.combine(value, this.#unary(), divide);
      else if (this.#beginsFactor()) value = this.combine(value, this.#power(), multiply);
      else return value;
    }
  }

  #unary(): Answer {
    return this.takes('-') ? numberAnswer(negate(exactIn(this.#power()))) : this.#power();
  }

  #beginsFactor(): boolean {
    const next = this.next();
    if (!next || next.kind === 'text') return false;
    if (next.kind !== 'sign') return true;
    const { text } = next;
    return (
      '({π∞'.includes(text) ||
      ['frac', 'sqrt', 'exp'].includes(text) ||
      FUNCTIONS.has(text) ||
      GREEK.has(text)
    );
  }

  #power(): Answer {
    let value = this.#primary();
    for (;;) {
      if (this.takes('°')) value = numberAnswer(exactIn(value));
      else if (this.takes('!')) value = numberAnswer(factorial(exactIn(value)));
      else if (this.takes('^')) {
        if (this.#takesDegree()) continue;
        value = numberAnswer(power(exactIn(value), exactIn(this.#argument())));
      } else return value;
    }
  }

  /** `^\circ` and `^{\circ}`. */
  #takesDegree(): boolean {
    if (this.takes('°')) return true;
    const isDegree = this.is('{') && this.tokens[this.at + 1]?.text === '°';
    if (isDegree) this.at += 3;
    return isDegree;
  }

  /** Of a power, a root or a function: a group, or one factor. */
  #argument(): Answer {
    if (this.takes('-')) return numberAnswer(negate(exactIn(this.#primary())));
    return this.#primary();
  }

  #primary(): Answer {
    const next = this.take();
    if (next.kind === 'number') {
      const index = this.subscript();
      return index === ''
        ? numberAnswer(exactOf(fractionOfDecimal(next.text)))
        : numberAnswer(symbol(`#${next.text}${index}`));
    }
    if (next.kind === 'symbol' || GREEK.has(next.text)) {
      const name = next.text + this.subscript();
      if (NAMES_OF_FUNCTIONS.has(next.text) && this.is('('))
        return numberAnswer(symbol(`${name}(${exactText(exactIn(this.#primary()))})`));
      return numberAnswer(symbol(name));
    }
    switch (next.text) {
      case '(':
      case '[':
        return this.#bracketed(next.text, [')', ']']);
      case '\\{':
        return this.#bracketed('{', ['\\}']);
      case '{':
        return this.#bracketed('', ['}']);
      case 'boxed':
      case 'fbox':
        return this.#primary();
      case 'frac':
        return this.combine(this.#digitOrGroup(), this.#digitOrGroup(), divide);
      case 'sqrt':
        return this.#root();
      case '|':
        return this.#absolute();
      case 'exp':
        return numberAnswer(power(symbol('e'), exactIn(this.#argument())));
      case 'π':
      case '∞':
        return numberAnswer(symbol(next.text));
    }
    if (FUNCTIONS.has(next.text)) return this.#function(next.text);
    if (next.text.startsWith('begin:')) return this.#matrix();
    throw new Unreadable(`"${next.text}"`);
  }

  /** Round brackets around one item only group it. */
  #bracketed(open: string, closers: readonly string[]): Answer {
    const items = this.items(open === '{');
    if (!this.is(...closers)) throw new Unreadable('a bracket is open');
    const close = this.take().text.replace('\\', '');
    return listAnswer(items, open, open === '' ? '' : close);
  }

  /** `\frac12` has two arguments of one digit. */
  #digitOrGroup(): Answer {
    const next = this.next();
    if (next?.kind !== 'number' || next.text.length < 2) return this.#argument();
    this.tokens.splice(
      this.at,
      1,
      { kind: 'number', text: next.text.slice(0, 1) },
      { kind: 'number', text: next.text.slice(1) },
    );
    return this.#argument();
  }

  #root(): Answer {
    let degree = 2n;
    if (this.takes('[')) {
      const of = fractionOf(exactIn(this.sum()));
      if (!of || !isInteger(of) || !this.takes(']')) throw new Unreadable('an unusual root');
      degree = of.top;
    }
    return numberAnswer(root(exactIn(this.#argument()), degree));
  }

  #absolute(): Answer {
    const value = exactIn(this.sum());
    if (!this.takes('|')) throw new Unreadable('a bracket is open');
    const own = fractionOf(value);
    if (!own) return numberAnswer(symbol(`|${exactText(value)}|`));
    return numberAnswer(own.top < 0n ? negate(value) : value);
  }

  #function(name: string): Answer {
    const index = this.subscript();
    const exponent = this.takes('^') ? exactIn(this.#argument()) : exactOf(ONE);
    let argument = exactIn(this.#power());
    while (this.next()?.kind === 'symbol' || this.next()?.kind === 'number' || this.is('π'))
      argument = multiply(argument, exactIn(this.#power()));
    return numberAnswer(power(symbol(`${name}${index}(${exactText(argument)})`), exponent));
  }

  #matrix(): Answer {
    const rows: Answer[][] = [[]];
    for (;;) {
      if (this.takes('&')) continue;
      if (this.takes('\\\\')) rows.push([]);
      else if (this.next()?.text.startsWith('end:')) break;
      else rows.at(-1)!.push(this.sum());
    }
    this.take();
    return { kind: 'matrix', rows: rows.filter(({ length }) => length > 0) };
  }

  protected combine(a: Answer, b: Answer, operation: (a: Exact, b: Exact) => Exact): Answer {
    return numberAnswer(operation(exactIn(a), exactIn(b)));
  }
}
function isWhole(answer: Answer): boolean {
  const value = answer.kind === 'number' && fractionOf(answer.value);
  return !!value && isInteger(value);
}

const LARGEST_FACTORIAL = 400n;

function factorial(value: Exact): Exact {
  const of = fractionOf(value);
  if (!of || !isInteger(of) || of.top < 0n || of.top > LARGEST_FACTORIAL)
    throw new Unreadable('a factorial');
  let result = 1n;
  for (let factor = 2n; factor <= of.top; factor++) result *= factor;
  return exactOf(fraction(result));
}
