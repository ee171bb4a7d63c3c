// The lines of a file that may be longer than a string can be.
import { constants } from 'node:buffer';
import { UserError } from '../../core/errors';
import type { Line } from '../../core/traces/rows/lines';
import type { ByteSource } from './byteSource';
import { decodeText } from './utf8Text';

/** Bytes that are read at once. */
const CHUNK = 1 << 24;
const LINE_FEED = 0x0a;

/** The file `name`, decoded line by line. Throws `UserError` for a line that is not UTF-8 or too long for a string. */
export function* sourceLines(
  name: string,
  source: ByteSource,
  chunkBytes = CHUNK,
): Generator<Line> {
  let number = 1;
  let utf16Start = 0;
  /** The beginning of a line that goes on in the next chunk. */
  let begun: Uint8Array[] = [];
  let begunBytes = 0;
  const lineOf = (end: Uint8Array, endOffset: number): Line => {
    const length = begunBytes + end.length;
    const bytes = begun.length === 0 ? end : Buffer.concat([...begun, end], length);
    const text = decodeText(name, bytes, endOffset - length);
    [begun, begunBytes] = [[], 0];
    const line = { number, text, utf16Start };
    number++;
    utf16Start += text.length + 1;
    return line;
  };
  for (let offset = 0; offset < source.size; offset += chunkBytes) {
    const chunk = source.read(offset, chunkBytes);
    let start = 0;
    for (let feed = chunk.indexOf(LINE_FEED); feed >= 0; feed = chunk.indexOf(LINE_FEED, start)) {
      yield lineOf(chunk.subarray(start, feed), offset + feed);
      start = feed + 1;
    }
    begun.push(chunk.subarray(start));
    begunBytes += chunk.length - start;
    if (begunBytes > constants.MAX_STRING_LENGTH) {
      throw new UserError(
        `Line ${number} of ${name} has more than ${constants.MAX_STRING_LENGTH >> 20} MB, more than the limit for one text. Write one row per line.`,
      );
    }
  }
  yield lineOf(new Uint8Array(), source.size);
}
