// The folders that other programs keep models in, with tiny models.
import { createHash } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { goldenGgufs, ggufOfFamily } from './ggufFamilies';
import type { GgufValueToWrite } from './gguf';

/** Of a golden, with some keys changed. */
export function tinyGguf(
  family = 'llama',
  change: Readonly<Record<string, GgufValueToWrite | undefined>> = {},
): Buffer {
  return ggufOfFamily(goldenGgufs.cases[family]!, change);
}

export function write(path: string, content: string | Uint8Array): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

const MODEL = 'application/vnd.ollama.image.model';
const LICENCE = 'application/vnd.ollama.image.license';

/** `name`: HOST/SPACE/MODEL/TAG. Returns the path of the model's blob. */
export function writeOllama(
  root: string,
  name: string,
  bytes: Uint8Array,
  licence?: string,
): string {
  const blob = (content: string | Uint8Array) => {
    const hash = createHash('sha256').update(content).digest('hex');
    write(join(root, 'blobs', `sha256-${hash}`), content);
    return hash;
  };
  const hash = blob(bytes);
  const layer = (mediaType: string, digest: string) => ({
    mediaType,
    digest: `sha256:${digest}`,
    size: 1,
  });
  const layers = [
    layer(MODEL, hash),
    ...(licence === undefined ? [] : [layer(LICENCE, blob(licence))]),
  ];
  write(join(root, 'manifests', name), JSON.stringify({ schemaVersion: 2, layers }));
  return join(root, 'blobs', `sha256-${hash}`);
}

/** As huggingface_hub lays it out: the files are links to blobs. Returns the snapshot's folder. */
export function writeRepository(
  root: string,
  name: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  { revision = 'a'.repeat(40), isMain = true } = {},
): string {
  const repository = join(root, `models--${name.replace('/', '--')}`);
  const snapshot = join(repository, 'snapshots', revision);
  mkdirSync(snapshot, { recursive: true });
  for (const [file, content] of Object.entries(files)) {
    const hash = createHash('sha1').update(file).update(content).digest('hex');
    const blob = write(join(repository, 'blobs', hash), content);
    const link = join(snapshot, file);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(relative(dirname(link), blob), link);
  }
  if (isMain) write(join(repository, 'refs', 'main'), revision);
  return snapshot;
}
