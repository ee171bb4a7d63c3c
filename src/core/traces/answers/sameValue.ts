// Whether two answers that were read are the same.
import type { Answer, ListAnswer, NumberAnswer, RelationAnswer } from './answer';
import { add, factorBetween, isEqual, negate, valueOf } from './exact';
import { Unreadable } from './fraction';
import { FLIPPED, intervalOf, withoutName } from './relations';
import { unitsDiffer } from './units';

export function isSame(a: Answer, b: Answer): boolean {
  try {
    return isSameRead(withoutName(a, b), withoutName(b, a));
  } catch (error) {
    // A comparison multiplies both, which may be too much.
    if (error instanceof Unreadable) return false;
    throw error;
  }
}

function isSameRead(a: Answer, b: Answer): boolean {
  if (a.kind === 'number' && b.kind === 'number') return isSameNumber(a, b);
  if (a.kind === 'text' && b.kind === 'text') return a.text.toLowerCase() === b.text.toLowerCase();
  if (a.kind === 'relation' && b.kind === 'relation') return isSameRelation(a, b);
  if (a.kind === 'relation') return isSameInterval(a, b);
  if (b.kind === 'relation') return isSameInterval(b, a);
  if (a.kind === 'matrix' && b.kind === 'matrix') {
    return isSameInOrder(a.rows, b.rows, (row, other) => isSameInOrder(row, other, isSame));
  }
  if (a.kind === 'union' && b.kind === 'union') return isSameSet(a.parts, b.parts);
  if (a.kind === 'list' && b.kind === 'list') return isSameList(a, b);
  return false;
}

const DIGITS = 1e6;
/** Below it the share of a number counts, and not its decimals. */
const SMALL = 1e-3;

function isSameNumber(a: NumberAnswer, b: NumberAnswer): boolean {
  if (unitsDiffer(a.unit, b.unit)) return false;
  if (isEqual(a.value, b.value)) return true;
  const [x, y] = [valueOf(a.value), valueOf(b.value)];
  if (x === undefined || y === undefined) return false;
  const isRounded = a.isDecimal || b.isDecimal;
  const isWithin = (share: number, one: number, other: number) =>
    Math.abs(one - other) <= share * Math.max(Math.abs(one), Math.abs(other));
  const isNear = (one: number, other: number) => {
    if (!isRounded) return isWithin(1e-12, one, other);
    // So many decimals of a small number say little or nothing of it.
    if (Math.min(Math.abs(one), Math.abs(other)) < SMALL) return isWithin(1 / DIGITS, one, other);
    return Math.round(one * DIGITS) === Math.round(other * DIGITS);
  };
  if (isRounded && isNear(x, y)) return true;
  if (a.isPercent === b.isPercent) return false;
  return isNear(a.isPercent ? x / 100 : x, b.isPercent ? y / 100 : y);
}

function isSameList(a: ListAnswer, b: ListAnswer): boolean {
  const isSet = ({ open }: ListAnswer) => open === '' || open === '{';
  if (isSet(a) && isSet(b)) return isSameSet(a.items, b.items);
  const isSameKind = a.open === b.open && a.close === b.close;
  const isTuple = ({ open, close }: ListAnswer) =>
    isSet({ open } as ListAnswer) || (open === '(' && close === ')');
  if (!isSameKind && !(isTuple(a) && isTuple(b))) return false;
  return isSameInOrder(a.items, b.items, isSame);
}

function isSameInOrder<T>(
  a: readonly T[],
  b: readonly T[],
  same: (a: T, b: T) => boolean,
): boolean {
  return a.length === b.length && a.every((item, i) => same(item, b[i]!));
}

/** Each of one has its own of the other; twice the same is once. */
function isSameSet(a: readonly Answer[], b: readonly Answer[]): boolean {
  const [left, right] = [distinct(a), distinct(b)];
  return (
    left.length === right.length && left.every(item => right.some(other => isSame(item, other)))
  );
}

function distinct(items: readonly Answer[]): Answer[] {
  const found: Answer[] = [];
  for (const item of items) if (!found.some(other => isSame(item, other))) found.push(item);
  return found;
}

function isSameInterval(relation: RelationAnswer, other: Answer): boolean {
  const interval = intervalOf(relation);
  return interval !== undefined && isSameRead(interval, other);
}

function isSameRelation(a: RelationAnswer, b: RelationAnswer): boolean {
  if (a.sides.length !== b.sides.length) return false;
  if (a.sides.length === 2) return isSameComparison(a, b);
  const turned: RelationAnswer = {
    kind: 'relation',
    sides: [...b.sides].reverse(),
    signs: b.signs.map(sign => FLIPPED[sign] ?? sign).reverse(),
  };
  return [b, turned].some(
    ({ sides, signs }) =>
      signs.every((sign, i) => sign === a.signs[i]) && isSameInOrder(a.sides, sides, isSame),
  );
}

/** Two sides: their difference is the same but for a factor, which turns an inequality where it is negative. */
function isSameComparison(a: RelationAnswer, b: RelationAnswer): boolean {
  const [sign, other] = [a.signs[0]!, b.signs[0]!];
  const [one, two] = [differenceOf(a), differenceOf(b)];
  if (!one || !two) return sign === other && isSameInOrder(a.sides, b.sides, isSame);
  if (one.top.size === 0 || two.top.size === 0)
    return sign === other && one.top.size === two.top.size;
  const factor = factorBetween(one, two);
  return factor !== undefined && sign === (factor.top < 0n ? FLIPPED[other] : other);
}

function differenceOf({ sides: [left, right] }: RelationAnswer) {
  if (left?.kind !== 'number' || right?.kind !== 'number') return undefined;
  return add(left.value, negate(right.value));
}
