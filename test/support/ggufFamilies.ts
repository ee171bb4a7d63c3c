// Tiny GGUF files of every architecture, whose weights are made of names and indices, as
// training/golden/gguf_families.py makes them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TENSOR_TYPES } from '../../src/engine/gguf/tensorTypes';
import { tensorNumbers } from './checkpoints';
import { ggufBytes, type GgufValueToWrite, type TensorToWrite } from './gguf';
import { golden } from './paths';

export interface GoldenGguf {
  readonly architecture: string;
  readonly keys: Readonly<Record<string, number | boolean | string>>;
  /** By name: shape, then center and scale of numbers, or the type of blocks. */
  readonly tensors: Readonly<Record<string, [number[], number, number] | [number[], string]>>;
  /** Of the whole vocabulary after ids[0..row], for each of `rows`. */
  readonly rows: readonly number[];
  readonly logprobs: readonly (readonly number[])[];
}

interface Goldens {
  readonly by: string;
  readonly ids: readonly number[];
  /** By type: what scales its blocks, by the byte where the half is. */
  readonly scales: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly cases: Readonly<Record<string, GoldenGguf>>;
}

export const goldenGgufs = JSON.parse(
  readFileSync(join(golden, 'gguf/families.json'), 'utf8'),
) as Goldens;

/** The file's bytes, with some keys of the architecture changed, and without those that become undefined. */
export function ggufOfFamily(
  { architecture, keys, tensors }: GoldenGguf,
  change: Readonly<Record<string, GgufValueToWrite | undefined>> = {},
  more: readonly TensorToWrite[] = [],
): Buffer {
  const own = Object.entries(keys).map(([key, value]): [string, GgufValueToWrite] => [
    `${architecture}.${key}`,
    written(value),
  ]);
  const all: Record<string, GgufValueToWrite | undefined> = {
    ...vocabularyOfCharacters,
    'general.architecture': ['string', architecture],
    ...Object.fromEntries(own),
    ...change,
  };
  const kept = Object.entries(all).flatMap(([key, value]) =>
    value ? [[key, value] as const] : [],
  );
  return ggufBytes({
    metadata: Object.fromEntries(kept),
    tensors: [...Object.entries(tensors).map(([name, how]) => tensorOf(name, how)), ...more],
  });
}

/** Every token is a character. */
export const vocabularyOfCharacters: Readonly<Record<string, GgufValueToWrite>> = {
  'tokenizer.ggml.model': ['string', 'gpt2'],
  'tokenizer.ggml.pre': ['string', 'gpt-2'],
  'tokenizer.ggml.tokens': [
    'list',
    'string',
    [...Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)), 'Ġ', 'Ċ'],
  ],
  'tokenizer.ggml.merges': ['list', 'string', []],
  'tokenizer.ggml.add_bos_token': ['bool', false],
  'tokenizer.ggml.eos_token_id': ['u32', 0],
  'tokenizer.ggml.bos_token_id': ['u32', 0],
};

function written(value: number | boolean | string): GgufValueToWrite {
  if (typeof value === 'boolean') return ['bool', value];
  if (typeof value === 'string') return ['string', value];
  return [Number.isInteger(value) ? 'u32' : 'f32', value];
}

function tensorOf(
  name: string,
  how: [number[], number, number] | [number[], string],
): TensorToWrite {
  const [shape] = how;
  if (how.length === 2) return blocksOf(name, shape, how[1]);
  return { name, shape, type: 0, bytes: new Uint8Array(tensorNumbers(name, how).buffer) };
}

/** Bytes by the same hash, with scales that keep the weights small. */
function blocksOf(name: string, shape: number[], typeName: string): TensorToWrite {
  const [number, type] = [...TENSOR_TYPES].find(([, each]) => each.name === typeName)!;
  const count = shape.reduce((product, size) => product * size, 1) / type.weights;
  const drawn = tensorNumbers(name, [[count * type.bytes], 128, 128]);
  const bytes = Uint8Array.from(drawn, each => Math.min(255, Math.max(0, Math.floor(each))));
  for (let at = 0; at < bytes.length; at += type.bytes) {
    for (const [place, scale] of Object.entries(goldenGgufs.scales[typeName] ?? {})) {
      const bits = halfOf(scale);
      bytes[at + Number(place)] = bits & 0xff;
      bytes[at + Number(place) + 1] = bits >> 8;
    }
    if (typeName === 'MXFP4') bytes[at] = 123;
    // Sign and fraction are drawn, the exponent is that of 1/16.
    if (typeName === 'F16') bytes[at + 1] = (bytes[at + 1]! & 0x83) | (11 << 2);
    if (typeName === 'BF16') {
      bytes[at + 1] = (bytes[at + 1]! & 0x80) | 0x3d;
      bytes[at]! |= 0x80;
    }
  }
  return { name, shape, type: number, bytes };
}

/** The bits of the nearest 16-bit float; of numbers that are no smaller than the least normal one. */
function halfOf(value: number): number {
  const size = Math.abs(value);
  const exponent = Math.floor(Math.log2(size));
  const fraction = Math.round((size / 2 ** exponent - 1) * 1024);
  return (value < 0 ? 0x8000 : 0) + ((exponent + 15) << 10) + fraction;
}
