// Where files are kept that can be made again: `TOKENSCOPE_CACHE`, else the system's folder for such files.
import { homedir } from 'node:os';
import { join } from 'node:path';

const NAME = 'tokenscope';

export function cacheFolder(): string {
  const { TOKENSCOPE_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (TOKENSCOPE_CACHE) return TOKENSCOPE_CACHE;
  if (process.platform === 'win32')
    return join(LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), NAME, 'Cache');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', NAME);
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), NAME);
}
