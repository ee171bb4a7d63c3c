// Reads the text that a command is about: a file or standard input, as exact UTF-8.
import { firstInvalidUtf8 } from '../core/text/utf8';
import { UserError } from '../core/errors';
import { FileError, readRegularFile, reasonOf, TEXT_BYTES } from '../engine/files/regularFile';

/** The text with its BOM, which counts in a file's byte offsets. Throws `UserError`. */
export async function readText(file: string): Promise<string> {
  const bytes = await readBytes(file);
  const bad = firstInvalidUtf8(bytes);
  if (bad >= 0) {
    const byte = bytes[bad]!.toString(16).padStart(2, '0');
    throw new UserError(
      `${file === '-' ? 'Standard input' : file} is not UTF-8: byte ${byte} at offset ${bad}.`,
    );
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

/** Throws `UserError`. */
export async function readBytes(file: string): Promise<Uint8Array> {
  if (file === '-') return readStandardInput();
  try {
    return readRegularFile(file);
  } catch (error) {
    if (!(error instanceof FileError) || error.kind !== 'special') throw error;
    throw new UserError(`${error.message} Send it to standard input, and write - in its place.`);
  }
}

async function readStandardInput(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > TEXT_BYTES) break;
    }
  } catch (error) {
    throw new UserError(`Cannot read standard input: ${reasonOf(error)}.`);
  }
  if (length <= TEXT_BYTES) return Buffer.concat(chunks);
  throw new UserError(
    `Cannot read standard input: at most ${Math.ceil(TEXT_BYTES / 2 ** 20)} MB are read.`,
  );
}
