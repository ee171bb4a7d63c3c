// The entries of a zip archive whose end is missing, and with it the directory: by the headers before each entry.
import { inflateRawSync } from 'node:zlib';
import type { ByteSource } from './byteSource';
import { LOCAL_HEADER, mostUnpacked, readBytes, withZip64, type ZipEntry } from './zip';

const HEADER_BYTES = 30;
const DESCRIPTOR = 0x08074b50;
/** Bit 3 of the flags: the sizes are in a descriptor after the content. */
const SIZES_FOLLOW = 8;
/** An entry of unknown size is looked for in so many bytes, and then in twice as many. */
const FIRST_PART = 1 << 12;

export interface CutZip {
  /** Those that are whole; of entries with one name the last. */
  readonly entries: readonly ZipEntry[];
  /** The name of the entry in which the archive ends, if it is there. */
  readonly cut: string | undefined;
}

export function readCutZip(source: ByteSource): CutZip {
  const entries = new Map<string, ZipEntry>();
  for (let offset = 0; ;) {
    const header = readBytes(source, offset, HEADER_BYTES);
    if (header.length < HEADER_BYTES || header.readUInt32LE(0) !== LOCAL_HEADER) break;
    const nameLength = header.readUInt16LE(26);
    const extraLength = header.readUInt16LE(28);
    const rest = readBytes(source, offset + HEADER_BYTES, nameLength + extraLength);
    const name = rest.toString('utf8', 0, nameLength);
    const start = offset + HEADER_BYTES + nameLength + extraLength;
    const told = withZip64(
      { size: header.readUInt32LE(22), packedSize: header.readUInt32LE(18), offset },
      rest.subarray(nameLength),
    );
    const method = header.readUInt16LE(8);
    const follows = (header.readUInt16LE(6) & SIZES_FOLLOW) !== 0 && told.packedSize === 0;
    const sizes = follows ? inflatedSizes(source, start, method) : told;
    if (!sizes || start + sizes.packedSize > source.size)
      return { entries: [...entries.values()], cut: name };
    entries.set(name, { name, method, ...sizes, offset });
    offset =
      start + sizes.packedSize + (follows ? descriptorLength(source, start + sizes.packedSize) : 0);
  }
  return { entries: [...entries.values()], cut: undefined };
}

/** Of a deflated entry, which says itself where it ends. Undefined if it does not, or is packed by another method. */
function inflatedSizes(source: ByteSource, start: number, method: number) {
  if (method !== 8) return undefined;
  for (let length = FIRST_PART; ; length *= 2) {
    const packed = source.read(start, length);
    try {
      // With `info` the answer has the engine, which knows how much it took; the types do not say so.
      const { buffer, engine } = inflateRawSync(packed, {
        info: true,
        maxOutputLength: mostUnpacked(packed.length),
      }) as unknown as { buffer: Uint8Array; engine: { bytesWritten: number } };
      return { size: buffer.length, packedSize: engine.bytesWritten };
    } catch (error) {
      const isCut = (error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR';
      if (!isCut || start + length >= source.size) return undefined;
    }
  }
}

/** The signature is optional, and the sizes are longer in zip64: what follows tells. */
function descriptorLength(source: ByteSource, at: number): number {
  const bytes = readBytes(source, at, 28);
  const signature = bytes.length >= 4 && bytes.readUInt32LE(0) === DESCRIPTOR ? 4 : 0;
  const isNext = (length: number) =>
    bytes.length >= length + 4 && bytes.readUInt32LE(length) === LOCAL_HEADER;
  return signature + (isNext(signature + 20) ? 20 : 12);
}
