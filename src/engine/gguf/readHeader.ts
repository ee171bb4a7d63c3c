// Reads what stands before the weights in a GGUF file: metadata, and where each tensor is. Nothing of the weights is
// read, and no count or length of the file is believed before the file is known to hold as much.
// The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
import { UserError } from '../../core/errors';
import { quote } from '../../core/json';
import type { ByteSource } from '../files/byteSource';
import { Metadata, type GgufValue, type ScalarType } from './metadata';
import { LONGEST_NAME, readTensors, type GgufTensor } from './tensorInfos';
import { ValueReader } from './valueReader';

const MAGIC = 'GGUF';
const VERSIONS = [2, 3];
/** Files with the most have a tenth of it. */
const MOST_KEYS = 1 << 16;
const MOST_TENSORS = 1 << 17;
/** Of all lists of a file together: vocabularies have half a million merges. */
const MOST_ELEMENTS = 1 << 23;
const MOST_LEVELS = 4;

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
  return { version, metadata, tensors: readTensors(reader, tensorCount, metadata) };
}

function checkVersion(name: string, version: number): void {
  if (VERSIONS.includes(version)) return;
  const swapped = new DataView(new ArrayBuffer(4));
  swapped.setUint32(0, version, true);
  if (VERSIONS.includes(swapped.getUint32(0)))
    throw new UserError(
      `${name} is a big-endian GGUF file, which is not supported. Get the little-endian file.`,
    );
  throw new UserError(
    `${name} is GGUF version ${version}; supported are versions ${VERSIONS.join(' and ')}. Get a newer file.`,
  );
}

function countOf(reader: ValueReader, what: string, most: number): number {
  const count = reader.u64(`the number of ${what}`);
  if (count <= most) return count;
  return reader.refuse(`it has ${count} ${what}; the limit is ${most}`);
}

function readValues(reader: ValueReader, count: number): Map<string, GgufValue> {
  const values = new Map<string, GgufValue>();
  const budget = { elements: MOST_ELEMENTS };
  for (let i = 0; i < count; i++) {
    const key = reader.string(`key ${i}`, LONGEST_NAME);
    if (values.has(key)) reader.refuse(`the key ${quote(key)} is in it twice`);
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
