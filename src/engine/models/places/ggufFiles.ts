// GGUF files below a folder. Of a model in parts the first stands for all.
import { join, relative, sep } from 'node:path';
import type { Found } from './found';
import type { Place } from './place';

const PART = /-(\d{5})-of-(\d{5})\.gguf$/i;
const MOST_PARTS = 512;
const MOST_LEVELS = 3;

export interface GgufFileFound {
  readonly path: string;
  /** From the folder on, with slashes. */
  readonly inside: string;
  /** Why it may not be read: a sentence. */
  readonly refused?: string;
}

export function* ggufFiles(
  place: Place,
  folder: string,
  from = folder,
  levels = MOST_LEVELS,
): Generator<GgufFileFound> {
  for (const { name, path, isFolder } of place.entries(folder)) {
    if (isFolder && levels > 1) yield* ggufFiles(place, path, from, levels - 1);
    if (isFolder || !/\.gguf$/i.test(name)) continue;
    const part = PART.exec(name);
    if (part && Number(part[1]) !== 1) continue;
    const why = namesOf(name)
      .map(each => place.whyNot(join(folder, each)))
      .find(Boolean);
    const inside = relative(from, path).replaceAll(sep, '/');
    yield { path, inside, ...(why && { refused: `It cannot be read: ${why}.` }) };
  }
}

/** The files of a model, given its first. */
function namesOf(name: string): string[] {
  const part = PART.exec(name);
  if (!part) return [name];
  const count = Math.min(MOST_PARTS, Number(part[2]));
  return Array.from({ length: count }, (_, i) =>
    name.replace(/-\d{5}-of-/, `-${String(i + 1).padStart(5, '0')}-of-`),
  );
}

/** LM Studio's, PUBLISHER/MODEL/FILE, and those of llama.cpp, which lie in one folder. */
export function* filesAsModels(place: Place): Generator<Found> {
  const all = [...ggufFiles(place, place.folder)];
  const folderOf = (inside: string) => inside.slice(0, Math.max(0, inside.lastIndexOf('/')));
  const counts = new Map<string, number>();
  for (const { inside } of all) {
    const folder = folderOf(inside);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  for (const { path, inside, refused } of all) {
    const folder = folderOf(inside);
    const isAlone = folder && counts.get(folder) === 1;
    yield {
      place: place.id,
      name: isAlone ? folder : inside.replace(/\.gguf$/i, ''),
      model: path,
      path,
      gguf: true,
      ...(refused && { refused }),
    };
  }
}
