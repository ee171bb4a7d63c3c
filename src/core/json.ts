// Values that JSON.parse returns, which are not yet known to have any shape.

export type Json = Record<string, unknown>;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects of a list; none if it is not a list. */
export function asObjects(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function asString(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** The fields that are not undefined, for objects with optional properties. */
export function definedFields<T extends object>(
  fields: T,
): {
  [K in keyof T]?: Exclude<T[K], undefined>;
} {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** A value for use in a message: JSON, truncated to `most` characters. */
export function quote(value: unknown, most = 60): string {
  const text = textOf(value) ?? 'missing';
  return text.length > most ? `${text.slice(0, most - 3)}...` : text;
}

/** A name from a file for use in a message: whole where it is one that people give. */
export function quoteName(name: string): string {
  return quote(name, 200);
}

/** A name or a number as a text; anything else as `quote` has it: what a file holds need not have a `toString`. */
export function nameOf(value: unknown): string {
  return typeof value === 'string' ? value : quote(value);
}

/** Undefined for undefined. */
function textOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // The only way to run out of stack here.
    if (error instanceof RangeError) return 'nested too deeply to be shown';
    throw error;
  }
}

/** Whether a value has more levels of lists and objects than `most`. */
export function isNestedDeeper(value: unknown, most: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (most === 0) return true;
  if (!Array.isArray(value))
    return Object.values(value).some(each => isNestedDeeper(each, most - 1));
  // The merges of a large tokenizer are half a million lists: no closure for each.
  for (const each of value) if (isNestedDeeper(each, most - 1)) return true;
  return false;
}
