// Shapes of arrays, as files state them.

/** Undefined if it is not the shape of an array: whole numbers, whose product is one too. */
export function shapeOf(value: unknown): number[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const isShape = value.every(dim => Number.isSafeInteger(dim) && dim >= 0);
  return isShape && Number.isSafeInteger(elementCount(value)) ? value : undefined;
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}
