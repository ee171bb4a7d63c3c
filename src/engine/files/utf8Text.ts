// Bytes as text, exactly.
import { UserError } from '../../core/errors';
import { firstInvalidUtf8 } from '../../core/text/utf8';
import { binaryKindOf } from './fileKinds';

/**
 * The text with its byte order mark, which counts in a file's offsets. `offset`: of the bytes in the file `name`.
 * Throws `UserError` with what the file is, if its beginning says so, or the first byte that is not UTF-8.
 */
export function decodeText(name: string, bytes: Uint8Array, offset = 0): string {
  const bad = firstInvalidUtf8(bytes);
  if (bad < 0) return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const kind = offset === 0 ? binaryKindOf(bytes) : undefined;
  if (kind) throw new UserError(`${name} ${kind}.`);
  const byte = bytes[bad]!.toString(16).padStart(2, '0');
  throw new UserError(`${name} is not UTF-8: byte ${byte} at offset ${offset + bad}.`);
}
