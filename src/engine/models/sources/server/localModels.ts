// The models of a program that serves GGUF files of this machine: those files, which can be opened in its place.
import { basename } from 'node:path';
import { UserError } from '../../../../core/errors';
import type { LocalModel } from '../../../../protocol/models';
import type { Program } from '../../../../servers/server';
import { filesAsModels } from '../../places/ggufFiles';
import { modelPath } from '../../places/modelPath';
import { Place } from '../../places/place';
import { placeFolders, surroundings, type Surroundings } from '../../places/placeFolders';

/** Those of `names` that are on this machine and can be opened, in their order. */
export function localModels(
  program: Program,
  names: readonly string[],
  around: Surroundings = surroundings(),
): LocalModel[] {
  const pathOf = FINDERS[program](around);
  return names.flatMap(name => {
    const path = pathOf(name);
    return path === undefined ? [] : [{ name, path }];
  });
}

type Finder = (around: Surroundings) => (name: string) => string | undefined;

const FINDERS: Readonly<Record<Program, Finder>> = {
  ollama: around => name => {
    try {
      return modelPath(`ollama:${name}`, around);
    } catch (error) {
      if (error instanceof UserError) return undefined;
      throw error;
    }
  },
  'lm-studio': around => {
    const folders = placeFolders(around)['lm-studio'];
    const files = folders
      .flatMap(folder => [...filesAsModels(new Place('lm-studio', folder))])
      .filter(({ refused }) => refused === undefined);
    return name => {
      const found = files.filter(({ path }) => fits(basename(path).toLowerCase(), name));
      // Of several nobody knows which it serves.
      return found.length === 1 ? found[0]!.path : undefined;
    };
  },
};

/** LM Studio's 'qwen2.5-coder-0.5b@q4_k_m', or with 'publisher/' before it, is of Qwen2.5-Coder-0.5B-Q4_K_M.gguf. */
function fits(file: string, name: string): boolean {
  const [model = '', quantisation = ''] = basename(name.toLowerCase()).split('@');
  return file.startsWith(model) && file.includes(quantisation);
}
