// Where a completion may stop: at the end of a line, and where it repeats the text after the cursor.
import type { ByteString } from '../exactBytes/byteString';

/** A repetition of this many non-space bytes is never inserted. */
export const REPEATED_BYTES = 8;

/** The end of the first line that is not only white space, without its line break; -1 if it does not end. */
export function lineEnd(bytes: ByteString): number {
  const text = bytes.search(/[^ \t\r\n]/);
  if (text < 0) return -1;
  const end = bytes.indexOf('\n', text);
  return end > 0 && bytes[end - 1] === '\r' ? end - 1 : end;
}

/**
 * The offsets, ascending, from which `bytes` is only a repetition of the beginning of `suffix`; the rest after any of
 * them need not be inserted. Offsets inside a character are left out.
 */
export function repeatsOf(bytes: ByteString, suffix: ByteString): number[] {
  const places: number[] = [];
  for (let at = Math.max(0, bytes.length - suffix.length); at < bytes.length; at++) {
    const isInside = (bytes.charCodeAt(at) & 0xc0) === 0x80;
    if (!isInside && suffix.startsWith(bytes.slice(at))) places.push(at);
  }
  return places;
}

/** Whether the end of `bytes` repeats at least `REPEATED_BYTES` non-space bytes of the beginning of `suffix`. */
export function isMostlyRepeated(bytes: ByteString, suffix: ByteString): boolean {
  const [first] = repeatsOf(bytes, suffix);
  return (
    first !== undefined && bytes.slice(first).replace(/[ \t\r\n]/g, '').length >= REPEATED_BYTES
  );
}

/** Whether `bytes` has no letters, digits or other characters of words. */
export function isPunctuation(bytes: ByteString): boolean {
  return !/[\w\x80-\xff]/.test(bytes.replace(/<\/[\w.:-]*>/g, ''));
}
