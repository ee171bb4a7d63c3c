// The autoencoders of a repository: each is a folder of its own, of which one is wanted.
import { UserError } from '../core/errors';
import { quote } from '../core/json';
import { planFiles, type Plan } from './plan';
import type { HubFile, Repository } from './repository';
import { weightsOf, type Weights } from './weights';

/** The weights of SAELens, Gemma Scope 1 and 2, and sparsify. */
const WEIGHTS = ['sae_weights.safetensors', 'params.safetensors', 'params.npz', 'sae.safetensors'];
/** What is read beside them. */
const BESIDE = [
  'cfg.json',
  'config.json',
  'sparsity.safetensors',
  'tokenscope.json',
  'labels.jsonl',
];
/** Listed in a message. */
const MOST_LISTED = 12;

/** By folder, '' for the repository itself, in the order of their names with numbers as numbers. */
export function autoencodersOf(files: readonly HubFile[]): Weights[] {
  const folders = new Map<string, HubFile[]>();
  for (const file of files) {
    const folder = folderOf(file.name);
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  const compare = new Intl.Collator('en', { numeric: true }).compare;
  return [...folders]
    .sort(([a], [b]) => compare(a, b))
    .flatMap(([folder, all]): Weights[] => {
      const named = (name: string) => all.find(file => nameIn(file.name) === name);
      const weights = WEIGHTS.map(named).find(Boolean);
      if (!weights) return [];
      const own = [weights, ...BESIDE.flatMap(name => named(name) ?? [])];
      const bytes = own.reduce((sum, file) => sum + (file.bytes ?? Infinity), 0);
      return [{ kind: 'autoencoder', name: folder, files: own, bytes }];
    });
}

/** Whether a repository holds autoencoders and no model. */
export function isOfAutoencoders({ files }: Repository): boolean {
  return weightsOf(files).length === 0 && autoencodersOf(files).length > 0;
}

/**
 * `wanted`: the folder of one, or a part of its name that is one's alone. Throws `UserError` with those that there are.
 */
export function planAutoencoder(
  repository: Repository,
  cacheFolder: string,
  wanted?: string,
): Plan {
  const all = autoencodersOf(repository.files);
  const [only] = all;
  if (!only)
    throw new UserError(
      `${repository.name} has no supported autoencoder: no folder contains ${WEIGHTS.join(', ')}.${pickled(repository)}`,
    );
  const folder = wanted?.replace(/^\/+|\/+$/g, '');
  const exact = all.find(({ name }) => name === folder);
  const fitting = exact ? [exact] : all.filter(({ name }) => !folder || name.includes(folder));
  if (fitting.length === 1) return planFiles(repository, cacheFolder, fitting[0]!, all, []);
  const listed = (fitting.length > 0 ? fitting : all).map(({ name }) => name || '.');
  const list = `${listed.slice(0, MOST_LISTED).join(', ')}${listed.length > MOST_LISTED ? ` and ${listed.length - MOST_LISTED} more` : ''}`;
  throw new UserError(
    fitting.length > 0
      ? `${repository.name} has ${fitting.length} autoencoders${folder ? ` with ${quote(folder)} in their names` : ''}, and only one can be downloaded at a time. Choose one of ${list}.`
      : `${repository.name} has no autoencoder ${quote(folder)}. Available: ${list}.`,
  );
}

function pickled({ files }: Repository): string {
  return files.some(({ name }) => /\.(pt|pth|bin)$/.test(name))
    ? ' It has pickles, which can run code and are not loaded.'
    : '';
}

const folderOf = (name: string) => name.slice(0, Math.max(0, name.lastIndexOf('/')));
const nameIn = (name: string) => name.slice(name.lastIndexOf('/') + 1);
