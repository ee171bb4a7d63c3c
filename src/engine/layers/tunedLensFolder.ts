// The folder of a tuned lens (Belrose et al. 2023, arXiv:2303.08112) in the layout of the `tuned_lens` package, with
// safetensors in place of its pickle: config.json, and params.safetensors with "I.weight" [out, in] and "I.bias".
// Translator I reads what goes into block I: that of block 0, the embeddings, is no rung of the ladder.
import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../../core/errors';
import { quote, quoteName, type Json } from '../../core/json';
import type { Translator, TunedLens } from '../../core/layers/readings';
import { namedPath } from '../files/namedPath';
import { readSafetensorsHeader, type StoredTensor } from '../files/safetensorsHeader';
import { readJson } from '../models/readJson';
import { readSafetensors } from '../sae/safetensors';

const BESIDE = 'tuned-lens';
const CONFIG = 'config.json';
const WEIGHTS = 'params.safetensors';
const PICKLE = 'params.pt';
const TYPE = 'linear_tuned_lens';
const KNOWN = new Set([
  'base_model_name_or_path',
  'd_model',
  'num_hidden_layers',
  'bias',
  'base_model_revision',
  'unembed_hash',
  'lens_type',
]);
const DTYPES = ['F32', 'F16', 'BF16'];

/** The folder of the lens that comes with a model, or with the file that it is; undefined where there is none. */
export function tunedLensBeside(model: string): string | undefined {
  if (!existsSync(model)) return undefined;
  const folder = join(statSync(model).isFile() ? dirname(model) : model, BESIDE);
  return existsSync(folder) ? folder : undefined;
}

/** Name of a lens beside a model, from its configuration; the name of its folder if that cannot be read. */
export function tunedLensName(folder: string): string {
  try {
    checkInside(folder);
    return nameIn(readJson(folder, CONFIG) ?? {}, folder);
  } catch {
    // Reading the lens says what is wrong with it.
    return basename(folder);
  }
}

const nameIn = ({ base_model_name_or_path: name }: Json, folder: string) =>
  typeof name === 'string' && name !== '' ? name : basename(folder);

/** A lens that comes with a model is read where the model is, links followed. Throws `UserError` where it leads elsewhere. */
function checkInside(folder: string): void {
  const model = dirname(folder);
  for (const name of ['', CONFIG, WEIGHTS])
    namedPath(model, join(basename(folder), name), 'folder', model);
}

/** Throws as `readTunedLens` does, and where a link leads out of the model's folder. */
export function readTunedLensBeside(folder: string): TunedLens {
  checkInside(folder);
  return readTunedLens(folder);
}

/** Throws `UserError` that names the file and what is wrong with it. */
export function readTunedLens(path: string): TunedLens {
  const folder = resolve(path);
  const config = configOf(folder);
  const file = join(folder, WEIGHTS);
  if (!existsSync(file)) throw withoutWeights(folder);
  const stored = new Map(readSafetensorsHeader(file).tensors.map(each => [each.name, each]));
  const { width, layers, hasBias } = config;
  for (let i = 0; i < layers; i++) {
    takeShape(file, stored, `${i}.weight`, [width, width]);
    if (hasBias) takeShape(file, stored, `${i}.bias`, [width]);
  }
  const [unknown] = stored.keys();
  if (unknown !== undefined)
    throw new UserError(
      `${file} has the tensor ${quoteName(unknown)}, which a tuned lens of ${layers} layers does not have.`,
    );
  const weights = readSafetensors(file);
  const numbersOf = (name: string): Float32Array => {
    const { data } = weights.get(name);
    if (data.every(Number.isFinite)) return data;
    throw new UserError(`${file}: "${name}" holds a value that is not a finite number.`);
  };
  const translators = Array.from({ length: layers - 1 }, (_, layer): Translator => {
    const weight = numbersOf(`${layer + 1}.weight`);
    return {
      weight,
      bias: hasBias ? numbersOf(`${layer + 1}.bias`) : new Float32Array(width),
    };
  });
  return { name: config.name, folder, width, translators };
}

function configOf(folder: string) {
  const file = join(folder, CONFIG);
  const config = readJson(folder, CONFIG);
  if (!config)
    throw existsSync(folder)
      ? new UserError(`There is no ${CONFIG} of a tuned lens in ${folder}.`)
      : new UserError(`Tuned lens not found: ${folder} does not exist.`);
  const unknown = Object.keys(config).find(name => !KNOWN.has(name));
  if (unknown !== undefined)
    throw new UserError(`${file} has a field ${quoteName(unknown)}, which is not supported.`);
  const { lens_type: type = TYPE, bias: hasBias = true } = config;
  if (type !== TYPE)
    throw new UserError(`${file}: "lens_type" is ${quote(type)}; only "${TYPE}" is supported.`);
  if (typeof hasBias !== 'boolean')
    throw new UserError(`${file}: "bias" should be true or false, not ${quote(hasBias)}.`);
  const count = (name: string): number => {
    const value = config[name];
    if (Number.isSafeInteger(value) && Number(value) > 0) return Number(value);
    throw new UserError(
      `${file}: "${name}" should be a whole number above 0, not ${quote(value)}.`,
    );
  };
  const [width, layers] = [count('d_model'), count('num_hidden_layers')];
  return { name: nameIn(config, folder), width, layers, hasBias };
}

/** Takes a tensor off those that are left. */
function takeShape(
  file: string,
  stored: Map<string, StoredTensor>,
  name: string,
  shape: readonly number[],
): void {
  const tensor = stored.get(name);
  if (!tensor) throw new UserError(`${file} has no tensor "${name}".`);
  if (tensor.shape.join() !== shape.join())
    throw new UserError(
      `${file}: "${name}" has the shape [${tensor.shape.join(', ')}]; its ${CONFIG} needs [${shape.join(', ')}].`,
    );
  if (!DTYPES.includes(tensor.dtype))
    throw new UserError(
      `${file}: "${name}" is of type ${quote(tensor.dtype)}; ${DTYPES.join(', ')} are supported.`,
    );
  stored.delete(name);
}

function withoutWeights(folder: string): UserError {
  const pickle = join(folder, PICKLE);
  return existsSync(pickle)
    ? new UserError(
        `${pickle} is a pickle, which can run code, and is not loaded. ` +
          `Convert it in a clone of Tokenscope with: python -m training.tuned_lens.convert "${folder}"`,
      )
    : new UserError(`There is no ${WEIGHTS} of a tuned lens in ${folder}.`);
}
