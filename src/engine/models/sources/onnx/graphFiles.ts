// Which of a folder's .onnx files is the model: exporters write the same decoder in several precisions, and in parts.
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import type { DtypeChoice } from '../../../../core/models/machineModel';
import { graphOfGenai } from '../../genaiConfig';
import { fitsMemory } from '../../source';

/** The folders that exporters write graphs to, relative to a model's folder. */
const PLACES = ['onnx', ''];

/**
 * The dtypes of transformers.js by the names of their files without ending; those whose numbers are closest to the trained
 * model's come first. Weights of 4 bits are computed with exactly, half precision is not.
 */
const DTYPES = new Map([
  ['fp32', 'model'],
  ['q4', 'model_q4'],
  ['bnb4', 'model_bnb4'],
  ['fp16', 'model_fp16'],
  ['q4f16', 'model_q4f16'],
  ['q8', 'model_quantized'],
  ['int8', 'model_int8'],
  ['uint8', 'model_uint8'],
  ['q2', 'model_q2'],
  ['q2f16', 'model_q2f16'],
  ['q1', 'model_q1'],
  ['q1f16', 'model_q1f16'],
]);

/** Of other exporters, which have one precision. */
const OTHER_NAMES = ['decoder_model_merged', 'decoder_with_past_model', 'decoder_model'];

export interface GraphFile {
  readonly path: string;
  /** As transformers.js calls it; undefined where the file's name says none. */
  readonly dtype: string | undefined;
  /** With the weights beside it, by their usual names. */
  readonly sizeBytes: number;
}

export interface FoundGraph extends GraphFile {
  /** The others that the folder has. */
  readonly otherDtypes: readonly string[];
}

/** The exports of a folder by their dtypes, where there are several; in the order of their numbers' closeness. */
export function dtypesIn(folder: string, memoryBytes?: number): DtypeChoice[] {
  const usual = findGraph(folder, undefined, memoryBytes);
  const others = usual?.dtype === undefined ? [] : usual.otherDtypes;
  if (!usual?.dtype || others.length === 0) return [];
  const why = usual.dtype === 'fp32' ? 'the numbers of the trained model' : whyNot32(others);
  return [...DTYPES.keys()].flatMap(dtype => {
    if (dtype !== usual.dtype && !others.includes(dtype)) return [];
    const { sizeBytes } = findGraph(folder, dtype, memoryBytes)!;
    const isDefault = dtype === usual.dtype ? why : null;
    return [{ dtype, memory: sizeBytes, written: 0, isDefault }];
  });
}

function whyNot32(others: readonly string[]): string {
  return others.includes('fp32')
    ? 'float32 takes more than half of the memory'
    : 'there is no float32 export';
}

/**
 * The graph of a folder: the one that its genai_config.json names; else the one of the dtype, where the folder has it;
 * else float32 if it fits into memory, else the first dtype of the list above; else the first by name, else the only one.
 */
export function findGraph(
  folder: string,
  dtype?: string,
  memoryBytes?: number,
): FoundGraph | undefined {
  const all = graphsIn(folder);
  const fileOf = (name: string, named?: string): GraphFile | undefined => {
    const file = PLACES.map(place => join(place, `${name}.onnx`)).find(each => all.includes(each));
    if (file === undefined) return undefined;
    return { path: join(folder, file), dtype: named, sizeBytes: sizeOf(folder, file) };
  };
  const named = graphOfGenai(folder);
  if (named !== undefined && all.includes(named)) {
    const sizeBytes = sizeOf(folder, named);
    return { path: join(folder, named), dtype: undefined, sizeBytes, otherDtypes: [] };
  }
  const found = [...DTYPES].flatMap(([key, name]) => fileOf(name, key) ?? []);
  const fits = ({ dtype, sizeBytes }: GraphFile) =>
    dtype !== 'fp32' || fitsMemory(sizeBytes, memoryBytes);
  const [only = ''] = all.length === 1 ? all : [];
  const chosen =
    found.find(each => each.dtype === dtype) ??
    found.find(fits) ??
    found[0] ??
    OTHER_NAMES.map(name => fileOf(name)).find(Boolean) ??
    (only && { path: join(folder, only), dtype: undefined, sizeBytes: sizeOf(folder, only) });
  if (!chosen) return undefined;
  const dtypes = found.flatMap(each => each.dtype ?? []);
  return { ...chosen, otherDtypes: dtypes.filter(each => each !== chosen.dtype) };
}

/** A graph's file that was chosen in place of its model's folder, which is the file's own or the one above. */
export function graphAt(path: string): { folder: string; found: FoundGraph } | undefined {
  if (!path.endsWith('.onnx')) return undefined;
  const own = dirname(path);
  const isModel = (folder: string) => namesIn(folder).some(name => MODEL_FILES.has(name));
  const folder = [own, dirname(own)].find(isModel) ?? own;
  const name = basename(path, '.onnx');
  const dtype = [...DTYPES].find(([, each]) => each === name)?.[0];
  const sizeBytes = sizeOf(folder, relative(folder, path));
  return { folder, found: { path, dtype, sizeBytes, otherDtypes: [] } };
}

const MODEL_FILES = new Set(['config.json', 'genai_config.json', 'tokenizer.json']);

/** Why `findGraph` found none: a sentence without its period. */
export function whyNoGraph(folder: string): string {
  const all = graphsIn(folder);
  if (all.length === 0) return `there is no model.onnx in ${folder} or in its folder onnx`;
  return `which of ${all.join(', ')} in ${folder} is the model is unclear. Rename it to model.onnx`;
}

/** Paths relative to the folder. */
function graphsIn(folder: string): string[] {
  return PLACES.flatMap(place =>
    namesIn(join(folder, place))
      .filter(name => name.endsWith('.onnx'))
      .map(name => join(place, name)),
  );
}

/** Of the graph and of the files that begin with its name: NAME.onnx_data, NAME.onnx_data_1, NAME.onnx.data. */
function sizeOf(folder: string, file: string): number {
  const path = join(folder, file);
  const place = join(path, '..');
  return namesIn(place)
    .map(name => join(place, name))
    .filter(
      each => each === path || (/^[._]data/.test(each.slice(path.length)) && each.startsWith(path)),
    )
    .reduce((sum, each) => sum + sizeOfFile(each), 0);
}

/** 0 for what is no file, or a link to none: who opens it says so. */
function sizeOfFile(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}

/** Sorted; none where there is no such folder, or it cannot be read. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
