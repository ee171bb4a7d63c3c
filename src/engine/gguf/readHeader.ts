// Reads what stands before the weights in a GGUF file: metadata, and where each tensor is. Nothing of the weights is
// read, and no count or length of the file is believed before the file is known to hold as much.
// The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
import { UserError } from '../../core/errors';
import { quote } from '../../core/json';
import type { ByteSource } from '../files/byteSource';
import { Metadata, type GgufValue, type ScalarType } from './metadata';
import { nameOfOther, TENSOR_TYPES, type TensorType } from './tensorTypes';
import { ValueReader } from './valueReader';

const MAGIC = 'GGUF';
const VERSIONS = [2, 3];
/** Files with the most have a tenth of it. */
const MOST_KEYS = 1 << 16;
const MOST_TENSORS = 1 << 17;
/** Of all lists of a file together: vocabularies have half a million merges. */
const MOST_ELEMENTS = 1 << 23;
const LONGEST_NAME = 1 << 16;
const MOST_DIMENSIONS = 4;
const MOST_LEVELS = 4;
const MOST_ALIGNMENT = 1 << 16;
const ALIGNMENT = 32;

const VALUE_TYPES: readonly (ScalarType | 'list')[] = [
  'u8',
  'i8',
  'u16',
  'i16',
  'u32',
  'i32',
  'f32',
  'bool',
  'string',
  'list',
  'u64',
  'i64',
  'f64',
];
/** By type; a string and a list have at least the length before them. */
const BYTES = {
  u8: 1,
  i8: 1,
  u16: 2,
  i16: 2,
  u32: 4,
  i32: 4,
  f32: 4,
  bool: 1,
  u64: 8,
  i64: 8,
  f64: 8,
};
const LEAST_BYTES = { ...BYTES, string: 8, list: 12 };

export interface GgufTensor {
  readonly name: string;
  readonly type: TensorType;
  /** The slowest dimension first: [rows, columns] of a matrix. */
  readonly shape: readonly number[];
  /** Of its first byte in the file. */
  readonly offset: number;
  readonly bytes: number;
}

export interface GgufHeader {
  readonly version: number;
  readonly metadata: Metadata;
  /** In the order of the file. */
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

/** Whether a file that begins with these bytes is a GGUF file, whatever its name. */
export function isGguf(begin: Uint8Array): boolean {
  return new TextDecoder('latin1').decode(begin.subarray(0, MAGIC.length)) === MAGIC;
}

/** `name` is for messages. Throws `UserError` in one line. */
export function readGgufHeader(source: ByteSource, name: string): GgufHeader {
  const reader = new ValueReader(source, name);
  if (!isGguf(source.read(0, MAGIC.length)))
    throw new UserError(`${name} is not a GGUF file: it does not begin with "${MAGIC}".`);
  reader.at = MAGIC.length;
  const version = reader.u32('the version');
  checkVersion(name, version);
  const tensorCount = countOf(reader, 'tensors', MOST_TENSORS);
  const keyCount = countOf(reader, 'keys', MOST_KEYS);
  const metadata = new Metadata(source, name, readValues(reader, keyCount));
  const infos = readInfos(reader, tensorCount);
  return { version, metadata, tensors: placed(infos, reader, metadata) };
}

function checkVersion(name: string, version: number): void {
  if (VERSIONS.includes(version)) return;
  const swapped = new DataView(new ArrayBuffer(4));
  swapped.setUint32(0, version, true);
  if (VERSIONS.includes(swapped.getUint32(0)))
    throw new UserError(
      `${name} is a big-endian GGUF file, which is not read: get the little-endian one.`,
    );
  throw new UserError(
    `${name} is of version ${version} of GGUF, and versions ${VERSIONS.join(' and ')} are read: get a newer file.`,
  );
}

function countOf(reader: ValueReader, what: string, most: number): number {
  const count = reader.u64(`the number of ${what}`);
  if (count <= most) return count;
  return reader.refuse(`it has ${count} ${what}, and at most ${most} are read`);
}

function readValues(reader: ValueReader, count: number): Map<string, GgufValue> {
  const values = new Map<string, GgufValue>();
  const budget = { elements: MOST_ELEMENTS };
  for (let i = 0; i < count; i++) {
    const key = reader.string(`key ${i}`, LONGEST_NAME);
    if (values.has(key)) reader.refuse(`the key ${quote(key)} stands in it twice`);
    values.set(key, readValue(reader, key, typeOf(reader, key), budget));
  }
  return values;
}

function typeOf(reader: ValueReader, key: string): ScalarType | 'list' {
  const number = reader.u32(`the type of ${quote(key)}`);
  return (
    VALUE_TYPES[number] ??
    reader.refuse(`${quote(key)} is of the type ${number}, which is not known`)
  );
}

function readValue(
  reader: ValueReader,
  key: string,
  type: ScalarType | 'list',
  budget: { elements: number },
): GgufValue {
  const what = quote(key);
  if (type === 'string') return reader.string(what);
  if (type === 'bool') return reader.u8(what) !== 0;
  if (type !== 'list') return reader[type](what);
  const of = typeOf(reader, key);
  const count = reader.u64(what);
  const { at } = reader;
  skipElements(reader, key, of, count, budget, MOST_LEVELS);
  return { of, count, at };
}

/** Moves past the elements of a list, all of which the file is then known to hold. */
function skipElements(
  reader: ValueReader,
  key: string,
  of: ScalarType | 'list',
  count: number,
  budget: { elements: number },
  levels: number,
): void {
  const what = quote(key);
  budget.elements -= count;
  if (budget.elements < 0)
    reader.refuse(`its lists, up to ${what}, have more than ${MOST_ELEMENTS} elements`);
  reader.need(count * LEAST_BYTES[of], what);
  if (of === 'list') {
    if (levels === 0) reader.refuse(`${what} is nested more than ${MOST_LEVELS} levels deep`);
    for (let i = 0; i < count; i++) {
      const inner = typeOf(reader, key);
      skipElements(reader, key, inner, reader.u64(what), budget, levels - 1);
    }
  } else if (of === 'string') for (let i = 0; i < count; i++) reader.skipString(what);
  else reader.at += count * BYTES[of];
}

type TensorInfo = Omit<GgufTensor, 'bytes'>;

/** `offset`: from the beginning of the data. */
function readInfos(reader: ValueReader, count: number): TensorInfo[] {
  const names = new Set<string>();
  return Array.from({ length: count }, (_, i) => {
    const name = reader.string(`the name of tensor ${i}`, LONGEST_NAME);
    const what = `tensor ${quote(name)}`;
    if (names.has(name)) reader.refuse(`${what} stands in it twice`);
    names.add(name);
    const dimensions = reader.u32(what);
    if (dimensions > MOST_DIMENSIONS || dimensions === 0)
      reader.refuse(`${what} has ${dimensions} dimensions`);
    const shape = Array.from({ length: dimensions }, () => reader.u64(what)).reverse();
    const number = reader.u32(what);
    const type = TENSOR_TYPES.get(number);
    if (!type)
      throw new UserError(
        `${reader.name}: ${what} is of the type ${nameOfOther(number)}, which is not read. Get the model in another quantisation, such as Q8_0, Q4_K_M or F16.`,
      );
    return { name, type, shape, offset: reader.u64(what) };
  });
}

/** The tensors with their places in the file: each inside it, aligned, and on bytes of its own. */
function placed(
  infos: readonly TensorInfo[],
  reader: ValueReader,
  metadata: Metadata,
): Map<string, GgufTensor> {
  const alignment = metadata.count('general.alignment', 1) ?? ALIGNMENT;
  if (alignment > MOST_ALIGNMENT || (alignment & (alignment - 1)) !== 0)
    reader.refuse(`general.alignment is ${alignment}, and a power of two is needed`);
  const start = Math.ceil(reader.at / alignment) * alignment;
  const tensors = infos.map(info => {
    const what = `tensor ${quote(info.name)}`;
    const bytes = bytesOf(reader, info);
    if (info.offset % alignment !== 0)
      reader.refuse(`${what} begins at ${info.offset}, which is no multiple of ${alignment}`);
    reader.at = start + info.offset;
    reader.need(bytes, what);
    return { ...info, offset: start + info.offset, bytes };
  });
  const inOrder = [...tensors].sort((a, b) => a.offset - b.offset);
  inOrder.forEach(({ name, offset }, i) => {
    const before = inOrder[i - 1];
    if (before && before.offset + before.bytes > offset)
      reader.refuse(`the tensors ${quote(before.name)} and ${quote(name)} share bytes`);
  });
  return new Map(tensors.map(tensor => [tensor.name, tensor]));
}

function bytesOf(reader: ValueReader, { name, type, shape }: TensorInfo): number {
  const what = `tensor ${quote(name)}`;
  const weights = shape.reduce((product, size) => product * size, 1);
  if (!shape.every(size => size > 0) || !Number.isSafeInteger(weights * type.bytes))
    reader.refuse(`${what} has the shape ${shape.join(' x ')}`);
  // Blocks never cross rows.
  if (shape.at(-1)! % type.weights !== 0)
    reader.refuse(
      `${what} has rows of ${shape.at(-1)}, no multiple of the ${type.weights} weights in a block of ${type.name}`,
    );
  return (weights / type.weights) * type.bytes;
}
