// Opens and reads files that others made. Only regular files are read: a pipe would be waited for, and a device may have
// no end. How much is read is limited by what the caller can use.
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { UserError } from '../../core/errors';
import { reasonOf } from '../../core/fileReason';
import { refusePointer } from './gitLfs';

/** No string of JavaScript holds more characters, and a character has at least one byte. */
export const TEXT_BYTES = 0x1fffffe8;

/** A regular file's `readSync` asks for so much at once. */
const PART_BYTES = 1 << 20;

/** A file cannot be read. */
export class FileError extends UserError {
  override readonly name = 'FileError';

  constructor(
    path: string,
    readonly kind: 'missing' | 'folder' | 'special' | 'large' | 'other',
    /** What follows "cannot be read: ". */
    readonly reason: string,
  ) {
    super(kind === 'missing' ? `File not found: ${path}` : `Cannot read ${path}: ${reason}.`);
  }
}

/** A descriptor that the caller closes, and what it is of. Throws `FileError`. */
export function openRegularFile(path: string): { descriptor: number; stats: Stats } {
  // Without the flag, opening a pipe waits until somebody writes into it.
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
  const descriptor = attempt(path, () => openSync(path, flags));
  try {
    const stats = fstatSync(descriptor);
    checkKind(path, stats);
    return { descriptor, stats };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** All of a file. Throws `FileError`. */
export function readRegularFile(path: string, most = TEXT_BYTES): Buffer {
  const { descriptor, stats } = openRegularFile(path);
  try {
    checkSize(path, stats.size, most);
    const parts: Buffer[] = [];
    let length = 0;
    for (;;) {
      // The size is of the moment when it was asked for; files of /proc say 0.
      const part = Buffer.allocUnsafe(Math.max(PART_BYTES, stats.size - length));
      const read = attempt(path, () => readSync(descriptor, part));
      if (read === 0) return parts.length === 1 ? parts[0]! : Buffer.concat(parts, length);
      length += read;
      checkSize(path, length, most);
      parts.push(part.subarray(0, read));
    }
  } finally {
    closeSync(descriptor);
  }
}

/** All of a file that a model or an autoencoder consists of. Throws `FileError`, and `UserError` for a pointer of Git LFS. */
export function readPart(path: string, most?: number): Buffer {
  const bytes = readRegularFile(path, most);
  refusePointer(path, bytes);
  return bytes;
}

/** The same, or undefined where there is no such file. */
export function readPartIfThere(path: string, most?: number): Buffer | undefined {
  try {
    return readPart(path, most);
  } catch (error) {
    if (error instanceof FileError && error.kind === 'missing') return undefined;
    throw error;
  }
}

function checkKind(path: string, stats: Stats): void {
  if (stats.isFile()) return;
  if (stats.isDirectory()) throw folderError(path);
  throw specialError(path);
}

function checkSize(path: string, size: number, most: number): void {
  if (size <= most) return;
  const [has, limit] = [size, most].map(bytes => `${Math.ceil(bytes / 2 ** 20)} MB`);
  throw new FileError(path, 'large', `it has ${has}; the limit is ${limit}`);
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new FileError(path, 'missing', 'not found');
    if (code === 'EISDIR') throw folderError(path);
    // A socket, or a device that is not there.
    if (code === 'ENXIO') throw specialError(path);
    throw new FileError(path, 'other', reasonOf(error));
  }
}

function folderError(path: string): FileError {
  return new FileError(path, 'folder', 'it is a folder, not a file');
}

function specialError(path: string): FileError {
  return new FileError(path, 'special', 'it is a pipe or a device, not a regular file');
}
