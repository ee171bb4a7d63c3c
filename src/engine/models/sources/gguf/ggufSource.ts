// A GGUF file: its graph is built here from its metadata, its weights are made 32-bit floats in a file that is kept.
import { totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { UserError } from '../../../../core/errors';
import type { DtypeChoice } from '../../../../core/models/machineModel';
import { cacheFolder } from '../../../files/cacheFolder';
import { fromGguf } from '../../../gguf/architecture/fromGguf';
import type { GgufContent } from '../../../gguf/architecture/ggufKeys';
import { GgufFile } from '../../../gguf/ggufFile';
import { GgufWeights } from '../../../gguf/ggufWeights';
import {
  inMegabytes,
  lengthOf,
  prepareWeights,
  type PrepareOptions,
} from '../../../gguf/preparedWeights';
import { planWeights, type WeightPlan } from '../../../gguf/weightPlan';
import { decoderGraph } from '../../../onnx/build/decoderGraph';
import type { Architecture } from '../../architecture/architecture';
import type { ModelSource } from '../../source';
import { openBuilt } from '../built/openBuilt';

/** 32-bit floats of so much, or of this share of the memory, are taken; beyond it 4 bits where the file has 4 bits. */
const SMALL_BYTES = 1.5e9;
const SHARE_OF_FLOATS = 0.25;
/** Nothing is opened that takes more. */
const SHARE_OF_ALL = 0.5;

export const ggufSource: ModelSource = {
  // Files are chosen by themselves: a folder often holds one model in several quantisations.
  find: () => undefined,
  whyNone: () => 'there is no GGUF file',
  async open(path, _folder, _shape, startRuntime, { signal, onPrepared, dtype = '' } = {}) {
    const { architecture, built, prepared, facts } = await builtFromGguf(path, {
      cacheFolder: ggufCache(),
      ...(Object.hasOwn(PACKS, dtype) && { packs: PACKS[dtype] }),
      signal,
      onProgress: onPrepared,
    });
    const from = prepared.path
      ? `${path}, ${formOf(prepared)} in ${prepared.path}, ${inMegabytes(prepared.bytes)}`
      : path;
    const golden = GOLDEN[architecture.mlp.activation === 'silu' ? 'silu' : 'gelu'];
    const weightBytes = memoryOf(prepared);
    const model = { architecture, built, folder: dirname(path), path, from, weightBytes, golden };
    const backend = await openBuilt(model, startRuntime);
    const { report } = backend;
    return { ...backend, report: { ...report, facts: [...report.facts, ...facts] } };
  },
};

/** Whether products are kept in 4 bits where the file has them so; another dtype is no choice here. */
const PACKS: Readonly<Record<string, boolean>> = { fp32: false, q4: true };

/** How its weights can be kept: as 32-bit floats, and in 4 bits where it has 4 bits. What is too much is left out. */
export function dtypesOf(file: GgufFile): DtypeChoice[] {
  const folder = ggufCache();
  const isPacked = needsPacking(file, { cacheFolder: folder });
  const all = Object.entries(PACKS).flatMap(([dtype, packs]) => {
    const plan = planWeights(file, { cacheFolder: folder, packs });
    if (tooMuch(plan) || (packs && !isPackable(file, { cacheFolder: folder }))) return [];
    const why = packs ? '32-bit floats would take more than a quarter' : 'they fit';
    const isDefault = packs === isPacked ? why : null;
    return [{ dtype, memory: memoryOf(plan), written: plan.bytes, isDefault }];
  });
  return all.length > 1 ? all : [];
}

/** Of test/golden/gguf/families.json. */
const GOLDEN = {
  silu: 'llama.cpp, within 1e-4 nats',
  gelu: 'llama.cpp, within 3e-2 nats and with the same most likely token; its GELU is a half-precision table',
};

/** Where the weights of all files are kept in the form that is mapped. */
export const ggufCache = () => join(cacheFolder(), 'gguf');

export interface BuiltFromGguf {
  readonly architecture: Architecture;
  readonly built: Uint8Array;
  readonly prepared: WeightPlan;
  /** Of the file, for people. */
  readonly facts: readonly (readonly [name: string, value: string])[];
}

export type OpenOptions = Omit<PrepareOptions, 'packs'> & {
  /** Whether products are kept in 4 bits where they are; by default where memory asks for it. */
  readonly packs?: boolean;
  /** Bytes of the machine. */
  readonly memory?: number;
};

/** Throws `UserError` that says what is not known, does not fit or is damaged, `Cancelled` when aborted. */
export async function builtFromGguf(path: string, given: OpenOptions): Promise<BuiltFromGguf> {
  const file = new GgufFile(path);
  try {
    const architecture = fromGguf(contentOf(file));
    const packs = (given.packs ?? needsPacking(file, given)) && isPackable(file, given);
    const options = { ...given, packs };
    const planned = planWeights(file, options);
    const problem = tooMuch(planned, given.memory);
    if (problem) throw new UserError(`${path} ${problem}.`);
    // First whether all is there: the weights take their time.
    const weights = new GgufWeights(architecture, file.tensors, planned.places, path);
    const built = decoderGraph(architecture, weights);
    weights.checkAllUsed();
    return {
      architecture,
      built,
      prepared: await prepareWeights(file, options),
      facts: factsOf(file),
    };
  } finally {
    file.close();
  }
}

/** What of a file the architecture follows from. */
export function contentOf(file: GgufFile): GgufContent {
  return {
    name: file.path,
    metadata: file.metadata,
    tensors: file.tensors,
    values: name => file.valuesOf(file.tensors.get(name)!),
  };
}

/** Whether it has products of 4 bits. */
function isPackable(file: GgufFile, { cacheFolder }: OpenOptions): boolean {
  const { places } = planWeights(file, { cacheFolder, packs: true });
  return [...places.values()].some(({ kind }) => kind === 'blocks');
}

function needsPacking(file: GgufFile, { cacheFolder, memory = totalmem() }: OpenOptions): boolean {
  const plan = planWeights(file, { cacheFolder, packs: false });
  return memoryOf(plan) > Math.max(SMALL_BYTES, memory * SHARE_OF_FLOATS);
}

/** Why a file's weights are too much for this machine: what follows its name, without a period; '' where they are not. */
export function memoryNeeded(file: GgufFile): string {
  const options = { cacheFolder: ggufCache() };
  return tooMuch(planWeights(file, { ...options, packs: needsPacking(file, options) }));
}

/** Bytes of all weights that are mapped, also of those that stay in the model's file. */
function memoryOf({ places }: WeightPlan): number {
  return [...places.values()].reduce((sum, place) => sum + lengthOf(place), 0);
}

function tooMuch(plan: WeightPlan, memory = totalmem()): string {
  const [bytes, most] = [memoryOf(plan), Math.max(SMALL_BYTES, memory * SHARE_OF_ALL)];
  if (bytes <= most) return '';
  return `needs ${inMegabytes(bytes)} of memory, and the limit on this machine is ${inMegabytes(most)}. Choose a smaller model, or a Q4_0, Q4_1 or Q4_K_S file of it, which stays in 4 bits`;
}

/** For people. */
function formOf({ places }: WeightPlan): string {
  const isPacked = [...places.values()].some(({ kind }) => kind === 'blocks');
  return isPacked ? 'as 4-bit numbers and 32-bit floats, the same weights,' : 'as 32-bit floats';
}

const FLOATS = new Set(['F32', 'F16', 'BF16']);

function factsOf({ tensors, metadata }: GgufFile): BuiltFromGguf['facts'] {
  const counts = new Map<string, number>();
  for (const { type } of tensors.values()) counts.set(type.name, (counts.get(type.name) ?? 0) + 1);
  const most = [...counts].sort(([, a], [, b]) => b - a);
  const licence = metadata.string('general.license');
  const isQuantized = most.some(([name]) => !FLOATS.has(name));
  return [
    ['Tensors', most.map(([name, count]) => `${count} ${name}`).join(', ')],
    ...(licence ? [['Licence', licence] as const] : []),
    ...(isQuantized ? [['Compared with llama.cpp', ROUNDING] as const] : []),
  ];
}

const ROUNDING =
  'the weights of the file, computed exactly; llama.cpp quantises activations to 8 bits, so its log-probabilities differ by about 0.1 nats';
