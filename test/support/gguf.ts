// Writes small GGUF files: metadata of every type, and tensors of any.
import { concatBytes } from '../../src/core/bytes';
import { encodeUtf8 } from '../../src/core/text/utf8';

type Scalar = string | number | boolean;
/** A value with its type; of a list the type of its elements, which may be lists with theirs. */
export type GgufValueToWrite =
  | readonly [type: string, value: Scalar]
  | readonly [type: 'list', of: string, values: readonly (Scalar | GgufValueToWrite)[]];

export interface TensorToWrite {
  readonly name: string;
  /** The slowest dimension first. */
  readonly shape: readonly number[];
  /** The number of the type; 0 is F32. */
  readonly type: number;
  readonly bytes: Uint8Array;
  /** Where `bytes` are none: a hole of so many, after which no tensor has bytes. The caller makes the file so long. */
  readonly hole?: number;
}

const TYPES = 'u8 i8 u16 i16 u32 i32 f32 bool string list u64 i64 f64'.split(' ');

export interface GgufToWrite {
  readonly version?: number;
  readonly metadata?: Readonly<Record<string, GgufValueToWrite>>;
  readonly tensors?: readonly TensorToWrite[];
  readonly alignment?: number;
}

export function ggufBytes({
  version = 3,
  metadata = {},
  tensors = [],
  alignment = 32,
}: GgufToWrite): Buffer {
  const pad = (length: number) => (alignment - (length % alignment)) % alignment;
  const keys = Object.entries(metadata);
  let offset = 0;
  const infos = tensors.map(({ name, shape, type, bytes, hole }) => {
    const length = hole ?? bytes.length;
    const info = [
      text(name),
      u32(shape.length),
      ...shape.toReversed().map(u64),
      u32(type),
      u64(offset),
    ];
    offset += length + pad(length);
    return concatBytes(info);
  });
  const head = concatBytes([
    Buffer.from('GGUF'),
    u32(version),
    u64(tensors.length),
    u64(keys.length),
    ...keys.map(([key, value]) => concatBytes([text(key), typed(value)])),
    ...infos,
  ]);
  const data = tensors.flatMap(({ bytes }) => [bytes, new Uint8Array(pad(bytes.length))]);
  const before = tensors.length > 0 ? new Uint8Array(pad(head.length)) : new Uint8Array(0);
  return Buffer.from(concatBytes([head, before, ...data]));
}

/** A tensor of 32-bit floats. */
export function floats(
  name: string,
  shape: readonly number[],
  values: Float32Array,
): TensorToWrite {
  return { name, shape, type: 0, bytes: new Uint8Array(values.buffer) };
}

function typed(value: GgufValueToWrite): Uint8Array {
  return concatBytes([u32(TYPES.indexOf(value[0])), payloadOf(value)]);
}

function payloadOf(value: GgufValueToWrite): Uint8Array {
  if (value.length === 2) return scalar(value[0], value[1]);
  const [, of, items] = value;
  const inner = (item: Scalar | GgufValueToWrite) =>
    typeof item === 'object' ? payloadOf(item) : scalar(of, item);
  return concatBytes([u32(TYPES.indexOf(of)), u64(items.length), ...items.map(inner)]);
}

function scalar(type: string, value: Scalar): Uint8Array {
  if (type === 'string') return text(String(value));
  const bytes = Buffer.alloc(8);
  const number = Number(value);
  if (type === 'bool') return bytes.subarray(0, bytes.writeUInt8(number));
  if (type === 'f32') return bytes.subarray(0, bytes.writeFloatLE(number));
  if (type === 'f64') return bytes.subarray(0, bytes.writeDoubleLE(number));
  const width = Number(type.slice(1)) / 8;
  bytes.writeBigInt64LE(BigInt.asIntN(64, BigInt(number)));
  return bytes.subarray(0, width);
}

function text(content: string): Uint8Array {
  const bytes = encodeUtf8(content);
  return concatBytes([u64(bytes.length), bytes]);
}

const u32 = (value: number) => scalar('u32', value);
const u64 = (value: number) => scalar('u64', value);
