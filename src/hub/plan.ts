// What a download would do, before anything is downloaded: which files, how many bytes, and where to.
import { statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../core/errors';
import { quote } from '../core/json';
import { blobPath, repositoryFolder, sizeOf, snapshotFolder } from './cache';
import { isSafePath } from './names';
import type { Checksum, HubFile, Repository } from './repository';
import { chooseWeights, weightsOf, type Weights } from './weights';

export interface PlannedFile {
  readonly name: string;
  readonly bytes: number;
  readonly checksum: Checksum;
  /** Its place in the snapshot. */
  readonly path: string;
  readonly blob: string;
  /** What an earlier download left is at most this much. */
  readonly there: number;
}

export interface Plan {
  readonly repository: Repository;
  readonly weights: Weights;
  /** All weights of the repository, to choose others. */
  readonly choices: readonly Weights[];
  readonly files: readonly PlannedFile[];
  /** Of all files, of two with one content once. */
  readonly bytes: number;
  /** Of those, to download. */
  readonly missing: number;
  /** Of the repository in the cache. */
  readonly folder: string;
  /** What is opened: the snapshot's folder, or in it a GGUF file, or an autoencoder's folder. */
  readonly path: string;
  /** Bytes for a user on the disk of the folder. */
  readonly free: number;
}

/** `wanted`: as `chooseWeights` takes it. Throws `UserError` where the repository has not what is needed. */
export function planDownload(repository: Repository, cacheFolder: string, wanted?: string): Plan {
  const weights = chooseWeights(repository, wanted);
  const beside = companions(repository, weights);
  return planFiles(repository, cacheFolder, weights, weightsOf(repository.files), beside);
}

/** Of the weights and what is read beside them. Throws `UserError` where a file cannot be checked, or leads elsewhere. */
export function planFiles(
  repository: Repository,
  cacheFolder: string,
  weights: Weights,
  choices: readonly Weights[],
  beside: readonly HubFile[],
): Plan {
  const folder = repositoryFolder(cacheFolder, repository.name);
  const snapshot = snapshotFolder(folder, repository.commit);
  const needed = [...cardOf(repository), ...beside, ...weights.files];
  const files = needed.map(file => planned(file, repository.name, folder, snapshot));
  const sum = (of: (file: PlannedFile) => number) =>
    distinct(files).reduce((total, file) => total + of(file), 0);
  return {
    repository,
    weights,
    choices,
    files,
    bytes: sum(({ bytes }) => bytes),
    missing: sum(({ bytes, there }) => bytes - there),
    folder,
    path: isInside(weights) ? join(snapshot, weights.name) : snapshot,
    free: freeBytes(folder),
  };
}

/** A file of each blob, one of which the most has to be downloaded. */
export function distinct(files: readonly PlannedFile[]): PlannedFile[] {
  const byBlob = new Map<string, PlannedFile>();
  for (const file of files) {
    const other = byBlob.get(file.blob);
    if (!other || file.there < other.there) byBlob.set(file.blob, file);
  }
  return [...byBlob.values()];
}

const isInside = ({ kind }: Weights) => kind === 'gguf' || kind === 'autoencoder';

/** The repository's page, which says its licence. */
const CARD = 'README.md';
/** Pages with pictures in them are not worth their bytes. */
const MOST_CARD_BYTES = 1 << 20;

function cardOf({ files }: Repository): HubFile[] {
  return files.filter(
    ({ name, bytes = Infinity, checksum }) =>
      name === CARD && bytes <= MOST_CARD_BYTES && checksum !== undefined,
  );
}

/** What is written until its checksum is known to be right. */
export const UNFINISHED = '.tokenscope.incomplete';

function planned(file: HubFile, repository: string, folder: string, snapshot: string): PlannedFile {
  const { name, bytes, checksum } = file;
  if (!isSafePath(name))
    throw new UserError(
      `${repository} has a file with an unsafe name, ${quote(name)}, so nothing is downloaded.`,
    );
  if (bytes === undefined || !checksum)
    throw new UserError(
      `The hub says no size or no checksum of ${name} of ${repository}, so it cannot be verified, and nothing is downloaded.`,
    );
  const blob = blobPath(folder, checksum);
  const path = join(snapshot, name);
  const isThere = sizeOf(path) === bytes || sizeOf(blob) === bytes;
  const begun = Math.min(bytes, Math.max(0, sizeOf(`${blob}${UNFINISHED}`)));
  return { name, bytes, checksum, path, blob, there: isThere ? bytes : begun };
}

const CONFIGURATION = [
  'config.json',
  'generation_config.json',
  'tokenizer_config.json',
  'tokenscope.json',
];

/** The rest is its base's, and so is a tokenizer where it has none. */
const OF_ADAPTER = ['tokenizer_config.json', 'tokenscope.json'];

/**
 * What is read beside the weights, with the smallest complete set of tokenizer files. A GGUF file has all in it. Throws
 * `UserError` where there is no tokenizer.
 */
function companions({ name, files }: Repository, weights: Weights): HubFile[] {
  if (weights.kind === 'gguf') return [];
  const named = (names: readonly string[]) => files.filter(file => names.includes(file.name));
  const tokenizer = tokenizerFiles(files, named);
  if (weights.kind === 'adapter') return [...named(OF_ADAPTER), ...tokenizer];
  if (tokenizer.length === 0)
    throw new UserError(
      `${name} has no supported tokenizer. Use the repository of the original model.`,
    );
  const isInRoot = weights.kind === 'onnx' && !weights.name.includes('/');
  return [...named([...CONFIGURATION, ...(isInRoot ? ['genai_config.json'] : [])]), ...tokenizer];
}

function tokenizerFiles(
  files: readonly HubFile[],
  named: (names: readonly string[]) => HubFile[],
): HubFile[] {
  const json = named(['tokenizer.json']);
  if (json.length > 0) return json;
  const pairs = named(['vocab.json', 'merges.txt']);
  if (pairs.length === 2) return pairs;
  return files.filter(({ name }) => /^[^/]+\.(tiktoken|model|model\.v\d+)$/.test(name));
}

/** On the disk of a folder that need not exist. */
export function freeBytes(folder: string): number {
  for (let at = folder; ; at = dirname(at)) {
    try {
      const { bavail, bsize } = statfsSync(at);
      return bavail * bsize;
    } catch {
      if (at === dirname(at)) return Infinity;
    }
  }
}
