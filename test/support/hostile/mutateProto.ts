// Messages of protobuf whose lengths stay right while what they hold changes: ONNX graphs and SentencePiece models.
import { concatBytes } from '../../../src/core/bytes';
import {
  BYTES,
  bytesField,
  payload,
  readFields,
  VARINT,
  varint,
  varintField,
  type Field,
} from '../../../src/core/wire';
import { pick, type Random } from '../toys';
import { mutateBytes } from './mutateBytes';
import { drawBelow, drawChance, HUGE } from './numbers';

/** The message after one change, at any depth. */
export function mutateProto(bytes: Buffer, random: Random): Buffer {
  const fields = fieldsOf(bytes);
  if (!fields || fields.length === 0) return mutateBytes(bytes, random);
  const chosen = pick(random, fields);
  const parts = fields.flatMap(field => {
    const own = bytes.subarray(field.from, field.end);
    return field === chosen ? changed(bytes, field, random) : [own];
  });
  return Buffer.from(concatBytes(parts));
}

/** Undefined where the bytes are no message. */
function fieldsOf(bytes: Uint8Array): Field[] | undefined {
  try {
    return [...readFields(bytes)];
  } catch {
    return undefined;
  }
}

function changed(bytes: Buffer, field: Field, random: Random): Uint8Array[] {
  const own = bytes.subarray(field.from, field.end);
  const { number, wireType } = field;
  const content = Buffer.from(payload(bytes, field));
  if (wireType === BYTES && content.length > 1 && drawChance(random, 0.75)) {
    // Most bytes that read as a message are one.
    if (fieldsOf(content)) return [bytesField(number, mutateProto(content, random))];
    return [bytesField(number, mutateBytes(content, random))];
  }
  const kind = drawBelow(random, 6);
  if (kind === 0) return [];
  if (kind === 1) return [own, own];
  if (kind === 2) return Array.from({ length: drawBelow(random, 300) }, () => own);
  if (kind === 3) return [varintField(number, pick(random, HUGE))];
  if (kind === 4) return [own, bytesField(1 + drawBelow(random, 30), content)];
  if (wireType === VARINT) return [varintField(number, pick(random, HUGE))];
  // A length beyond the end.
  return [concatBytes([varint(number * 8 + BYTES), varint(pick(random, HUGE)), content])];
}
