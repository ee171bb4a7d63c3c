// Reads zip archives: the entries of the central directory, then any of them by itself. Field offsets are those of
// PKWARE's APPNOTE.TXT 6.3.10. Archives beyond 4 GB (zip64) are read; encrypted and split ones are not.
import { inflateRawSync } from 'node:zlib';
import { Decompress } from 'fzstd';
import type { ByteSource } from './byteSource';

export interface ZipEntry {
  readonly name: string;
  /** 0 stored, 8 deflate, 93 zstd. */
  readonly method: number;
  readonly packedSize: number;
  readonly size: number;
  /** Of its local header. */
  readonly offset: number;
}

/** What is wrong with an archive or an entry, in words that follow its name. */
export class ZipError extends Error {
  override readonly name = 'ZipError';
}

/** The end of an archive is missing. */
export class NoDirectoryError extends ZipError {}

export const LOCAL_HEADER = 0x04034b50;
const DIRECTORY_ENTRY = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;
const ZIP64_END_OF_DIRECTORY = 0x06064b50;
const ZIP64_LOCATOR = 0x07064b50;
/** Stands for a number that is in a zip64 field. */
const IN_ZIP64 = 0xffffffff;
/** The end of the directory without its comment, and the longest comment. */
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 0xffff;

/**
 * In the order of the directory; of entries with one name the last, as Python reads them. Throws `ZipError` if there is
 * no whole directory.
 */
export function readZipEntries(source: ByteSource): ZipEntry[] {
  const { offset, size } = findDirectory(source);
  const directory = readBytes(source, offset, size);
  if (directory.length < size) throw new ZipError('its directory is truncated');
  const entries = new Map<string, ZipEntry>();
  for (let at = 0; at + 46 <= size && directory.readUInt32LE(at) === DIRECTORY_ENTRY;) {
    const nameEnd = at + 46 + directory.readUInt16LE(at + 28);
    const extraEnd = nameEnd + directory.readUInt16LE(at + 30);
    const sizes = {
      size: directory.readUInt32LE(at + 24),
      packedSize: directory.readUInt32LE(at + 20),
      offset: directory.readUInt32LE(at + 42),
    };
    const name = directory.toString('utf8', at + 46, nameEnd);
    entries.set(name, {
      name,
      method: directory.readUInt16LE(at + 10),
      ...withZip64(sizes, directory.subarray(nameEnd, extraEnd)),
    });
    at = extraEnd + directory.readUInt16LE(at + 32);
  }
  return [...entries.values()];
}

/** An entry's content, `entry.size` bytes. Throws `ZipError` if it is damaged, or packed by a method that is not read. */
export function readZipEntry(source: ByteSource, entry: ZipEntry): Uint8Array {
  const { offset, packedSize, method, size } = entry;
  const header = readBytes(source, offset, 30);
  if (header.length < 30 || header.readUInt32LE(0) !== LOCAL_HEADER)
    throw new ZipError('its content is not where the directory says');
  if (header.readUInt16LE(6) & 1) throw new ZipError('it is encrypted');
  const start = offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  const packed = source.read(start, packedSize);
  if (packed.length < packedSize) throw new ZipError('it is truncated');
  const unpack = METHODS[method];
  const most = mostUnpacked(packedSize);
  if (size > most) {
    const [has, limit] = [size, most].map(bytes => `${Math.ceil(bytes / 2 ** 20)} MB`);
    throw new ZipError(`it unpacks to ${has} by its directory, and at most ${limit} are read`);
  }
  if (!unpack) throw new ZipError(`it is packed by method ${method}, which is not read`);
  const content = unpack(packed, size);
  if (content.length !== size)
    throw new ZipError(`it has ${content.length} bytes where the directory says ${size}`);
  return content;
}

/** What no log or array is packed by, and how much is read all the same. */
const MOST_RATIO = 200;
const ALWAYS_READ = 64 << 20;

/** Bytes that so many may unpack to: more is made to fill the memory. */
export function mostUnpacked(packedSize: number): number {
  return Math.max(ALWAYS_READ, MOST_RATIO * packedSize);
}

/** Each throws `ZipError`, and stops when the content becomes longer than `size`. */
const METHODS: Record<number, (packed: Uint8Array, size: number) => Uint8Array> = {
  0: packed => packed,
  8: inflate,
  93: unpackZstd,
};

function inflate(packed: Uint8Array, size: number): Uint8Array {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, size) });
  } catch (error) {
    throw new ZipError(`it cannot be inflated (${(error as Error).message})`);
  }
}

/** Method 93, which Inspect writes since 0.3.206. */
function unpackZstd(packed: Uint8Array, size: number): Uint8Array {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const stream = new Decompress(chunk => {
    length += chunk.length;
    if (length > size) throw new Error(`more than ${size} bytes`);
    chunks.push(Uint8Array.from(chunk));
  });
  try {
    stream.push(packed, true);
  } catch (error) {
    throw new ZipError(`it is not a complete zstd frame (${(error as Error).message})`);
  }
  return Buffer.concat(chunks);
}

/** The last record of that kind: only an archive's comment may follow it. */
function findDirectory(source: ByteSource): { offset: number; size: number } {
  const tailStart = Math.max(0, source.size - END_BYTES - MAX_COMMENT_BYTES);
  const tail = readBytes(source, tailStart, source.size - tailStart);
  let at = tail.length - END_BYTES;
  while (at >= 0 && tail.readUInt32LE(at) !== END_OF_DIRECTORY) at--;
  if (at < 0) throw new NoDirectoryError('it has no directory at its end');
  const size = tail.readUInt32LE(at + 12);
  const offset = tail.readUInt32LE(at + 16);
  const locator = readBytes(source, tailStart + at - 20, 20);
  if (locator.length < 20 || locator.readUInt32LE(0) !== ZIP64_LOCATOR) return { offset, size };
  const end = readBytes(source, Number(locator.readBigUInt64LE(8)), 56);
  if (end.length < 56 || end.readUInt32LE(0) !== ZIP64_END_OF_DIRECTORY)
    throw new ZipError('its zip64 directory is not where its end says');
  return { size: Number(end.readBigUInt64LE(40)), offset: Number(end.readBigUInt64LE(48)) };
}

export type Sizes = Pick<ZipEntry, 'size' | 'packedSize' | 'offset'>;

/** The numbers of an entry; those that its extra field 1 holds instead are there in this order. */
export function withZip64(sizes: Sizes, extra: Buffer): Sizes {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    let next = at + 4;
    const full = (value: number) => {
      if (value !== IN_ZIP64 || next + 8 > extra.length) return value;
      next += 8;
      return Number(extra.readBigUInt64LE(next - 8));
    };
    const size = full(sizes.size);
    const packedSize = full(sizes.packedSize);
    return { size, packedSize, offset: full(sizes.offset) };
  }
  return sizes;
}

export function readBytes(source: ByteSource, offset: number, length: number): Buffer {
  if (offset < 0) return Buffer.alloc(0);
  const bytes = source.read(offset, length);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
