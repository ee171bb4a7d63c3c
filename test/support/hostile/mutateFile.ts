// A file changed as what its name says that it is: what is around the change stays whole, so that readers get to it.
import { gunzipSync, gzipSync } from 'node:zlib';
import { unzipSync, zipSync } from 'fflate';
import { pick, type Random } from '../toys';
import { mutateBytes } from './mutateBytes';
import { mutateGguf } from './mutateGguf';
import { mutateJson } from './mutateJson';
import { mutateProto } from './mutateProto';
import { drawBelow, drawChance, HUGE } from './numbers';

type Mutation = (bytes: Buffer, random: Random) => Buffer;

const mutations: readonly (readonly [name: RegExp, mutation: Mutation])[] = [
  [/\.json$/, (bytes, random) => Buffer.from(mutateJson(JSON.parse(bytes.toString()), random))],
  [/\.jsonl$/, mutateLine],
  [/\.gz$/, (bytes, random) => gzipSync(mutateLine(gunzipSync(bytes), random))],
  [/\.(?:npz|eval|zip)$/, mutateZip],
  [/\.npy$/, mutateNpy],
  [/\.safetensors$/, mutateSafetensors],
  [/\.gguf$/, mutateGguf],
  [/\.(?:onnx|model)$/, mutateProto],
];

/** `name` says what it is. */
export function mutateFile(name: string, bytes: Buffer, random: Random): Buffer {
  const own = mutations.find(([pattern]) => pattern.test(name))?.[1];
  if (!own || drawChance(random, 0.3)) return mutateBytes(bytes, random);
  return own(bytes, random);
}

function mutateLine(bytes: Buffer, random: Random): Buffer {
  const lines = bytes.toString().split('\n');
  const at = drawBelow(random, lines.length);
  try {
    lines[at] = mutateJson(JSON.parse(lines[at]!), random);
  } catch {
    // No JSON: a prefix of events, an empty line.
    lines[at] = mutateBytes(Buffer.from(lines[at]!), random).toString();
  }
  return Buffer.from(lines.join('\n'));
}

/** One entry changed and packed again, under its name or another. */
function mutateZip(bytes: Buffer, random: Random): Buffer {
  const entries = unzipSync(bytes);
  const name = pick(random, Object.keys(entries));
  const content = mutateFile(name, Buffer.from(entries[name]!), random);
  const names = [name, name, name, `../${name}`, 'constructor', 'samples/constructor.json', ' '];
  delete entries[name];
  const changed = { ...entries, [pick(random, names)]: content };
  return Buffer.from(zipSync(changed, { level: pick(random, [0, 6]) }));
}

const NPY_HEADERS = [
  "{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776,), }",
  "{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 4), }",
  "{'descr': '<f4', 'fortran_order': False, 'shape': (1e999,), }",
  "{'descr': '|O', 'fortran_order': False, 'shape': (2,), }",
  "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }",
  "{'descr': '<f8', 'fortran_order': False, 'shape': (3.5,), }",
  "{'descr': 'constructor', 'fortran_order': False, 'shape': (), }",
  `{'descr': '<f4', 'shape': (${'1,'.repeat(30_000)})}`,
  "'descr':".repeat(20_000),
  '',
];

/** The same numbers after another header. */
function mutateNpy(bytes: Buffer, random: Random): Buffer {
  const header = Buffer.from(pick(random, NPY_HEADERS));
  const start = Buffer.from(bytes.subarray(0, 10));
  start.writeUInt16LE(Math.min(header.length, 0xffff), 8);
  return Buffer.concat([start, header, bytes.subarray(10 + bytes.readUInt16LE(8))]);
}

/** Another header, whose length is right or wrong, before the same numbers. */
function mutateSafetensors(bytes: Buffer, random: Random): Buffer {
  const length = Number(bytes.readBigUInt64LE(0));
  const header: unknown = JSON.parse(bytes.toString('utf8', 8, 8 + length));
  const text = Buffer.from(mutateJson(header, random));
  const start = Buffer.alloc(8);
  const claimed = drawChance(random, 0.1) ? pick(random, HUGE) : text.length;
  start.writeBigUInt64LE(BigInt.asUintN(64, BigInt(claimed)));
  return Buffer.concat([start, text, bytes.subarray(8 + length)]);
}
