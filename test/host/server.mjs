// Runs the VS Code server on this machine alone, with one extension installed in it.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environmentWithoutNpm } from './npm.mjs';
import { copyProduct, installedName } from './product.mjs';
import { HostError } from './progress.mjs';

export class PortTaken extends HostError {}

const orphan = fileURLToPath(new URL('standins/orphan.cjs', import.meta.url));
const READY = /Extension host agent listening on (\d+)/;
const READY_LIMIT_MS = 60_000;

/**
 * @typedef {object} ServerOptions
 * @property {import('./install.mjs').Host} host
 * @property {string} data where the server keeps its data
 * @property {string} [userData] where settings and state live, if they outlive `data`
 * @property {string} [extension] folder of a built extension to install
 * @property {number} [port] 0 or none: any that is free
 * @property {boolean} [asksForTrust] whether a window asks if its folder is trusted; without, every folder is
 * @property {boolean} [automation] accept an extension under test from the page's address
 * @property {Record<string, string>} [env] beyond this process's own
 * @property {number} [graceSeconds] how long an extension host outlives a window that is gone
 * @property {object} [settings] the user settings to write
 * @property {object[]} [keybindings] the user's
 *
 * @typedef {object} Server
 * @property {number} port
 * @property {string} data the folder of its own that it was given
 * @property {(folder: string, payload?: [string, string][]) => string} address
 * @property {(settings: object) => void} writeSettings
 * @property {() => void} forgetChoices of windows: the settings of the machine
 * @property {() => string} log
 * @property {() => string} extensionLog what the extension wrote to its output channels
 * @property {Promise<unknown>} ended
 * @property {() => Promise<void>} stop
 */

/**
 * @param {ServerOptions} options
 * @returns {Promise<Server>}
 */
export async function startServer(options) {
  const { host, data, userData = join(data, 'data'), extension, port = 0 } = options;
  const extensions = join(data, 'extensions');
  mkdirSync(extensions, { recursive: true });
  if (extension) copyProduct(extension, join(extensions, installedName(extension)));
  let hasMachineSettings = false;
  const writeSettings = (/** @type {object} */ settings) => {
    // A remote window soon drops machine-scoped settings that stand in the user's file.
    const machine = Object.entries(settings).filter(([name]) => name.startsWith('tokenscope.'));
    const files = { User: settings, Machine: Object.fromEntries(machine) };
    for (const [folder, content] of Object.entries(files)) {
      // What was chosen in the window stays, where nothing was set from here.
      if (folder === 'Machine' && machine.length === 0 && !hasMachineSettings) continue;
      mkdirSync(join(userData, folder), { recursive: true });
      const file = join(userData, folder, 'settings.json');
      writeFileSync(`${file}.new`, `${JSON.stringify(content, null, 2)}\n`);
      // One event for the window that watches, never a half-written file.
      renameSync(`${file}.new`, file);
    }
    hasMachineSettings = machine.length > 0;
  };
  // Machine-scoped settings that were changed in a window.
  const forgetChoices = () => rmSync(join(userData, 'Machine', 'settings.json'), { force: true });
  if (options.settings) writeSettings(options.settings);
  if (options.keybindings) {
    mkdirSync(join(userData, 'User'), { recursive: true });
    const file = join(userData, 'User', 'keybindings.json');
    writeFileSync(file, JSON.stringify(options.keybindings));
  }

  // Other users of the machine can read a command line, and any page of a browser can reach the port.
  const token = randomBytes(16).toString('hex');
  const tokenFile = join(data, 'connection-token');
  writeFileSync(tokenFile, token, { mode: 0o600 });
  const args = [
    '--require',
    orphan,
    host.server,
    '--host=127.0.0.1',
    `--port=${port}`,
    `--connection-token-file=${tokenFile}`,
    `--server-data-dir=${data}`,
    `--user-data-dir=${userData}`,
    `--extensions-dir=${extensions}`,
    '--accept-server-license-terms',
    '--disable-telemetry',
    ...(options.asksForTrust ? [] : ['--disable-workspace-trust']),
    ...(options.graceSeconds ? ['--reconnection-grace-time', String(options.graceSeconds)] : []),
    ...(options.automation ? ['--enable-smoke-test-driver'] : []),
  ];
  // A process group of its own: the server's children end with it even where it ends badly.
  const child = spawn(host.node, args, {
    // Without a gallery nothing looks for extensions on the network.
    env: { ...environmentWithoutNpm(), EXTENSIONS_GALLERY: '{"serviceUrl":""}', ...options.env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise(resolve => child.once('close', resolve));
  const killGroup = () => {
    try {
      process.kill(-(child.pid ?? 0), 'SIGKILL');
    } catch {
      // Nothing of the group is left.
    }
  };
  process.once('exit', killGroup);
  const stop = async () => {
    process.off('exit', killGroup);
    killGroup();
    await ended;
  };

  let log = '';
  try {
    const listening = await new Promise((resolve, reject) => {
      const limit = setTimeout(
        () => reject(new HostError(`The VS Code server did not start:\n${log}`)),
        READY_LIMIT_MS,
      );
      const hear = (/** @type {Buffer} */ chunk) => {
        log += chunk;
        const [, found] = READY.exec(log) ?? [];
        if (found) resolve(Number(found));
        if (found) clearTimeout(limit);
        // The server stays when its port is taken.
        if (log.includes('EADDRINUSE')) reject(startFailure(log, port));
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.once('error', reject);
      void ended.then(() => reject(startFailure(log, port))).finally(() => clearTimeout(limit));
    });
    /** @type {Server['address']} */
    const address = (folder, payload) => {
      const query = new URLSearchParams({ tkn: token, folder });
      if (payload) query.set('payload', JSON.stringify(payload));
      return `http://127.0.0.1:${listening}/?${query}`;
    };
    const extensionLog = () => extensionLogBelow(userData);
    return {
      port: listening,
      data,
      address,
      writeSettings,
      forgetChoices,
      log: () => log,
      extensionLog,
      ended,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * @param {string} log
 * @param {number} port
 */
function startFailure(log, port) {
  if (log.includes('EADDRINUSE'))
    return new PortTaken(
      `Port ${port} is taken: choose another with --port, or leave it out for any that is free.`,
    );
  return new HostError(`The VS Code server ended at its start:\n${log.trim()}`);
}

/**
 * What the extension wrote to its output channels.
 * @param {string} userData
 */
export const extensionLogBelow = userData =>
  logsBelow(userData, /[/\\]tokenscope\.[^/\\]+[/\\][^/\\]+\.log$/);

/**
 * Errors in what the extension wrote to its output channels, each with its stack.
 * @param {string} log
 */
export const errorsOf = log =>
  log.split(/^(?=\d{4}-\d\d-\d\d )/m).filter(entry => /^\S+ \S+ \[error\]/.test(entry));

/**
 * @param {string} folder
 * @param {RegExp} name
 */
function logsBelow(folder, name) {
  const logs = join(folder, 'logs');
  if (!existsSync(logs)) return '';
  const files = readdirSync(logs, { recursive: true, encoding: 'utf8' });
  return files
    .map(file => join(logs, file))
    .filter(file => name.test(file))
    .map(file => readFileSync(file, 'utf8'))
    .join('');
}
