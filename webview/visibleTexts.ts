// What the page is sent, with all that is hidden in its texts spelled: names, labels and messages are those of others.
import { showHidden } from '../src/core/showHidden';

/** Sent back as they came. */
const ADDRESSES = new Set(['uri', 'source']);

/** The same value with visible texts. Typed arrays, such as the bytes of tokens, stay as they are. */
export function visibleTexts<T>(value: T): T {
  return visible(value) as T;
}

function visible(value: unknown): unknown {
  if (typeof value === 'string') return showHidden(value);
  if (Array.isArray(value)) return value.map(visible);
  if (value === null || typeof value !== 'object') return value;
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  const entries = Object.entries(value).map(([key, each]) => [
    key,
    ADDRESSES.has(key) ? each : visible(each),
  ]);
  return Object.fromEntries(entries);
}
