// Long texts of an Inspect sample are stored once, under their hashes, and referred to.
import { isObject } from '../../json';
import type { TraceRow } from './rawTrace';

const SCHEME = 'attachment://';
/** How often all attachments together may be repeated: what is more is made to fill the memory. */
const MOST_REPEATS = 4;
/** In UTF-16: short attachments may be repeated more often. */
const ALWAYS_ALLOWED = 1 << 24;

/**
 * The value with the texts in place of what refers to them; an attachment that refers to another one is a text as it is.
 * Undefined if it becomes too long.
 */
export function resolveAttachments(value: unknown, attachments: TraceRow): unknown {
  const lengths = Object.values(attachments).map(lengthOf);
  let left = MOST_REPEATS * lengths.reduce((sum, each) => sum + each, 0) + ALWAYS_ALLOWED;
  const resolve = (each: unknown): unknown => {
    if (typeof each === 'string' && each.startsWith(SCHEME)) {
      const name = each.slice(SCHEME.length);
      const text = Object.hasOwn(attachments, name) ? attachments[name] : undefined;
      if (typeof text !== 'string') return each;
      left -= text.length;
      return left < 0 ? '' : text;
    }
    if (Array.isArray(each)) return each.map(resolve);
    if (!isObject(each)) return each;
    return Object.fromEntries(Object.entries(each).map(([key, own]) => [key, resolve(own)]));
  };
  const resolved = resolve(value);
  return left < 0 ? undefined : resolved;
}

function lengthOf(text: unknown): number {
  return typeof text === 'string' ? text.length : 0;
}
