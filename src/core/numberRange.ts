// The numbers that an option or an input takes, and how they are said.

export interface NumberRange {
  readonly min: number;
  readonly max: number;
  /** Whether `min` or `max` itself is refused. */
  readonly isOpen?: 'min' | 'max';
}

export function isWithin(value: number, { min, max, isOpen }: NumberRange): boolean {
  if ((isOpen === 'min' && value === min) || (isOpen === 'max' && value === max)) return false;
  return value >= min && value <= max;
}

/** For example 'from 0 to 1000'. */
export function rangeWords({ min, max, isOpen }: NumberRange): string {
  if (isOpen === 'min') return `above ${min} and up to ${max}`;
  if (isOpen === 'max') return `from ${min} to below ${max}`;
  return max < Number.MAX_SAFE_INTEGER ? `from ${min} to ${max}` : `of at least ${min}`;
}
