// UTF-8, the unit in which tokens are exact. A lone surrogate of a JavaScript string, which UTF-8 cannot represent,
// becomes U+FFFD (EF BF BD), as it does when such a string is saved to a file.
import { REPLACEMENT_CHARACTER } from './characters';

const encoder = new TextEncoder();

export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Undefined if the bytes are not valid UTF-8. A byte order mark at their start is not part of the text. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Bytes of the code point at `index`: 1 to 4; 3 for a lone surrogate. 4 means two UTF-16 units. */
export function utf8LengthAt(text: string, index: number): number {
  const unit = text.charCodeAt(index);
  if (unit < 0x80) return 1;
  if (unit < 0x800) return 2;
  if ((unit & 0xfc00) !== 0xd800) return 3;
  return (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00 ? 4 : 3;
}

/** Bytes of a code point; a lone surrogate has 3, as what it becomes. */
export function utf8LengthOf(code: number): number {
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

/** Bytes of the UTF-8 of text[from, to), which must not split a surrogate pair. */
export function utf8Length(text: string, from: number, to: number): number {
  let bytes = 0;
  for (let i = from; i < to; i++) {
    const length = utf8LengthAt(text, i);
    bytes += length;
    if (length === 4) i++;
  }
  return bytes;
}

/**
 * Writes the UTF-8 of text[from, to) to the start of `into`, which must hold 3 bytes per UTF-16 unit. Returns the
 * number of bytes. For short strings this is faster than TextEncoder.
 */
export function writeUtf8(text: string, from: number, to: number, into: Uint8Array): number {
  let at = 0;
  for (let i = from; i < to; i++) {
    let code = text.charCodeAt(i);
    if (code < 0x80) {
      into[at++] = code;
      continue;
    }
    if (code < 0x800) {
      into[at++] = 0xc0 | (code >> 6);
    } else {
      if ((code & 0xf800) === 0xd800) {
        const low = i + 1 < to && code < 0xdc00 ? text.charCodeAt(i + 1) : 0;
        if ((low & 0xfc00) === 0xdc00) {
          code = 0x10000 + ((code & 0x3ff) << 10) + (low & 0x3ff);
          i++;
          into[at++] = 0xf0 | (code >> 18);
          into[at++] = 0x80 | ((code >> 12) & 0x3f);
        } else {
          code = REPLACEMENT_CHARACTER;
          into[at++] = 0xef;
        }
      } else {
        into[at++] = 0xe0 | (code >> 12);
      }
      into[at++] = 0x80 | ((code >> 6) & 0x3f);
    }
    into[at++] = 0x80 | (code & 0x3f);
  }
  return at;
}

/**
 * Offset of the first byte that is invalid UTF-8 (Unicode 16, table 3-7), or -1. An incomplete sequence is reported at
 * its lead byte.
 */
export function firstInvalidUtf8(bytes: Uint8Array): number {
  const continues = (i: number) => (bytes[i]! & 0xc0) === 0x80;
  let i = 0;
  while (i < bytes.length) {
    const lead = bytes[i]!;
    if (lead < 0x80) {
      i++;
      continue;
    }
    if (lead < 0xc2 || lead > 0xf4) return i;
    const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (i + length > bytes.length) return i;
    const second = bytes[i + 1]!;
    // No overlong forms, no surrogates, nothing above U+10FFFF.
    const lowest = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    const highest = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    if (second < lowest || second > highest) return i;
    if (length > 2 && !continues(i + 2)) return i;
    if (length > 3 && !continues(i + 3)) return i;
    i += length;
  }
  return -1;
}
