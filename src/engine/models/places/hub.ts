// Models in the download cache of the Hugging Face hub: a folder for each repository, whose snapshots are links to its
// blobs. https://huggingface.co/docs/huggingface_hub/guides/manage-cache
import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Found } from './found';
import { ggufFiles } from './ggufFiles';
import type { Place } from './place';

const PREFIX = 'models--';
const REVISION = /^[0-9a-f]{4,64}$/;
/** Of a name on the hub. */
const PART = /^(?!\.+$)[\w.-]+$/;

export function* hubModels(place: Place): Generator<Found> {
  for (const { path } of place.folders(place.folder)) {
    const repository = repositoryName(path);
    if (repository === undefined) continue;
    const snapshot = snapshotOf(place, path);
    // A download that was begun.
    if (snapshot !== undefined) yield* inSnapshot(place, repository, snapshot);
  }
}

/** 'org/name' of a repository's folder; undefined of another folder. */
export function repositoryName(folder: string): string | undefined {
  const name = basename(folder);
  return name.startsWith(PREFIX) ? name.slice(PREFIX.length).replace('--', '/') : undefined;
}

/** The models of a repository, 'org/name'; none where it is not on this machine. */
export function* hubRepository(place: Place, repository: string): Generator<Found> {
  const parts = repository.split('/');
  if (parts.length > 2 || !parts.every(part => PART.test(part))) return;
  const folder = join(place.folder, `${PREFIX}${parts.join('--')}`);
  const snapshot = place.exists && place.has(folder) ? snapshotOf(place, folder) : undefined;
  if (snapshot !== undefined) yield* inSnapshot(place, repository, snapshot);
}

/** A repository has a model as a folder, or GGUF files, or both. */
function* inSnapshot(place: Place, repository: string, snapshot: string): Generator<Found> {
  const found = { place: place.id, name: repository, model: `hf:${repository}`, path: snapshot };
  const files = [...ggufFiles(place, snapshot)];
  const isModel = ['config.json', 'tokenizer.json', 'adapter_config.json'].some(name =>
    place.has(join(snapshot, name)),
  );
  if (isModel && !(files.length > 0 && !hasWeights(place, snapshot))) yield found;
  for (const { path, inside, refused } of files)
    yield {
      ...found,
      name: `${repository}/${inside}`,
      model: `hf:${repository}/${inside}`,
      path,
      gguf: true,
      ...(refused && { refused }),
    };
}

/** Repositories of GGUF files often have the configuration of what they were made from. */
function hasWeights(place: Place, snapshot: string): boolean {
  return place.entries(snapshot).some(({ name }) => /\.(safetensors|onnx)$|^onnx$/.test(name));
}

/** That of refs/main, else the newest. */
function snapshotOf(place: Place, repository: string): string | undefined {
  const main = place
    .bytes(join(repository, 'refs', 'main'), 1000)
    ?.toString('utf8')
    .trim();
  const all = place.folders(join(repository, 'snapshots')).map(({ path }) => path);
  const named = main && REVISION.test(main) && all.find(path => basename(path) === main);
  return named || newest(all);
}

function newest(folders: readonly string[]): string | undefined {
  const timeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const timed = folders.map(path => ({ path, time: timeOf(path) }));
  return timed.sort((a, b) => b.time - a.time)[0]?.path;
}
