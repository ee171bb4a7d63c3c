// Reads an answer in LaTeX or plain text: a number or an expression, lists, intervals and their unions, matrices,
// equations and inequalities, words.
import { listAnswer, type Answer } from './answer';
import { divide } from './exact';
import { ExpressionReader } from './expressionReader';
import { Unreadable } from './fraction';
import { latexTokens } from './latexTokens';

/** Longer ones are not read. */
export const MOST_CHARACTERS = 2000;
/** Lists are compared item by item, in both orders. */
const MOST_ITEMS = 100;
const MOST_DEPTH = 40;
const RELATIONS = new Set(['=', '<', '>', '≤', '≥', '≠', '≈', '∈']);

/** Undefined for what is not understood. */
export function readAnswer(text: string): Answer | undefined {
  if (text.length > MOST_CHARACTERS) return undefined;
  try {
    return new AnswerReader(latexTokens(text)).whole();
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

class AnswerReader extends ExpressionReader {
  #depth = 0;
  #count = 0;
  #relations = 0;

  whole(): Answer {
    const items = this.items(true);
    if (this.next()) throw new Unreadable('something is left');
    return listAnswer(items, '', '');
  }

  protected items(each: boolean): Answer[] {
    const items: Answer[] = [];
    for (;;) {
      while (this.takes(',', ';', '.')) continue;
      const next = this.next();
      if (!next || this.isCloser(next)) break;
      if (++this.#count > MOST_ITEMS) throw new Unreadable('a long list');
      if (!each) items.push(this.#relation());
      else items.push(...this.#signed());
      const after = this.next();
      if (after && !this.isCloser(after) && !this.is(',', ';', '.'))
        throw new Unreadable('an operator is missing');
    }
    if (items.length === 0) throw new Unreadable('nothing');
    return items;
  }

  #signed(): Answer[] {
    const start = this.at;
    [this.plusMinus, this.hasPlusMinus] = [1n, false];
    const first = this.#relation();
    if (!this.hasPlusMinus) return [first];
    [this.at, this.plusMinus] = [start, -1n];
    const second = this.#relation();
    this.hasPlusMinus = false;
    return [first, second];
  }

  #relation(): Answer {
    if (++this.#relations > MOST_CHARACTERS || ++this.#depth > MOST_DEPTH)
      throw new Unreadable('nested too deep');
    const sides = [this.#union()];
    const signs: string[] = [];
    while (this.is(...RELATIONS)) {
      const sign = this.take().text;
      const side = this.#union();
      // What is an element of a set is named by the set.
      if (sign === '∈') sides.splice(0, sides.length, side);
      else if (sign === '≈' && signs.length > 0) continue;
      else {
        sides.push(side);
        signs.push(sign === '≈' ? '=' : sign);
      }
    }
    this.#depth--;
    return sides.length === 1 ? sides[0]! : { kind: 'relation', sides, signs };
  }

  #union(): Answer {
    const parts = [this.#quantity()];
    while (this.takes('∪')) parts.push(this.#quantity());
    return parts.length === 1 ? parts[0]! : { kind: 'union', parts };
  }

  /** A number with its unit, or words. */
  #quantity(): Answer {
    if (this.next()?.kind === 'text') return { kind: 'text', text: this.#words() };
    const start = this.at;
    let value = this.sum();
    while (this.takes(':')) value = this.combine(value, this.sum(), divide);
    if (value.kind !== 'number') return value;
    const own = this.tokens.slice(start, this.at).filter(({ text }) => !'+-()'.includes(text));
    const isDecimal = own.length === 1 && own[0]!.text.includes('.');
    const isPercent = this.takes('%', '\\%');
    const unit = this.next()?.kind === 'text' || this.is('°') ? this.#words() : value.unit;
    const percents = /^(?:percent|percentage|pct)$/i.test(unit);
    return {
      ...value,
      isDecimal: isDecimal || value.isDecimal,
      isPercent: isPercent || percents || value.isPercent,
      unit: percents ? '' : unit,
    };
  }

  /** What is left of an item, as words. */
  #words(): string {
    const words: string[] = [];
    for (
      let next = this.next();
      next && !this.isCloser(next) && !this.is(',', ';', '.');
      next = this.next()
    ) {
      if (next.kind === 'sign' && RELATIONS.has(next.text)) break;
      words.push(this.take().text);
    }
    return words.join(' ');
  }
}
