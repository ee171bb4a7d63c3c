// A file's bytes, read synchronously: the thread that opens a graph does nothing else.
import { closeSync, readSync } from 'node:fs';
import type { ByteSource } from './byteSource';
import { POINTER_BYTES, refusePointer } from './gitLfs';
import { openRegularFile } from './regularFile';

export class FileSource implements ByteSource {
  readonly size: number;
  readonly modifiedMs: number;
  private readonly descriptor: number;

  /** Throws `FileError`, and `UserError` for a pointer of Git LFS, which is a text like others where `isText`. */
  constructor(path: string, isText = false) {
    const { descriptor, stats } = openRegularFile(path);
    this.descriptor = descriptor;
    this.size = stats.size;
    this.modifiedMs = stats.mtimeMs;
    try {
      if (!isText) refusePointer(path, this.read(0, POINTER_BYTES));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  read(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.size - offset)));
    let filled = 0;
    while (filled < bytes.length) {
      const read = readSync(this.descriptor, bytes, filled, bytes.length - filled, offset + filled);
      if (read === 0) break;
      filled += read;
    }
    return bytes.subarray(0, filled);
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

/** Opens the file for `work` and closes it after. */
export function withFile<T>(path: string, work: (file: FileSource) => T): T {
  const file = new FileSource(path);
  try {
    return work(file);
  } finally {
    file.close();
  }
}
