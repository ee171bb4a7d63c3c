// What failed requests say of themselves.

/** `fetch` itself says "fetch failed" alone. */
export function networkReason(error: unknown): string {
  const { message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  return cause?.message || cause?.code || message;
}

/** Milliseconds of a header `retry-after`, which is a number of seconds or a date. */
export function retryAfter(value: string | null): number | undefined {
  if (value === null) return undefined;
  const seconds = Number(value);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - Date.now();
  return ms >= 0 ? ms : undefined;
}
