// A text of any length in parts, of which no more than one is held.
import { decodeText } from './utf8Text';
import type { ByteSource } from './byteSource';

const PART_BYTES = 1 << 16;

/**
 * The text of a source, cut between characters, with its byte order mark. Throws `UserError` at the first byte that is
 * not UTF-8; `name`: what the source is called.
 */
export function* textParts(
  name: string,
  source: ByteSource,
  partBytes = PART_BYTES,
): Generator<string> {
  for (let at = 0; at < source.size;) {
    const bytes = source.read(at, partBytes);
    // The file has become shorter.
    if (bytes.length === 0) return;
    const isLast = at + bytes.length >= source.size;
    const whole = isLast ? bytes : bytes.subarray(0, wholeCharacters(bytes));
    yield decodeText(name, whole, at);
    at += whole.length;
  }
}

/** The length without a character at the end that may go on: at least one byte, so that what is no character is reported. */
function wholeCharacters(bytes: Uint8Array): number {
  const most = Math.min(3, bytes.length - 1);
  for (let back = 1; back <= most; back++) {
    const byte = bytes[bytes.length - back]!;
    const isContinuation = (byte & 0xc0) === 0x80;
    if (isContinuation) continue;
    const length = byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
