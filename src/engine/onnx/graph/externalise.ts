// Reads a graph without its weights. Large tensors inside the .onnx file become external data that refers back to that
// same file. So every model becomes a proto of some kilobytes beside unchanged data: cheap to rewrite, and loaded
// without passing through JavaScript.
import { concatBytes } from '../../../core/bytes';
import type { ByteSource } from '../../files/byteSource';
import type { Initializer } from './graph';
import {
  BYTES,
  bytesField,
  MAX_FIELD_HEADER_BYTES,
  payload,
  readField,
  readFields,
  readString,
  stringField,
  varintField,
  WireError,
  type Field,
} from '../../../core/wire';

/** Smaller tensors stay in the proto: the runtime needs constants there to infer shapes. */
const MIN_EXTERNAL_BYTES = 1024;

/** Limit of what is copied into the proto beside the weights; no decoder has a larger graph. */
const MAX_PROTO_BYTES = 512 << 20;

const MODEL_GRAPH = 7;
const GRAPH_INITIALIZER = 5;
const TENSOR_RAW_DATA = 9;
const TENSOR_EXTERNAL_DATA = 13;
const TENSOR_DATA_LOCATION = 14;

/**
 * The model's proto with embedded weights made external under `location`.
 * Throws `WireError` if the bytes are cut short or are not a protobuf message.
 */
export function readProto(source: ByteSource, location: string): Uint8Array {
  const reader = new FieldReader(source);
  const rest: Uint8Array[] = [];
  const graph: Uint8Array[] = [];
  for (const field of reader.fields(0, source.size)) {
    if (field.number !== MODEL_GRAPH || field.wireType !== BYTES) rest.push(reader.copy(field));
    else
      for (const part of reader.fields(field.start, field.end))
        graph.push(
          part.number === GRAPH_INITIALIZER && part.wireType === BYTES
            ? bytesField(GRAPH_INITIALIZER, externalTensor(reader, part, location))
            : reader.copy(part),
        );
  }
  return concatBytes([...rest, bytesField(MODEL_GRAPH, concatBytes(graph))]);
}

function externalTensor(reader: FieldReader, tensor: Field, location: string): Uint8Array {
  const fields = [...reader.fields(tensor.start, tensor.end)];
  const raw = fields.findLast(({ number }) => number === TENSOR_RAW_DATA);
  const length = raw ? raw.end - raw.start : 0;
  if (!raw || length < MIN_EXTERNAL_BYTES) return concatBytes(fields.map(f => reader.copy(f)));
  // Some writers say after the data that it is inside, and of several such fields the last one counts.
  const kept = fields.filter(
    ({ number }) => ![TENSOR_RAW_DATA, TENSOR_EXTERNAL_DATA, TENSOR_DATA_LOCATION].includes(number),
  );
  return concatBytes([
    ...kept.map(field => reader.copy(field)),
    externalFields({ location, offset: raw.start, length }),
  ]);
}

/** Where a tensor's bytes are. An undefined length: up to the end of the file. */
export interface ExternalData {
  location: string;
  offset: number;
  length: number | undefined;
}

export function externalFields(data: ExternalData): Uint8Array {
  const entries = [
    ['location', data.location],
    ['offset', String(data.offset)],
    ...(data.length === undefined ? [] : [['length', String(data.length)]]),
  ];
  return concatBytes([
    ...entries.map(([key = '', value = '']) =>
      bytesField(TENSOR_EXTERNAL_DATA, concatBytes([stringField(1, key), stringField(2, value)])),
    ),
    varintField(TENSOR_DATA_LOCATION, 1),
  ]);
}

/** A tensor whose values are in a file. */
export function externalInitializer(
  name: string,
  elementType: number,
  dims: readonly number[],
  data: ExternalData,
): Initializer {
  const bytes = concatBytes([
    ...dims.map(dim => varintField(1, dim)),
    varintField(2, elementType),
    stringField(8, name),
    externalFields(data),
  ]);
  return { name, dims: [...dims], elementType, bytes };
}

/** A tensor's external data; undefined if its bytes are in the proto. */
export function externalDataOf(tensor: Uint8Array): ExternalData | undefined {
  const entries = new Map<string, string>();
  let external = false;
  for (const field of readFields(tensor)) {
    if (field.number === TENSOR_DATA_LOCATION) external = field.value === 1;
    if (field.number !== TENSOR_EXTERNAL_DATA) continue;
    const entry = payload(tensor, field);
    let key = '';
    let value = '';
    for (const part of readFields(entry)) {
      if (part.number === 1) key = readString(entry, part);
      if (part.number === 2) value = readString(entry, part);
    }
    entries.set(key, value);
  }
  if (!external) return undefined;
  const length = entries.get('length');
  return {
    location: entries.get('location') ?? '',
    offset: Number(entries.get('offset') ?? 0),
    length: length === undefined ? undefined : Number(length),
  };
}

/** The tensor with its external data elsewhere, all other fields verbatim. */
export function moveExternalData(tensor: Uint8Array, data: ExternalData): Uint8Array {
  const kept = [...readFields(tensor)]
    .filter(({ number }) => number !== TENSOR_EXTERNAL_DATA && number !== TENSOR_DATA_LOCATION)
    .map(field => tensor.subarray(field.from, field.end));
  return concatBytes([...kept, externalFields(data)]);
}

/** Reads field headers through one small block, so that a tensor's bytes are skipped, not read. */
class FieldReader {
  private static readonly sizeBytes = 16 << 10;
  private block: Uint8Array = new Uint8Array(0);
  private offset = 0;
  private copiedBytes = 0;

  constructor(private readonly source: ByteSource) {}

  *fields(start: number, end: number): Generator<Field> {
    for (let at = start; at < end;) {
      const field = this.fieldAt(at);
      if (field.end > end) throw new WireError('a field runs past the end', at);
      yield field;
      at = field.end;
    }
  }

  private fieldAt(at: number): Field {
    const inBlock =
      at >= this.offset && at + MAX_FIELD_HEADER_BYTES <= this.offset + this.block.length;
    if (!inBlock) {
      this.block = this.source.read(at, FieldReader.sizeBytes);
      this.offset = at;
    }
    try {
      const { from, start, end, ...field } = readField(this.block, at - this.offset);
      const base = this.offset;
      return { ...field, from: from + base, start: start + base, end: end + base };
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      throw new WireError('no field of a protobuf message', at);
    }
  }

  copy(field: Field): Uint8Array {
    const length = field.end - field.from;
    this.copiedBytes += length;
    if (this.copiedBytes > MAX_PROTO_BYTES)
      throw new WireError('more than 512 MB beside the weights', field.from);
    const bytes = this.source.read(field.from, length);
    if (bytes.length < length) throw new WireError('the end in the middle of a field', field.from);
    return bytes;
  }
}
