// Where each tensor of a GGUF file is: inside the file, aligned, and on bytes of its own.
import { UserError } from '../../core/errors';
import { quote } from '../../core/json';
import type { Metadata } from './metadata';
import { nameOfOther, TENSOR_TYPES, type TensorType } from './tensorTypes';
import type { ValueReader } from './valueReader';

/** Of keys and tensors, in bytes. */
export const LONGEST_NAME = 1 << 16;
const MOST_DIMENSIONS = 4;
const MOST_ALIGNMENT = 1 << 16;
const ALIGNMENT = 32;

export interface GgufTensor {
  readonly name: string;
  readonly type: TensorType;
  /** The slowest dimension first: [rows, columns] of a matrix. */
  readonly shape: readonly number[];
  /** Of its first byte in the file. */
  readonly offset: number;
  readonly bytes: number;
}

/** By name, in the order of the file. Throws `UserError`. */
export function readTensors(
  reader: ValueReader,
  count: number,
  metadata: Metadata,
): Map<string, GgufTensor> {
  return placed(readInfos(reader, count), reader, metadata);
}

type TensorInfo = Omit<GgufTensor, 'bytes'>;

/** `offset`: from the beginning of the data. */
function readInfos(reader: ValueReader, count: number): TensorInfo[] {
  const names = new Set<string>();
  return Array.from({ length: count }, (_, i) => {
    const name = reader.string(`the name of tensor ${i}`, LONGEST_NAME);
    const what = `tensor ${quote(name)}`;
    if (names.has(name)) reader.refuse(`${what} is in it twice`);
    names.add(name);
    const dimensions = reader.u32(what);
    if (dimensions > MOST_DIMENSIONS || dimensions === 0)
      reader.refuse(`${what} has ${dimensions} dimensions`);
    const shape = Array.from({ length: dimensions }, () => reader.u64(what)).reverse();
    const number = reader.u32(what);
    const type = TENSOR_TYPES.get(number);
    if (!type)
      throw new UserError(
        `${reader.name}: ${what} is of type ${nameOfOther(number)}, which is not supported. Get the model in another quantisation, such as Q8_0, Q4_K_M or F16.`,
      );
    return { name, type, shape, offset: reader.u64(what) };
  });
}

/** The tensors with their places in the file. */
function placed(
  infos: readonly TensorInfo[],
  reader: ValueReader,
  metadata: Metadata,
): Map<string, GgufTensor> {
  const alignment = metadata.count('general.alignment', 1) ?? ALIGNMENT;
  if (alignment > MOST_ALIGNMENT || (alignment & (alignment - 1)) !== 0)
    reader.refuse(`general.alignment is ${alignment}, not a power of two`);
  const start = Math.ceil(reader.at / alignment) * alignment;
  const tensors = infos.map(info => {
    const what = `tensor ${quote(info.name)}`;
    const bytes = bytesOf(reader, info);
    if (info.offset % alignment !== 0)
      reader.refuse(`${what} begins at ${info.offset}, which is not a multiple of ${alignment}`);
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
