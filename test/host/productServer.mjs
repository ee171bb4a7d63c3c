// The server as `npm start` runs it, for people: with their settings, and asking whether a folder is trusted.
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './product.mjs';
import { startServer } from './server.mjs';
import { quietSettings } from './settings.mjs';

export const samples = join(repository, 'samples');

/**
 * @param {object} options
 * @param {import('./install.mjs').Host} options.host
 * @param {string} options.folder that its windows open
 * @param {string} options.data of this run
 * @param {string} options.userData settings and state, which outlive the run
 * @param {number} options.port
 */
export function startProduct({ host, folder, data, userData, port }) {
  const isNew = !existsSync(join(userData, 'User', 'settings.json'));
  return startServer({
    host,
    data,
    userData,
    port,
    extension: repository,
    asksForTrust: realpathSync(folder) !== realpathSync(samples),
    ...(isNew && {
      settings: {
        ...quietSettings,
        // A window in a browser trusts every folder unless this is set.
        'security.workspace.trust.enabled': true,
        'workbench.startupEditor': 'readme',
      },
    }),
  });
}
