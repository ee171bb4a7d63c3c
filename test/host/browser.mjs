// A Chrome or Chromium for Playwright: the machine's own, else one from npm with the libraries and
// the font it needs.
import { execFileSync } from 'node:child_process';
import { cpSync, createReadStream, createWriteStream, existsSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { chromium } from 'playwright-core';
import { cached, keyOf } from './cache.mjs';
import { step } from './progress.mjs';

const names = ['google-chrome-stable', 'google-chrome', 'chromium', 'chromium-browser'];

/** The path of an installed browser that answers, if there is one. */
function installedBrowser() {
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap(folder => names.map(name => join(folder, name)));
  const elsewhere = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];
  for (const path of [process.env.CHROME_PATH, ...onPath, ...elsewhere]) {
    if (!path || !existsSync(path)) continue;
    try {
      // Distributions put a script of this name on the PATH that only says where to get the browser.
      execFileSync(path, ['--version'], { stdio: 'ignore', timeout: 10_000 });
      return path;
    } catch {
      continue;
    }
  }
  return undefined;
}

/**
 * @param {import('./install.mjs').Host} host
 * @returns {Promise<{ executablePath: string, env?: Record<string, string> }>}
 */
async function bundledBrowser(host) {
  const key = keyOf([new URL('package-lock.json', import.meta.url), new URL(import.meta.url)]);
  const vital = ['chromium', 'lib/libnss3.so', 'fonts.conf', 'fonts/DejaVuSansMono.ttf'];
  const folder = await cached('browser', key, vital, scratch =>
    step('Unpacking the browser (once)', () => unpack(host, scratch)),
  );
  return {
    executablePath: join(folder, 'chromium'),
    env: {
      ...definedEnv(),
      LD_LIBRARY_PATH: join(folder, 'lib'),
      FONTCONFIG_FILE: join(folder, 'fonts.conf'),
    },
  };
}

/** One sans-serif font and one monospace for everything, so that pictures do not depend on the machine. */
const fontsConf = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
</fontconfig>
`;

/**
 * @param {import('./install.mjs').Host} host
 * @param {string} folder
 */
async function unpack(host, folder) {
  const tar = createRequire(join(host.fonts, 'from-here.js'))('tar-fs');
  const open = (/** @type {string} */ name) => createReadStream(join(host.chromium, name));
  const program = createWriteStream(join(folder, 'chromium'), { mode: 0o755 });
  await pipeline(open('chromium.br'), createBrotliDecompress(), program);
  await pipeline(open('al2023.tar.br'), createBrotliDecompress(), tar.extract(folder));
  cpSync(host.fonts, join(folder, 'fonts'), {
    recursive: true,
    filter: path => !/DejaVu(Serif|Math|.*Condensed|.*ExtraLight)/.test(path),
  });
  writeFileSync(join(folder, 'fonts.conf'), fontsConf);
}

function definedEnv() {
  /** @type {Record<string, string>} */
  const env = {};
  for (const [name, value] of Object.entries(process.env))
    if (value !== undefined) env[name] = value;
  return env;
}

/**
 * @param {import('./install.mjs').Host} host
 */
export async function launchBrowser(host) {
  const own = installedBrowser();
  const program = own ? { executablePath: own } : await bundledBrowser(host);
  // Nothing here may switch web security off: the webview's content policy is under test too.
  return chromium.launch({ ...program, headless: true, args: ['--no-sandbox', '--disable-gpu'] });
}
