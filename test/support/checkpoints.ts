// Tiny checkpoints of every family, as transformers saves them: config.json and safetensors whose numbers are made of
// names and indices, as training/golden/architectures.py makes them.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { golden } from './paths';

export interface GoldenArchitecture {
  readonly config: Readonly<Record<string, unknown>>;
  readonly dtype?: 'bfloat16' | 'float16';
  readonly shards?: number;
  /** By name: shape, center and scale. */
  readonly tensors: Readonly<Record<string, readonly [number[], number, number]>>;
  readonly ids: readonly number[];
  /** Of the whole vocabulary after ids[0..row], for each of `rows`. */
  readonly rows: readonly number[];
  readonly logprobs: readonly (readonly number[])[];
  /** Of mixtures of experts: logits of each router, [layer][token][expert]. */
  readonly routers?: readonly (readonly (readonly number[])[])[];
}

interface Goldens {
  readonly by: string;
  readonly cases: Readonly<Record<string, GoldenArchitecture>>;
}

export const goldenArchitectures = JSON.parse(
  readFileSync(join(golden, 'architectures.json'), 'utf8'),
) as Goldens;

export function goldenArchitecture(name: string): GoldenArchitecture {
  const found = goldenArchitectures.cases[name];
  if (!found) throw new Error(`no golden ${name}`);
  return found;
}

/** The numbers of a tensor: center + scale·u, u in [-1, 1) by a hash of name and index. */
export function tensorNumbers(
  name: string,
  [shape, center, scale]: readonly [number[], number, number],
): Float32Array {
  let seed = 2166136261;
  for (const byte of new TextEncoder().encode(name)) seed = Math.imul(seed ^ byte, 16777619);
  const count = shape.reduce((product, dim) => product * dim, 1);
  return Float32Array.from({ length: count }, (_, i) => {
    let x = (Math.imul(i, 2654435769) + seed) >>> 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    return center + scale * (((x ^ (x >>> 16)) >>> 0) / 2 ** 31 - 1);
  });
}

/** The same with another vocabulary, for which there are no numbers of transformers. */
export function withVocabulary(golden: GoldenArchitecture, size: number): GoldenArchitecture {
  const before = golden.config.vocab_size;
  const tensors = Object.entries(golden.tensors).map(([name, [shape, ...spread]]) => {
    const resized = shape[0] === before ? [size, ...shape.slice(1)] : shape;
    return [name, [resized, ...spread]] as const;
  });
  const config = { ...golden.config, vocab_size: size };
  return { ...golden, config, tensors: Object.fromEntries(tensors), rows: [], logprobs: [] };
}

export interface TensorToWrite {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** Writes config.json and model.safetensors, or shards with their index. Returns the folder. */
export function writeCheckpoint(
  folder: string,
  { config, tensors: described, dtype, shards = 1 }: GoldenArchitecture,
  change: (tensors: TensorToWrite[]) => TensorToWrite[] = tensors => tensors,
): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  const tensors = change(
    Object.entries(described).map(([name, how]) => ({
      name,
      shape: how[0],
      ...stored(tensorNumbers(name, how), dtype),
    })),
  );
  if (shards === 1) writeSafetensors(join(folder, 'model.safetensors'), tensors);
  else {
    const map: Record<string, string> = {};
    for (let shard = 0; shard < shards; shard++) {
      const file = `model-0000${shard + 1}-of-0000${shards}.safetensors`;
      const own = tensors.filter((_, i) => i % shards === shard);
      for (const { name } of own) map[name] = file;
      writeSafetensors(join(folder, file), own);
    }
    const index = { metadata: { total_size: 0 }, weight_map: map };
    writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify(index));
  }
  return folder;
}

export function writeSafetensors(path: string, tensors: readonly TensorToWrite[]): void {
  let at = 0;
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  for (const { name, dtype, shape, data } of tensors) {
    header[name] = { dtype, shape, data_offsets: [at, at + data.length] };
    at += data.length;
  }
  const text = JSON.stringify(header);
  const json = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  writeFileSync(path, Buffer.concat([length, json, ...tensors.map(({ data }) => data)]));
}

export function stored(
  values: Float32Array,
  dtype: 'float32' | 'bfloat16' | 'float16' = 'float32',
): Pick<TensorToWrite, 'dtype' | 'data'> {
  if (dtype === 'float32') return { dtype: 'F32', data: new Uint8Array(values.buffer) };
  const halves = Uint16Array.from(values, dtype === 'bfloat16' ? toBfloat16 : toFloat16);
  return { dtype: dtype === 'bfloat16' ? 'BF16' : 'F16', data: new Uint8Array(halves.buffer) };
}

const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);

/** Rounded to the nearest, ties to even, as PyTorch does. */
function toBfloat16(value: number): number {
  single[0] = value;
  const all = bits[0]!;
  return (all + 0x7fff + ((all >>> 16) & 1)) >>> 16;
}

function toFloat16(value: number): number {
  const size = Math.abs(value);
  const sign = value < 0 ? 0x8000 : 0;
  const exponent = Math.max(-14, Math.floor(Math.log2(size || 2 ** -30)));
  // Steps of the last bit; rounding up to the next power of two is carried into the exponent.
  const steps = roundToEven(size / 2 ** (exponent - 10));
  return sign + (exponent + 14) * 1024 + steps;
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
