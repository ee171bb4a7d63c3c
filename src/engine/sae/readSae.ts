// Finds the format that a folder or a file of weights is in, and reads it.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { hookOf } from '../../core/sae/hookNames';
import { neuronpediaName } from '../../core/sae/neuronpedia';
import type { Sae } from '../../core/sae/sae';
import { publishedConfig, publishedIn } from '../../core/sae/publishedSaes';
import { UserError } from '../../core/errors';
import { repositoryOf } from '../files/namedPath';
import { readPartIfThere } from '../files/regularFile';
import { repositoryName } from '../models/places/hub';
import { readJson } from '../models/readJson';
import { asString, isObject, type Json } from '../../core/json';
import { assembleSae } from './canonicalSae';
import { circuitTracer } from './formats/circuitTracer';
import { dictionaryLearning } from './formats/dictionaryLearning';
import { gemmaScope, gemmaScope2 } from './formats/gemmaScope';
import { llamaScope } from './formats/llamaScope';
import { openAi } from './formats/openAi';
import { qwenScope } from './formats/qwenScope';
import { saeLens } from './formats/saeLens';
import type { SaeFormat } from './formats/saeFormat';
import { sparsify } from './formats/sparsify';

/**
 * The first that fits is a file's format. Those with a file name of their own come first; the others are recognized by
 * their configuration or their tensors.
 */
export const saeFormats: readonly SaeFormat[] = [
  saeLens,
  gemmaScope,
  gemmaScope2,
  sparsify,
  dictionaryLearning,
  openAi,
  llamaScope,
  circuitTracer,
  qwenScope,
];

const CONFIGS = ['cfg.json', 'config.json', 'hyperparams.json'];
const PICKLES = /\.(?:pt|pth|bin|ckpt|pkl)$/;

/**
 * Reads the autoencoder of a folder, or of one file if the folder holds several. A `tokenscope.json` beside it may add
 * "hook", "firstPosition" (the first position of a window that it was trained on), "k", or anything else that the
 * format's own configuration leaves out. Throws `UserError` that names the file.
 */
export function readSae(path: string): Sae {
  const given = resolve(path);
  if (!existsSync(given)) throw new UserError(`Autoencoder not found: ${given} does not exist.`);
  const found = statSync(given).isDirectory() ? inFolder(given) : given;
  const folder = dirname(found);
  const own = readJson(folder, 'tokenscope.json') ?? {};
  const configName = CONFIGS.find(name => existsSync(join(folder, name)));
  const repository = repositoryOf(folder);
  const config: Json = {
    ...(configName && readJson(folder, configName)),
    ...publishedConfig(repositoryName(repository ?? '')),
    ...own,
  };
  const yaml = readPartIfThere(join(folder, 'config.yaml'))?.toString('utf8') ?? '';
  const files = { path: found, folder, file: basename(found), config, yaml };
  const format = saeFormats.find(({ fits }) => fits(files));
  if (!format)
    throw new UserError(
      `${found} is not in a supported autoencoder format. Supported: ${saeFormats.map(({ name }) => name).join(', ')}.`,
    );
  const sae = assembleSae(found, format.name, format.read(files));
  const hook = typeof own.hook === 'string' ? (hookOf(own.hook) ?? own.hook) : sae.source.hook;
  const firstPosition =
    typeof own.firstPosition === 'number' ? own.firstPosition : sae.source.firstPosition;
  const hookOut = sae.source.hookOut ?? hook;
  const neuronpedia = neuronpediaOf(config) ?? publishedName(repository, folder) ?? null;
  return { ...sae, source: { ...sae.source, hook, hookOut, firstPosition, neuronpedia } };
}

/** SAELens keeps its name on Neuronpedia in the configuration. */
function neuronpediaOf(config: Json): string | undefined {
  const { metadata } = config;
  const id = isObject(metadata) ? metadata.neuronpedia_id : config.neuronpedia_id;
  return neuronpediaName(asString(id) ?? '');
}

function publishedName(repository: string | undefined, folder: string): string | undefined {
  if (repository === undefined) return undefined;
  // Below `snapshots/REVISION`.
  const inside = relative(join(repository, 'snapshots'), folder).split(sep).slice(1).join('/');
  return publishedIn(repositoryName(repository), inside)?.neuronpedia;
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
      `${join(folder, pickled)} is a pickle, which can run code, and is not loaded. ` +
        `Convert it in a clone of Tokenscope with python -m training.sae.convert_pt ${pickled}`,
    );
  throw new UserError(`${folder} holds no weights of an autoencoder (.safetensors or .npz).`);
}
