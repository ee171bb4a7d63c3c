// The protobuf wire format, as far as ONNX and SentencePiece need it: fields are read in place and copied verbatim, so that unknown
// fields survive a rewrite.
import { concatBytes } from './bytes';

/** The bytes are not a valid message. `offset` counts from the start of what was being read. */
export class WireError extends Error {
  override readonly name = 'WireError';
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(`${message} at byte ${offset}`);
  }
}

export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

/** The place of one field: its payload is [start, end), its tag begins at `from`. */
export interface Field {
  number: number;
  wireType: number;
  /** The value of a varint, signed as int64; the payload's length for BYTES; 0 for fixed widths. */
  value: number;
  from: number;
  start: number;
  end: number;
}

/** A tag and a length take at most this many bytes. */
export const MAX_FIELD_HEADER_BYTES = 20;

/** Reads the field whose tag is at `at`; its payload may reach beyond the end of `bytes`. */
export function readField(bytes: Uint8Array, at: number): Field {
  const tag = readVarint(bytes, at);
  const number = Math.floor(tag.value / 8);
  const wireType = tag.value % 8;
  const field = { number, wireType, value: 0, from: at, start: tag.end, end: tag.end };
  if (number < 1 || number >= 2 ** 29) throw new WireError(`no field number ${number}`, at);
  if (wireType === VARINT || wireType === BYTES) {
    const { value, end } = readVarint(bytes, tag.end);
    field.value = value;
    if (wireType === VARINT) field.end = end;
    else {
      if (value < 0) throw new WireError('a negative length', tag.end);
      field.start = end;
      field.end = end + value;
    }
  } else if (wireType === FIXED64) field.end += 8;
  else if (wireType === FIXED32) field.end += 4;
  else throw new WireError(`no wire type ${wireType}`, at);
  return field;
}

/** The fields of one message, which fills `bytes`. */
export function* readFields(bytes: Uint8Array): Generator<Field> {
  for (let at = 0; at < bytes.length;) {
    const field = readField(bytes, at);
    if (field.end > bytes.length) throw new WireError('a field runs past the end', at);
    yield field;
    at = field.end;
  }
}

function readVarint(bytes: Uint8Array, at: number): { value: number; end: number } {
  let low = 0;
  for (let i = 0; i < 7; i++) {
    const byte = byteAt(bytes, at + i);
    low += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value: low, end: at + i + 1 };
  }
  // Numbers of 50 bits and more, and all negative ones.
  let value = BigInt(low);
  for (let i = 7; i < 10; i++) {
    const byte = byteAt(bytes, at + i);
    value += BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) return { value: Number(BigInt.asIntN(64, value)), end: at + i + 1 };
  }
  throw new WireError('an endless number', at);
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new WireError('the end in the middle of a field', at);
  return byte;
}

/** The varints of a repeated integer field, packed or one by one. */
export function readIntegers(bytes: Uint8Array, field: Field): number[] {
  if (field.wireType === VARINT) return [field.value];
  const values: number[] = [];
  const packed = bytes.subarray(field.start, field.end);
  for (let at = 0; at < packed.length;) {
    const { value, end } = readVarint(packed, at);
    values.push(value);
    at = end;
  }
  return values;
}

export function payload(bytes: Uint8Array, field: Field): Uint8Array {
  return bytes.subarray(field.start, field.end);
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

export function readString(bytes: Uint8Array, field: Field): string {
  return decoder.decode(payload(bytes, field));
}

export function varint(value: number): Uint8Array {
  if (value >= 0 && value < 0x80) return Uint8Array.of(value);
  const out: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    out.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Uint8Array.from(out);
}

export function varintField(number: number, value: number): Uint8Array {
  return concatBytes([varint(number * 8 + VARINT), varint(value)]);
}

export function bytesField(number: number, bytes: Uint8Array): Uint8Array {
  return concatBytes([varint(number * 8 + BYTES), varint(bytes.length), bytes]);
}

export function stringField(number: number, text: string): Uint8Array {
  return bytesField(number, encoder.encode(text));
}
