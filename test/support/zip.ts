// A zip archive, made by hand: methods, sizes and zip64 fields that zip libraries do not write.
export interface ZipParts {
  readonly name: string;
  readonly method: number;
  readonly packed: Uint8Array;
  /** What the directory claims. */
  readonly size: number;
  /** Keeps sizes and offsets in zip64 fields only. */
  readonly zip64?: boolean;
}

export function zipOf(...entries: readonly ZipParts[]): Buffer {
  const zip64 = entries.some(each => each.zip64);
  let offset = 0;
  const parts = entries.map(parts => {
    const at = offset;
    const content = localOf(parts);
    offset += content.length;
    return { content, entry: entryOf(parts, at) };
  });
  const directory = Buffer.concat(parts.map(({ entry }) => entry));
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(zip64 ? 0xffffffff : directory.length, 12);
  end.writeUInt32LE(zip64 ? 0xffffffff : offset, 16);
  const zip64End = zip64 ? zip64EndOf(directory.length, offset) : Buffer.alloc(0);
  return Buffer.concat([...parts.map(({ content }) => content), directory, zip64End, end]);
}

function localOf({ name, method, packed }: ZipParts): Buffer {
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(method, 8);
  local.writeUInt16LE(name.length, 26);
  return Buffer.concat([local, Buffer.from(name), packed]);
}

function entryOf({ name, method, packed, size, zip64 = false }: ZipParts, offset: number): Buffer {
  const extra = zip64 ? zip64Field(size, packed.length, offset) : Buffer.alloc(0);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(method, 10);
  entry.writeUInt32LE(zip64 ? 0xffffffff : packed.length, 20);
  entry.writeUInt32LE(zip64 ? 0xffffffff : size, 24);
  entry.writeUInt16LE(name.length, 28);
  entry.writeUInt16LE(extra.length, 30);
  entry.writeUInt32LE(zip64 ? 0xffffffff : offset, 42);
  return Buffer.concat([entry, Buffer.from(name), extra]);
}

function zip64Field(...values: number[]): Buffer {
  const field = Buffer.alloc(4 + 8 * values.length);
  field.writeUInt16LE(1, 0);
  field.writeUInt16LE(8 * values.length, 2);
  values.forEach((value, i) => field.writeBigUInt64LE(BigInt(value), 4 + 8 * i));
  return field;
}

/** The zip64 end of the directory and its locator. */
function zip64EndOf(directoryBytes: number, directoryStart: number): Buffer {
  const end = Buffer.alloc(56);
  end.writeUInt32LE(0x06064b50, 0);
  end.writeBigUInt64LE(BigInt(directoryBytes), 40);
  end.writeBigUInt64LE(BigInt(directoryStart), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(directoryStart + directoryBytes), 8);
  return Buffer.concat([end, locator]);
}
