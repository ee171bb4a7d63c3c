// VS Code as an application: one that is installed, or one that is downloaded. Both need a display.
import {
  downloadAndUnzipVSCode,
  resolveCliArgsFromVSCodeExecutablePath,
} from '@vscode/test-electron';
import { execFile, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheRoot } from './cache.mjs';
import { HostError, step } from './progress.mjs';

const windows = process.platform === 'win32';

export function hasDisplay() {
  return process.platform !== 'linux' || !!(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/**
 * The `code` of the PATH, if it can show a window here and is new enough.
 * @param {string} engines what package.json asks of VS Code, such as ^1.100.0
 * @returns {Promise<{ command: string } | { reason: string }>}
 */
export async function installedCode(engines) {
  if (!hasDisplay()) return { reason: 'there is no display' };
  // In a terminal of a remote window `code` opens files there, and takes no extension under development.
  if (process.env.VSCODE_IPC_HOOK_CLI) return { reason: 'this is a terminal of a remote VS Code' };
  try {
    const { stdout } = await promisify(execFile)('code', ['--version'], {
      timeout: 15_000,
      shell: windows,
    });
    const version = stdout.split('\n')[0]?.trim() ?? '';
    if (isAtLeast(version, engines)) return { command: 'code' };
    return { reason: `\`code\` is ${version}, which does not serve ${engines}` };
  } catch {
    return { reason: 'there is no `code` on the PATH' };
  }
}

/**
 * @param {string} version
 * @param {string} engines
 */
export function isAtLeast(version, engines) {
  const [major = 0, minor = 0, patch = 0] = numbers(version);
  const [needMajor = 0, needMinor = 0, needPatch = 0] = numbers(engines);
  return major === needMajor && (minor > needMinor || (minor === needMinor && patch >= needPatch));
}

const numbers = (/** @type {string} */ text) => (text.match(/\d+/g) ?? []).slice(0, 3).map(Number);

/**
 * Downloads VS Code, or finds it downloaded. Rejects if nothing has come after `patienceMs`.
 * @param {number} patienceMs
 * @returns {Promise<{ executable: string, command: string, args: string[] }>}
 */
export async function downloadedCode(patienceMs) {
  const cachePath = join(cacheRoot(), 'vscode');
  mkdirSync(cachePath, { recursive: true });
  let begun = false;
  const silence = new Promise((_, reject) => {
    const failure = new HostError(
      'The download of VS Code did not begin: the network, or its server, does not answer.',
    );
    setTimeout(() => !begun && reject(failure), patienceMs).unref();
  });
  const reporter = {
    /** @param {import('@vscode/test-electron').ProgressReport} progress */
    report: progress => {
      begun ||= ['downloading', 'foundMatchingInstall'].includes(progress.stage);
    },
    error: () => {},
  };
  const download = downloadAndUnzipVSCode({ cachePath, reporter }).catch(error => {
    throw new HostError(`VS Code could not be downloaded: ${error.message}.`);
  });
  const executable = await step('Downloading VS Code (once)', () =>
    Promise.race([download, silence]),
  );
  const [command = '', ...args] = resolveCliArgsFromVSCodeExecutablePath(String(executable));
  return { executable: String(executable), command, args };
}

/**
 * Opens a window and waits until it is closed.
 * @param {string} command
 * @param {string[]} args
 * @param {string} extension
 * @param {string} folder
 * @returns {Promise<void>}
 */
export function openWindow(command, args, extension, folder) {
  const all = [
    ...args,
    '--wait',
    '--new-window',
    `--extensionDevelopmentPath=${extension}`,
    folder,
  ];
  const child = spawn(command, all, { stdio: 'inherit', shell: windows });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', code =>
      code ? reject(new HostError(`VS Code ended with code ${code}.`)) : resolve(),
    );
  });
}
