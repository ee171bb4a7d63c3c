// Models of Ollama: a manifest names the layers, which are files called by their hashes.
// https://github.com/ollama/ollama/blob/main/docs/faq.md, manifest/manifest.go
import { join } from 'node:path';
import { isObject } from '../../../core/json';
import type { Found } from './found';
import type { Place } from './place';

const MODEL = 'application/vnd.ollama.image.model';
const LICENCE = 'application/vnd.ollama.image.license';
const ADAPTER = 'application/vnd.ollama.image.adapter';
const DIGEST = /^sha256[:-]([0-9a-f]{64})$/;
const MOST_LAYERS = 1000;
const MOST_LICENCE = 1 << 20;
const REGISTRY = 'registry.ollama.ai';
const LIBRARY = 'library';
const PART = /^(?!\.+$)[\w.-]+$/;

export function* ollamaModels(place: Place): Generator<Found> {
  const manifests = join(place.folder, 'manifests');
  for (const host of place.folders(manifests))
    for (const space of place.folders(host.path))
      for (const model of place.folders(space.path))
        for (const tag of place.entries(model.path)) {
          if (tag.isFolder) continue;
          const parts = [host.name, space.name, model.name, tag.name] as const;
          yield ofManifest(place, tag.path, nameOf(parts));
        }
}

/** The manifest of a name as Ollama takes it, 'qwen2.5-coder:0.5b'; undefined where it is no such name. */
export function manifestOf(folder: string, name: string): string | undefined {
  const [path = '', tag = 'latest', ...more] = name.split(':');
  const parts = path.split('/');
  if (more.length > 0 || parts.length > 3 || ![...parts, tag].every(part => PART.test(part)))
    return undefined;
  const [model = '', space = LIBRARY, host = REGISTRY] = parts.toReversed();
  return join(folder, 'manifests', host, space, model, tag);
}

/** What a manifest names, whatever it says. */
export function ofManifest(place: Place, manifest: string, name: string): Found {
  const again = `\`ollama pull ${name}\` gets it again`;
  const found = { place: place.id, name, model: `ollama:${name}`, path: manifest };
  const given = place.json(manifest)?.layers;
  if (!Array.isArray(given))
    return { ...found, refused: `Its manifest ${manifest} cannot be read: ${again}.` };
  const layers = given.slice(0, MOST_LAYERS).filter(isObject);
  const fileOf = (kind: string) => {
    const digest = layers.find(({ mediaType }) => mediaType === kind)?.digest;
    const hash = typeof digest === 'string' ? DIGEST.exec(digest)?.[1] : undefined;
    return hash === undefined ? undefined : join(place.folder, 'blobs', `sha256-${hash}`);
  };
  const path = fileOf(MODEL);
  if (path === undefined)
    return {
      ...found,
      refused: 'Its manifest lists no GGUF file, the only Ollama format that is supported.',
    };
  const missing = place.whyNot(path);
  if (missing) return { ...found, path, refused: `Of its file ${path}: ${missing}; ${again}.` };
  const licence = licenceOf(place, fileOf(LICENCE));
  const isAdapted = layers.some(({ mediaType }) => mediaType === ADAPTER);
  return {
    ...found,
    path,
    gguf: true,
    ...(licence && { licence }),
    ...(isAdapted && {
      refused:
        'It is a LoRA adapter, which Ollama stores apart from its base model. Merge the two first.',
    }),
  };
}

/** The first line of a licence's text that has words. */
function licenceOf(place: Place, path: string | undefined): string | undefined {
  const text = path && place.bytes(path, MOST_LICENCE)?.toString('utf8');
  return text ? /\S.{0,60}/.exec(text)?.[0].trim() : undefined;
}

function nameOf([host, space, model, tag]: readonly [string, string, string, string]): string {
  if (host !== REGISTRY) return `${host}/${space}/${model}:${tag}`;
  return space === LIBRARY ? `${model}:${tag}` : `${space}/${model}:${tag}`;
}
