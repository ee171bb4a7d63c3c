// An answer as it was read.
import type { Exact } from './exact';
import { Unreadable } from './fraction';

export type Answer = NumberAnswer | ListAnswer | RelationAnswer | OtherAnswer;

export interface NumberAnswer {
  readonly kind: 'number';
  readonly value: Exact;
  /** Whether it is one decimal number, which may be rounded. */
  readonly isDecimal: boolean;
  readonly isPercent: boolean;
  readonly unit: string;
}

/** A tuple, an interval, or a set. Both brackets are '' for a list without them. */
export interface ListAnswer {
  readonly kind: 'list';
  readonly open: string;
  readonly close: string;
  readonly items: readonly Answer[];
}

/** Equations and inequalities, also chains of them: `signs[i]` stands after `sides[i]`. */
export interface RelationAnswer {
  readonly kind: 'relation';
  readonly sides: readonly Answer[];
  readonly signs: readonly string[];
}

export type OtherAnswer =
  | { readonly kind: 'union'; readonly parts: readonly Answer[] }
  | { readonly kind: 'matrix'; readonly rows: readonly (readonly Answer[])[] }
  | { readonly kind: 'text'; readonly text: string };

export function numberAnswer(value: Exact): NumberAnswer {
  return { kind: 'number', value, isDecimal: false, isPercent: false, unit: '' };
}

/** Throws `Unreadable` for an answer that is not a number. */
export function exactIn(answer: Answer): Exact {
  if (answer.kind !== 'number') throw new Unreadable('not a number');
  return answer.value;
}

/** One item is that item, whatever the brackets. */
export function listAnswer(items: readonly Answer[], open: string, close: string): Answer {
  return items.length === 1 ? items[0]! : { kind: 'list', open, close, items };
}
