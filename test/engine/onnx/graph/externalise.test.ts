// A graph read without its weights, against the fields that it was written of: whatever their lengths, and wherever the
// blocks end through which they are read.
import { expect, test } from 'vitest';
import { concatBytes } from '../../../../src/core/bytes';
import {
  bytesField,
  payload,
  readFields,
  stringField,
  varintField,
  WireError,
} from '../../../../src/core/wire';
import { bytesSource } from '../../../../src/engine/files/byteSource';
import {
  externalDataOf,
  externalFields,
  readProto,
} from '../../../../src/engine/onnx/graph/externalise';
import { seedOr } from '../../../support/seed';
import { pick, randomOf, type Random } from '../../../support/toys';

const BLOCK = 16 << 10;

/** A field of the graph as it is written, and what is expected of it. */
interface Written {
  readonly bytes: Uint8Array;
  /** Of a tensor whose data is left out. */
  readonly large?: { readonly raw: Uint8Array; readonly kept: Uint8Array };
}

const bytesOf = (random: Random, length: number) =>
  Uint8Array.from({ length }, () => Math.floor(256 * random()));

/** Often short, sometimes about as long as a block. */
function lengthOf(random: Random): number {
  const length = pick(random, [8, 200, 1020, 4000, BLOCK - 40, BLOCK]);
  return length + Math.floor(60 * random());
}

function tensor(random: Random): Written {
  const raw = bytesOf(random, lengthOf(random));
  const inside = [
    varintField(14, 0),
    externalFields({ location: 'elsewhere', offset: 1, length: 2 }),
  ].filter(() => random() < 0.3);
  const named = [varintField(1, raw.length), varintField(2, 3), stringField(8, `w${random()}`)];
  const fields = [named[0]!, named[1]!, ...inside, bytesField(9, raw), named[2]!];
  const bytes = bytesField(5, concatBytes(fields));
  return raw.length < 1024 ? { bytes } : { bytes, large: { raw, kept: concatBytes(named) } };
}

function graphField(random: Random): Written {
  if (random() < 0.5) return tensor(random);
  return random() < 0.2
    ? { bytes: varintField(pick(random, [5, 300]), Math.floor(1e9 * random())) }
    : { bytes: bytesField(pick(random, [1, 11, 13]), bytesOf(random, lengthOf(random))) };
}

test('all but the data of large tensors is as it was, and that is found where it lies', () => {
  const random = randomOf(seedOr(1));
  for (let round = 0; round < 60; round++) {
    const written = Array.from({ length: 1 + Math.floor(12 * random()) }, () => graphField(random));
    const half = Math.floor(random() * (written.length + 1));
    // Two fields of one message are one, and a number that belongs to messages alone is kept as it is.
    const [begin, end] = [written.slice(0, half), written.slice(half)].map(part =>
      bytesField(7, concatBytes(part.map(({ bytes }) => bytes))),
    );
    const rest = [
      varintField(1, 8),
      stringField(2, 'x'.repeat(lengthOf(random))),
      varintField(7, 3),
    ];
    const source = concatBytes([rest[0]!, begin!, rest[1]!, end!, rest[2]!]);

    const proto = readProto(bytesSource(source), 'model.onnx');
    const fields = [...readFields(proto)];
    const graph = payload(proto, fields.at(-1)!);
    expect(Buffer.from(proto.subarray(0, fields.at(-1)!.from)).equals(concatBytes(rest))).toBe(
      true,
    );
    const parts = [...readFields(graph)];
    expect(parts).toHaveLength(written.length);
    written.forEach(({ bytes, large }, i) => {
      const part = graph.subarray(parts[i]!.from, parts[i]!.end);
      if (!large) return expect(Buffer.from(part).equals(bytes)).toBe(true);
      const read = payload(graph, parts[i]!);
      const { location, offset, length = 0 } = externalDataOf(read)!;
      expect(location).toBe('model.onnx');
      expect(Buffer.from(source.subarray(offset, offset + length)).equals(large.raw)).toBe(true);
      const own = { location, offset, length };
      expect(Buffer.from(read).equals(concatBytes([large.kept, externalFields(own)]))).toBe(true);
    });
  }
});

test('a file that is cut short is refused at every length that cuts a field', () => {
  const fields = [
    varintField(1, 300),
    bytesField(7, concatBytes([bytesField(1, new Uint8Array(9)), varintField(2, 1)])),
    bytesField(2, new Uint8Array(5)),
  ];
  const source = concatBytes(fields);
  const ends = new Set([0]);
  for (const { length } of fields) ends.add(Math.max(...ends) + length);
  for (let length = 0; length <= source.length; length++) {
    const read = () => readProto(bytesSource(source.subarray(0, length)), '');
    if (ends.has(length)) expect(read).not.toThrow();
    else expect(read).toThrow(WireError);
  }
});
