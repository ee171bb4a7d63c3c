// Reads the text that a command is about: a file or standard input, as exact UTF-8.
import { UserError } from '../core/errors';
import { reasonOf } from '../core/fileReason';
import { bytesSource, type ByteSource } from '../engine/files/byteSource';
import { FileSource } from '../engine/files/fileSource';
import { FileError, readRegularFile, TEXT_BYTES } from '../engine/files/regularFile';
import { textParts } from '../engine/files/textParts';
import { decodeText } from '../engine/files/utf8Text';
import { readingBytes, withProgress } from './progressLine';

/** The text with its BOM, which counts in a file's byte offsets. Throws `UserError`. */
export async function readText(file: string): Promise<string> {
  return decodeText(inputName(file), await readBytes(file));
}

/** A text of any length, which is not held in memory; standard input is, as bytes. Throws `UserError`. */
export async function withText(
  file: string,
  work: (text: TextInput) => Promise<void>,
): Promise<void> {
  const name = inputName(file);
  const run = async (source: ByteSource) => {
    const parts = () => textParts(name, source);
    // What is no text is refused before anything is done with its beginning.
    await withProgress(readingBytes, async report => {
      let read = 0;
      for (const part of parts()) report((read += part.length), source.size);
    });
    await work({ bytes: source.size, parts });
  };
  if (file === '-') return run(bytesSource(await readStandardInput()));
  const source = opened(() => new FileSource(file, true));
  try {
    // Files of /proc say 0.
    await run(source.size > 0 ? source : bytesSource(readRegularFile(file)));
  } finally {
    source.close();
  }
}

export interface TextInput {
  readonly bytes: number;
  /** The text with its byte order mark, cut between characters; each time from its beginning. */
  parts(): Iterable<string>;
}

/** What the input is called at the beginning of a message. */
export function inputName(file: string): string {
  return file === '-' ? 'Standard input' : file;
}

/** Throws `UserError`. */
export async function readBytes(file: string): Promise<Uint8Array> {
  return file === '-' ? readStandardInput() : opened(() => readRegularFile(file));
}

/** A file is not held in memory. Throws `UserError`. */
export async function withSource(
  file: string,
  work: (source: ByteSource) => Promise<void>,
): Promise<void> {
  if (file === '-') return work(bytesSource(await readStandardInput()));
  const source = opened(() => new FileSource(file));
  try {
    await work(source);
  } finally {
    source.close();
  }
}

function opened<T>(open: () => T): T {
  try {
    return open();
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
