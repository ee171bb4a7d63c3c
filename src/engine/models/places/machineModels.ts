// The models on this machine: those of other programs, and of folders that are named. No weights are read.
import { existsSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { MachineModel, PlaceId, PlaceProblem } from '../../../core/models/machineModel';
import { UserError } from '../../../core/errors';
import { repositoryOf } from '../../files/namedPath';
import { isGgufFile } from '../sources/gguf/ggufModel';
import { NOTHING_KNOWN, type Description } from './description';
import { describeFolder } from './folderDescription';
import type { Found } from './found';
import { filesAsModels } from './ggufFiles';
import { describeGguf } from './ggufDescription';
import { hubModels, repositoryName } from './hub';
import { ollamaModels } from './ollama';
import { Place } from './place';
import { placeFolders, type ProgramPlace, type Surroundings } from './placeFolders';

/** Of all places together. */
const MOST_MODELS = 5000;

const READERS: Readonly<Record<ProgramPlace, (place: Place) => Generator<Found>>> = {
  hub: hubModels,
  ollama: ollamaModels,
  'lm-studio': filesAsModels,
  'llama.cpp': filesAsModels,
};

export interface NamedModel {
  readonly place: PlaceId;
  readonly path: string;
  /** That of the path where none is given. */
  readonly name?: string;
}

export interface MachineOptions {
  readonly around: Surroundings;
  /** Folders and files by themselves, which come first. */
  readonly named: readonly NamedModel[];
  /** Hears of what could not be read. */
  readonly onProblem: (problem: PlaceProblem) => void;
}

/** One after the other, as they are found; each path once. */
export function* machineModels({
  around,
  named,
  onProblem,
}: MachineOptions): Generator<MachineModel> {
  const seen = new Set<string>();
  for (const each of named) {
    if (seen.has(each.path)) continue;
    seen.add(each.path);
    yield modelAt(each);
  }
  for (const [id, folders] of Object.entries(placeFolders(around))) {
    for (const folder of folders) {
      const place = new Place(id as ProgramPlace, folder);
      for (const found of READERS[id as ProgramPlace](place)) {
        if (seen.has(found.model)) continue;
        if (seen.size >= MOST_MODELS) {
          const problem = `there are more than ${MOST_MODELS} models; the rest is not listed`;
          return onProblem({ place: place.id, path: folder, problem });
        }
        seen.add(found.model);
        const model = described(found, place);
        if (model) yield model;
      }
      for (const problem of place.problems) onProblem(problem);
    }
  }
}

/** Undefined where it turns out to hold no model. */
function described(
  { place: id, name, model, path, gguf, licence, refused }: Found,
  place: Place,
): MachineModel | undefined {
  const about: Description | undefined = refused
    ? { format: gguf ? 'gguf' : null, opens: 'no', why: refused }
    : gguf
      ? describeGguf(path)
      : describeFolder(place, path);
  if (!about) return undefined;
  const whole = { place: id, name, model, path, ...NOTHING_KNOWN, ...about };
  return { ...whole, licence: whole.licence ?? licence ?? null };
}

/** A folder or file by itself, which may have gone since it was chosen. */
function modelAt({ place: id, path, name = basename(path) }: NamedModel): MachineModel {
  const repository = repositoryOf(path);
  const place = new Place(id, repository ?? path);
  const own = repository && repositoryName(repository);
  const found: Found = { place: id, name: own ?? name, model: path, path };
  const none = (why: string) => described({ ...found, refused: why }, place)!;
  if (!existsSync(path)) return none('It is no longer there.');
  try {
    if (statSync(path).isDirectory())
      return described(found, place) ?? none('It contains neither a model nor a tokenizer.');
    if (isGgufFile(path)) return described({ ...found, gguf: true }, place)!;
    const why = 'It is only a tokenizer.';
    return { ...found, ...NOTHING_KNOWN, opens: 'tokenizer', why, bytes: null };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return none(error.message);
  }
}
