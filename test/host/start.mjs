// `npm start`: builds the extension and opens it in a real VS Code. `npm start -- --help` says how.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { cacheRoot } from './cache.mjs';
import { downloadedCode, hasDisplay, installedCode, openWindow } from './desktop.mjs';
import { installedHost } from './install.mjs';
import { openInBrowser } from './opener.mjs';
import { manifestOf, repository } from './product.mjs';
import { HostError, step } from './progress.mjs';
import { samples, startProduct } from './productServer.mjs';
import { PortTaken } from './server.mjs';

/** The same address each time where it is free: a browser remembers the window's state by it. */
const USUAL_PORT = 8137;
const DOWNLOAD_PATIENCE_MS = 5000;

const help = `Builds Tokenscope and opens it in VS Code.

  npm start -- [options]

  --folder PATH   what to open (default: samples)
  --host NAME     code      the VS Code on the PATH
                  download  a VS Code downloaded for this
                  server    a VS Code server on this machine, in the browser
                  (default: the first of them that works here)
  --port N        of the server (default: ${USUAL_PORT}, or any that is free)
  --help

Downloads are kept in ${cacheRoot()} (set TOKENSCOPE_CACHE to choose).
`;

/** @returns {{ folder: string, host: string | undefined, port: number | undefined }} */
function options() {
  const { values } = parseArgs({
    options: {
      folder: { type: 'string', default: samples },
      host: { type: 'string' },
      port: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(help);
    process.exit(0);
  }
  const folder = resolve(values.folder);
  if (!existsSync(folder)) throw new HostError(`--folder: ${folder} does not exist.`);
  if (values.host && !['code', 'download', 'server'].includes(values.host)) {
    throw new HostError(`--host: "${values.host}" is none of code, download, server.`);
  }
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port < 65536)) {
    throw new HostError(`--port: "${values.port}" is not a port.`);
  }
  return { folder, host: values.host, port };
}

async function start() {
  const { folder, host, port } = options();
  await step('Building', build);
  if (!host || host === 'code') {
    const code = await installedCode(manifestOf(repository).engines.vscode);
    if ('command' in code) {
      console.log('Opening VS Code. This command ends when its window is closed.');
      return openWindow(code.command, [], repository, folder);
    }
    if (host) throw new HostError(`--host code: ${code.reason}.`);
  }
  if (host === 'download' && !hasDisplay())
    throw new HostError('--host download: there is no display.');
  if (host === 'download' || (!host && hasDisplay())) {
    try {
      const { command, args } = await downloadedCode(host ? 60_000 : DOWNLOAD_PATIENCE_MS);
      console.log('Opening VS Code. This command ends when its window is closed.');
      return await openWindow(command, args, repository, folder);
    } catch (error) {
      if (host) throw error;
      console.log(
        `${error instanceof Error ? error.message : error}\nUsing the VS Code server instead.`,
      );
    }
  }
  return serve(folder, port);
}

/**
 * @param {string} folder
 * @param {number | undefined} port
 */
async function serve(folder, port) {
  const host = await installedHost();
  const data = mkdtempSync(join(tmpdir(), 'tokenscope-'));
  process.once('exit', () => rmSync(data, { recursive: true, force: true, maxRetries: 3 }));
  const userData = join(cacheRoot(), 'start-profile');
  const start = (/** @type {number} */ number) =>
    startProduct({ host, folder, data, userData, port: number });
  const server = await step('Starting the VS Code server', async () => {
    if (port !== undefined) return start(port);
    return start(USUAL_PORT).catch(error => {
      if (error instanceof PortTaken) return start(0);
      throw error;
    });
  });
  const address = server.address(folder);
  console.log(`\nTokenscope is open in VS Code at\n\n  ${address}\n\nPress Ctrl+C to stop.`);
  if (hasDisplay()) openInBrowser(address, data);
  await new Promise(end => {
    // npm passes Ctrl+C on, so it arrives twice.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
    void server.ended.then(end);
  });
  await server.stop();
}

try {
  await start();
  process.exit(0);
} catch (error) {
  const { code = '' } = /** @type {NodeJS.ErrnoException} */ (error);
  if (code.startsWith('ERR_PARSE_ARGS'))
    console.error(`${Object(error).message}\nSee \`npm start -- --help\`.`);
  else console.error(error instanceof HostError ? error.message : error);
  process.exit(1);
}
