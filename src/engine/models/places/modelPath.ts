// The path of a model that is named: a folder or a file, 'ollama:qwen2.5-coder:0.5b', or 'hf:org/name'. Nothing is ever
// downloaded for a name.
import { existsSync } from 'node:fs';
import { UserError } from '../../../core/errors';
import type { Found } from './found';
import { hubRepository } from './hub';
import { manifestOf, ofManifest } from './ollama';
import { Place } from './place';
import { hubCache, ollamaFolders, surroundings, type Surroundings } from './placeFolders';

const OLLAMA = 'ollama:';
const HUB = 'hf:';

/** A path is returned as it is. Throws `UserError` for a name that is not on this machine, or stands for several models. */
export function modelPath(given: string, around: Surroundings = surroundings()): string {
  // A folder may be called like that.
  return existsSync(given) ? given : (namedModelPath(given, around) ?? given);
}

/** The same for a name alone; undefined for what is none. */
export function namedModelPath(
  given: string,
  around: Surroundings = surroundings(),
): string | undefined {
  if (given.startsWith(OLLAMA)) return ollamaPath(given.slice(OLLAMA.length), around);
  if (given.startsWith(HUB)) return hubPath(given.slice(HUB.length), around);
  return undefined;
}

function ollamaPath(name: string, around: Surroundings): string {
  for (const folder of ollamaFolders(around)) {
    const place = new Place('ollama', folder);
    const manifest = manifestOf(folder, name);
    if (manifest === undefined)
      throw new UserError(
        `ollama:${name} is not an Ollama model name. Write it as ollama:qwen2.5-coder:0.5b.`,
      );
    if (!place.exists || !place.has(manifest)) continue;
    return openable(ofManifest(place, manifest, name));
  }
  throw new UserError(
    `ollama:${name} is not on this machine. Get it with \`ollama pull ${name}\`, or see \`tokenscope models\` for the models on this machine.`,
  );
}

/** 'org/name', and of its GGUF files '/FILE', or ':' and a part of a file's name, as llama.cpp and Ollama write it. */
function hubPath(name: string, around: Surroundings): string {
  const [whole = '', part] = name.split(':');
  const [org = '', repository = '', ...rest] = whole.split('/');
  const file = rest.join('/');
  const id = repository ? `${org}/${repository}` : org;
  const all = [...hubRepository(new Place('hub', hubCache(around)), id)];
  const asked = file || part;
  const found = all.filter(each => !asked || fits(each, id, file, part));
  const [only] = found;
  if (!only) {
    const what = all.length > 0 && asked ? `${asked} of hf:${id}` : `hf:${id}`;
    const get = `tokenscope get ${id}${asked ? ` --weights ${asked}` : ''}`;
    throw new UserError(`${what} is not on this machine. Download it with \`${get}\`.`);
  }
  // The folder itself, or the file that is called so.
  const exact = found.find(each => each.model === `${HUB}${file ? `${id}/${file}` : id}`);
  if (found.length === 1 || exact) return openable(exact ?? only);
  throw new UserError(
    `hf:${name} has several models: choose ${found.map(({ model }) => model).join(' or ')}.`,
  );
}

function fits({ model, gguf }: Found, id: string, file: string, part = ''): boolean {
  if (!gguf) return false;
  const own = model.slice(`${HUB}${id}/`.length);
  if (file) return own === file || own === `${file}.gguf`;
  return own.toLowerCase().includes(part.toLowerCase());
}

function openable({ model, path, refused }: Found): string {
  if (refused) throw new UserError(`${model} cannot be opened. ${refused}`);
  return path;
}
