// Predicates over the tokens of a text: the claim of a feature's label, in a form that can be checked by counting. The
// language is described in models/coder/saes/resid-mid/README.md.
import { PredicateError } from '../errors';
import type { TokenFields } from './tokenFields';

type Field = keyof TokenFields;

interface Clause {
  readonly offset: number;
  readonly negated: boolean;
  readonly field: Field;
  readonly test: Test;
}

type Test =
  | ((value: string | number | boolean) => boolean)
  /** The source of a regular expression, which may take very long: the caller of `holdsAt` runs it. */
  | string;

const TEXTS = ['token', 'class', 'shape', 'inside', 'bracket', 'call', 'start', 'language', 'line'];
const SEARCHED = ['token', 'line', 'call', 'start'];
const FLAGS = ['first', 'part', 'repeat', 'pair'];
const NUMBERS = ['depth', 'indent', 'column', 'context'];
const ALLOWED: Record<string, readonly string[]> = {
  '': FLAGS,
  '~': SEARCHED,
  '<': NUMBERS,
  '>=': NUMBERS,
  '=': TEXTS,
  in: TEXTS,
};

const CLAUSE =
  /\s*(!)?(?:([+-]\d):)?([a-z]+)(?:\s*(?:(~)\/((?:\\.|[^/\\])*)\/|(<|>=)\s*(\d+)|(=)\s*("(?:\\.|[^"\\])*")|\b(in)\s*(\[[^\n]*?\])(?=\s*(?:&|$))))?\s*(&|$)/y;

/** Throws `PredicateError`, which names the character and the problem. */
export function parsePredicate(text: string): Clause[] {
  const clauses: Clause[] = [];
  for (let at = 0; ;) {
    CLAUSE.lastIndex = at;
    const match = CLAUSE.exec(text);
    if (!match)
      throw new PredicateError(
        `character ${at}: expected a clause such as class="word", -1:token="(" or depth>=2`,
      );
    const [whole, negated, offset, field = '', , regex, , number, , string, , list, more] = match;
    const operator = match[4] ?? match[6] ?? match[8] ?? match[10] ?? '';
    if (!ALLOWED[operator]!.includes(field))
      throw new PredicateError(
        `character ${at + whole.indexOf(field)}: "${field}" does not go with "${operator || 'nothing'}"; these do: ${ALLOWED[operator]!.join(', ')}`,
      );
    const test = testOf(operator, { regex, number, string, list }, at);
    const clause = { offset: Number(offset ?? 0), negated: negated !== undefined };
    clauses.push({ ...clause, field: field as Field, test });
    at += whole.length;
    if (more !== '&') return clauses;
  }
}

/** Why it cannot be read, as `parsePredicate` says it; undefined where it can. */
export function predicateProblem(text: string): string | undefined {
  try {
    parsePredicate(text);
    return undefined;
  } catch (error) {
    if (error instanceof PredicateError) return error.message;
    throw error;
  }
}

function testOf(
  operator: string,
  {
    regex = '',
    number,
    string = '""',
    list = '[]',
  }: Record<'regex' | 'number' | 'string' | 'list', string | undefined>,
  at: number,
): Test {
  const json = (text: string): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      throw new PredicateError(`character ${at}: ${text} is not valid JSON`);
    }
  };
  if (operator === '') return value => Boolean(value);
  if (operator === '<') return value => (value as number) < Number(number);
  if (operator === '>=') return value => (value as number) >= Number(number);
  if (operator === '=') {
    const wanted = json(string);
    return value => value === wanted;
  }
  if (operator === 'in') {
    const values = json(list);
    if (!Array.isArray(values) || !values.every(one => typeof one === 'string'))
      throw new PredicateError(`character ${at}: a list of strings is expected`);
    const wanted = new Set<unknown>(values);
    return value => wanted.has(value);
  }
  try {
    RegExp(regex, 'u');
  } catch (error) {
    throw new PredicateError(`character ${at}: ${(error as Error).message}`);
  }
  return regex;
}

/** Whether a regular expression, by its source and with the flag `u`, has a match in each of the texts. */
export type MatchesOf = (pattern: string, texts: readonly string[]) => Promise<readonly boolean[]>;

/** For each token. A clause whose offset points outside the text does not hold, negated or not. */
export async function holdsAt(
  clauses: readonly Clause[],
  fields: TokenFields,
  matchesOf: MatchesOf,
): Promise<boolean[]> {
  const holds = fields.token.map(() => true);
  for (const { offset, negated, field, test } of clauses) {
    const values = fields[field];
    const found =
      typeof test === 'string'
        ? await matchesOf(test, values.map(String))
        : Array.from<string | number | boolean, boolean>(values, test);
    for (let i = 0; i < holds.length; i++) {
      const own = found[i + offset];
      holds[i] &&= own !== undefined && own !== negated;
    }
  }
  return holds;
}

export interface Agreement {
  /** The number of tokens where the feature fires, where the predicate holds, and where both do. */
  readonly fires: number;
  readonly holds: number;
  readonly both: number;
}

export function agreementOf(
  fires: ArrayLike<number | boolean>,
  holds: readonly boolean[],
): Agreement {
  const count = { fires: 0, holds: 0, both: 0 };
  for (let i = 0; i < holds.length; i++) {
    if (fires[i]) count.fires++;
    if (holds[i]) count.holds++;
    if (fires[i] && holds[i]) count.both++;
  }
  return count;
}
