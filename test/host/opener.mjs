// Opens an address in the user's browser without telling it to the other users of the machine, who can read the
// arguments of every process: the address has the token of the server.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Gives the opener a page of this user alone that redirects to the address.
 * @param {string} address
 * @param {string} folder of this user alone
 */
export function openInBrowser(address, folder) {
  const page = join(folder, 'open.html');
  const escaped = address.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  writeFileSync(page, `<meta http-equiv="refresh" content="0; url=${escaped}">\n`, { mode: 0o600 });
  const child = spawn('xdg-open', [pathToFileURL(page).href], { stdio: 'ignore', detached: true });
  // Without a default browser the printed address has to do.
  child.once('error', () => {});
  child.unref();
}
