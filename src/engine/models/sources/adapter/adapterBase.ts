// The model that an adapter is of, where it is on this machine: named by the user, beside the adapter, or in the download
// cache of the hub.
import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../../../../core/errors';
import { quote } from '../../../../core/json';
import { hubRepository } from '../../places/hub';
import { Place } from '../../places/place';
import { hubCache, surroundings, type Surroundings } from '../../places/placeFolders';
import { readJson } from '../../readJson';
import type { AdapterConfig } from './adapterConfig';

const OWN = 'tokenscope.json';

/** Its folder. Throws `UserError` that says which model is needed, and what to do. */
export function baseOf(
  adapter: string,
  { base }: AdapterConfig,
  around: Surroundings = surroundings(),
): string {
  const named = readJson(adapter, OWN)?.base;
  if (named !== undefined) {
    const path = typeof named === 'string' ? localPath(adapter, named) : undefined;
    if (path !== undefined && isSame(path, adapter))
      throw new UserError(
        `${join(adapter, OWN)} names the adapter's own folder as its "base". Give the folder of the model that it changes.`,
      );
    if (path !== undefined && isModel(path)) return path;
    throw new UserError(
      `${join(adapter, OWN)} names ${quote(named)} as its "base", where there is no config.json of a model.`,
    );
  }
  const beside = [localPath(adapter, base), join(dirname(resolve(adapter)), basename(base))];
  const found = beside.find(path => path !== undefined && isModel(path) && !isSame(path, adapter));
  if (found !== undefined) return found;
  const hub = new Place('hub', hubCache(around));
  const [snapshot] = [...hubRepository(hub, base)].filter(({ gguf }) => !gguf);
  if (snapshot && isModel(snapshot.path)) return snapshot.path;
  throw new UserError(
    `${adapter} is an adapter for ${base}, which is not on this machine. Download it with \`tokenscope get ${base}\` or "Tokenscope: Get a Model from the Hugging Face Hub…", or give its path as "base" in a tokenscope.json in the adapter's folder.`,
  );
}

const isModel = (folder: string) => existsSync(join(folder, 'config.json'));

/** An adapter may have its base's config.json beside its own. */
const isSame = (folder: string, adapter: string) =>
  existsSync(folder) && realpathSync(folder) === realpathSync(adapter);

/** Undefined for one of another machine, which is asked for over a network. */
function localPath(adapter: string, path: string): string | undefined {
  return /^(\\\\|\/\/)/.test(path) ? undefined : resolve(adapter, path);
}
