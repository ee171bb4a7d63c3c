// Equations that name an answer, and inequalities that are intervals.
import type { Answer, RelationAnswer } from './answer';
import { isName, valueOf } from './exact';
import { readAnswer } from './readAnswer';

export const FLIPPED: Readonly<Record<string, string>> = {
  '<': '>',
  '>': '<',
  '≤': '≥',
  '≥': '≤',
  '=': '=',
  '≠': '≠',
};

/** `x = 5` beside an answer without a name is 5, as is `2 + 3 = 5`. */
export function withoutName(answer: Answer, other: Answer): Answer {
  if (answer.kind !== 'relation') return answer;
  const [first, last] = [answer.sides[0]!, answer.sides.at(-1)!];
  if (isCalculation(answer)) return last;
  if (!isAssignment(answer)) return answer;
  if (isAssignment(other)) return { kind: 'relation', sides: [first, last], signs: ['='] };
  return other.kind === 'relation' ? answer : last;
}

function isAssignment(answer: Answer): boolean {
  return (
    answer.kind === 'relation' &&
    answer.signs.every(sign => sign === '=') &&
    isNamed(answer.sides[0]!)
  );
}

function isCalculation({ sides, signs }: RelationAnswer): boolean {
  return (
    signs.every(sign => sign === '=') &&
    sides.every(side => side.kind === 'number' && valueOf(side.value) !== undefined)
  );
}

/** A name, or a tuple of them. */
function isNamed(answer: Answer): boolean {
  if (answer.kind === 'number') return isName(answer.value);
  return answer.kind === 'list' && answer.items.every(isNamed);
}

const INFINITY = readAnswer('\\infty')!;
const MINUS_INFINITY = readAnswer('-\\infty')!;

/** `a < x ≤ b` as (a,b], `x ≥ a` as [a,∞). */
export function intervalOf({ sides, signs }: RelationAnswer): Answer | undefined {
  const [first, second, third] = sides;
  const [sign = '', secondSign = ''] = signs;
  if (!first || !second) return undefined;
  const isUp = (each: string) => each === '<' || each === '≤';
  const isDown = (each: string) => each === '>' || each === '≥';
  if (third) {
    if (!isNamed(second)) return undefined;
    if (isUp(sign) && isUp(secondSign)) return interval(first, sign, third, secondSign);
    if (isDown(sign) && isDown(secondSign)) return interval(third, secondSign, first, sign);
    return undefined;
  }
  if (isNamed(first)) {
    if (isDown(sign)) return interval(second, sign, INFINITY, '<');
    return isUp(sign) ? interval(MINUS_INFINITY, '<', second, sign) : undefined;
  }
  const turned = FLIPPED[sign];
  if (!isNamed(second) || turned === undefined) return undefined;
  return intervalOf({ kind: 'relation', sides: [second, first], signs: [turned] });
}

function interval(low: Answer, lowSign: string, high: Answer, highSign: string): Answer {
  const isClosed = (sign: string) => sign === '≤' || sign === '≥';
  return {
    kind: 'list',
    open: isClosed(lowSign) ? '[' : '(',
    close: isClosed(highSign) ? ']' : ')',
    items: [low, high],
  };
}
