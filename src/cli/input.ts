// Reads the text that a command is about: a file or standard input, as exact UTF-8.
import { readFile } from 'node:fs/promises';
import { firstInvalidUtf8 } from '../core/text/utf8';
import { UserError } from '../core/errors';

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
export function readBytes(file: string): Promise<Uint8Array> {
  return file === '-' ? readStandardInput() : readFromDisk(file);
}

async function readFromDisk(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new UserError(`File not found: ${file}`);
    if (code === 'EISDIR') throw new UserError(`${file} is a folder; a file is needed.`);
    throw new UserError(`Cannot read ${file}: ${message}`);
  }
}

async function readStandardInput(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}
