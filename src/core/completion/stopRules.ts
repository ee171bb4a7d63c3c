// Where a completion may stop: at a line's end, and where it says again what is behind the cursor.
import type { ByteString } from '../exactBytes/byteString';

/** So many bytes that are not blank are never said twice. */
export const REPEATED_BYTES = 8;

/** Where the first line ends that is more than white space, its line end left out; -1 if it does not end. */
export function lineEnd(bytes: ByteString): number {
  const text = bytes.search(/[^ \t\r\n]/);
  if (text < 0) return -1;
  const end = bytes.indexOf('\n', text);
  return end > 0 && bytes[end - 1] === '\r' ? end - 1 : end;
}

/**
 * The places, ascending, from which on `bytes` is nothing but the beginning of `suffix`: what stands behind one of
 * them need not be inserted. Inside a character there is none.
 */
export function repeatsOf(bytes: ByteString, suffix: ByteString): number[] {
  const places: number[] = [];
  for (let at = Math.max(0, bytes.length - suffix.length); at < bytes.length; at++) {
    const isInside = (bytes.charCodeAt(at) & 0xc0) === 0x80;
    if (!isInside && suffix.startsWith(bytes.slice(at))) places.push(at);
  }
  return places;
}

/** Whether the end of `bytes` repeats `REPEATED_BYTES` or more of the suffix's beginning that are not blank. */
export function isMostlyRepeated(bytes: ByteString, suffix: ByteString): boolean {
  const [first] = repeatsOf(bytes, suffix);
  return (
    first !== undefined && bytes.slice(first).replace(/[ \t\r\n]/g, '').length >= REPEATED_BYTES
  );
}
