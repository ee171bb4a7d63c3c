// Runs the npm at hand, quietly: its output is shown only when it fails.
import { spawn } from 'node:child_process';
import { HostError } from './progress.mjs';

/** What npm itself leaves in the environment of a script, and what would confuse another npm. */
export function environmentWithoutNpm() {
  const entries = Object.entries(process.env).filter(
    ([name]) =>
      !/^npm_(package_|lifecycle_|config_(local_prefix|ignore_scripts|omit)|command|execpath|node_execpath)/.test(
        name,
      ) && name !== 'INIT_CWD',
  );
  return Object.fromEntries(entries);
}

/**
 * @param {readonly string[]} args
 * @param {string} cwd
 * @returns {Promise<void>}
 */
export function npm(args, cwd) {
  const script = process.env.npm_execpath;
  const [command, first] = script ? [process.execPath, [script]] : ['npm', []];
  const child = spawn(command, [...first, ...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd,
    env: environmentWithoutNpm(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', chunk => (output += chunk));
  child.stderr.on('data', chunk => (output += chunk));
  return new Promise((resolve, reject) => {
    child.on('error', error => reject(new HostError(`npm could not be run: ${error.message}.`)));
    child.on('close', code => (code === 0 ? resolve() : reject(failure(output))));
  });
}

/** @param {string} output */
function failure(output) {
  if (/ENOSPC/.test(output))
    return Object.assign(new Error('The disk is full.'), { code: 'ENOSPC' });
  if (
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|network/.test(output)
  ) {
    return new HostError(
      'The npm registry does not answer. The first run downloads about 300 MB; later ones need no network.\n' +
        'Check the connection (`npm ping`), then run the same command again.',
    );
  }
  return new HostError(`npm failed:\n${output.trim().split('\n').slice(-20).join('\n')}`);
}
