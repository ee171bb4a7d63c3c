// Which format a folder or a file of weights is in, and what it says.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { hookOf } from '../../core/sae/hookNames';
import type { Sae } from '../../core/sae/sae';
import { UserError } from '../../core/errors';
import { readJson, type Json } from '../models/readJson';
import {
  readCircuitTracer,
  readDictionaryLearning,
  readGemmaScope,
  readGemmaScope2,
  readLlamaScope,
  readOpenAi,
  readQwenScope,
  readSparsify,
  type WeightFiles,
} from './formats';
import { assembleSae, type SaeParts } from './canonicalSae';
import { readSaeLens } from './saelens';
import { readSafetensors } from './tensors';

interface Found extends WeightFiles {
  readonly folder: string;
  readonly file: string;
}

interface Format {
  /** Whether a file of weights, and the configuration beside it, are of this format. */
  fits(found: Found): boolean;
  read(found: Found): SaeParts;
}

const holds = (path: string, name: string) =>
  path.endsWith('.safetensors') && readSafetensors(path).has(name);

/** The first that fits. */
const FORMATS: readonly Format[] = [
  {
    fits: ({ file }) => file === 'sae_weights.safetensors',
    read: ({ path, folder, config }) => readSaeLens(path, folder, config),
  },
  { fits: ({ file }) => file.endsWith('.npz'), read: readGemmaScope },
  { fits: ({ file }) => file === 'params.safetensors', read: readGemmaScope2 },
  { fits: ({ file }) => file === 'sae.safetensors', read: readSparsify },
  { fits: ({ config }) => 'trainer' in config, read: readDictionaryLearning },
  { fits: ({ path }) => holds(path, 'latent_bias'), read: readOpenAi },
  { fits: ({ config }) => 'dataset_average_activation_norm' in config, read: readLlamaScope },
  { fits: ({ yaml }) => yaml !== '', read: readCircuitTracer },
  { fits: ({ file }) => /^layer_?\d+/.test(file), read: readQwenScope },
];

const CONFIGS = ['cfg.json', 'config.json', 'hyperparams.json'];
const PICKLES = /\.(?:pt|pth|bin|ckpt|pkl)$/;

/**
 * An autoencoder of a folder, or of one file in it where the folder holds several. A `tokenscope.json` there may
 * say "hook", "firstPosition" (the first position of a window that it was trained on), "k" or whatever else the format's own configuration does not. Throws `UserError`.
 */
export function readSae(path: string): Sae {
  const given = resolve(path);
  if (!existsSync(given)) throw new UserError(`There is no autoencoder: ${given} does not exist.`);
  const found = statSync(given).isDirectory() ? inFolder(given) : given;
  const folder = dirname(found);
  const own = readJson(folder, 'tokenscope.json') ?? {};
  const configName = CONFIGS.find(name => existsSync(join(folder, name)));
  const config: Json = { ...(configName && readJson(folder, configName)), ...own };
  const yamlPath = join(folder, 'config.yaml');
  const yaml = existsSync(yamlPath) ? readFileSync(yamlPath, 'utf8') : '';
  // Other newer architectures are told by their configuration, whatever their files are called.
  const files = { path: found, folder, file: basename(found), config, yaml };
  const format = FORMATS.find(({ fits }) => fits(files));
  if (!format)
    throw new UserError(
      `${found} is in no format of autoencoders that is read here; the README lists those that are.`,
    );
  const sae = assembleSae(found, format.read(files));
  const hook = typeof own.hook === 'string' ? (hookOf(own.hook) ?? own.hook) : sae.source.hook;
  const firstPosition =
    typeof own.firstPosition === 'number' ? own.firstPosition : sae.source.firstPosition;
  const hookOut = sae.source.hookOut ?? hook;
  return { ...sae, source: { ...sae.source, hook, hookOut, firstPosition } };
}

function inFolder(folder: string): string {
  const names = readdirSync(folder).sort();
  const readable = names.filter(
    name => /\.(?:safetensors|npz)$/.test(name) && name !== 'sparsity.safetensors',
  );
  const known = ['sae_weights.safetensors', 'params.safetensors', 'sae.safetensors', 'params.npz'];
  const only = known.find(name => readable.includes(name)) ?? readable[0];
  if (readable.length > 1 && !known.includes(only!))
    throw new UserError(
      `${folder} holds ${readable.length} files of weights: choose one of them (${readable.slice(0, 4).join(', ')}, ...).`,
    );
  if (only) return join(folder, only);
  const pickled = names.find(name => PICKLES.test(name));
  if (pickled)
    throw new UserError(
      `${join(folder, pickled)} is a pickle, which may run code when it is read, and is not read here. ` +
        `Convert it in a clone of Tokenscope: python -m training.convert_pt ${pickled}`,
    );
  throw new UserError(`${folder} holds no weights of an autoencoder (.safetensors or .npz).`);
}
