// Where other programs keep their models, as their own variables and documentation say.
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { PlaceId } from '../../../core/models/machineModel';

/** What decides where they are; for tests. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly platform: NodeJS.Platform;
}

export function surroundings(): Surroundings {
  return { env: process.env, home: homedir(), platform: process.platform };
}

export type ProgramPlace = Exclude<PlaceId, 'built-in' | 'recent'>;

/** Absolute paths, whether or not they exist. */
export function placeFolders(around: Surroundings): Record<ProgramPlace, readonly string[]> {
  const { home } = around;
  return {
    hub: [hubCache(around)],
    ollama: ollamaFolders(around),
    'lm-studio': [
      join(home, '.lmstudio', 'models'),
      // Of older versions.
      join(home, '.cache', 'lm-studio', 'models'),
    ],
    'llama.cpp': [llamaCache(around)],
  };
}

/** https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables */
export function hubCache({ env, home }: Surroundings): string {
  const own = env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE;
  if (own) return expanded(own, home);
  if (env.HF_HOME) return join(expanded(env.HF_HOME, home), 'hub');
  const caches = env.XDG_CACHE_HOME ? expanded(env.XDG_CACHE_HOME, home) : join(home, '.cache');
  return join(caches, 'huggingface', 'hub');
}

/** The second is that of its service on Linux. */
export function ollamaFolders({ env, home }: Surroundings): string[] {
  if (env.OLLAMA_MODELS) return [expanded(env.OLLAMA_MODELS, home)];
  return [join(home, '.ollama', 'models'), '/usr/share/ollama/.ollama/models'];
}

/** `fs_get_cache_directory` of llama.cpp. */
function llamaCache({ env, home, platform }: Surroundings): string {
  if (env.LLAMA_CACHE) return expanded(env.LLAMA_CACHE, home);
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'llama.cpp');
  if (platform === 'win32')
    return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'llama.cpp');
  return join(env.XDG_CACHE_HOME || join(home, '.cache'), 'llama.cpp');
}

function expanded(path: string, home: string): string {
  return path === '~' || /^~[/\\]/.test(path) ? join(home, path.slice(1)) : path;
}
