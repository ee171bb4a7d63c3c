// What Tokenscope costs the extension host, measured inside one: see inHost/.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../bundle.mjs';
import { launchBrowser } from '../host/browser.mjs';
import { installedHost } from '../host/install.mjs';
import { copyProduct, repository } from '../host/product.mjs';
import { startServer } from '../host/server.mjs';
import { steadySettings } from '../host/settings.mjs';

const LARGE_BYTES = 1 << 20;

export default { name: 'The extension host', run };

async function run() {
  const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-host-bench-'));
  const report = join(scratch, 'report.json');
  const extension = join(scratch, 'extension');
  copyProduct(repository, extension);
  // Activated by the measurement alone, through a main that looks at the clock.
  const manifestPath = join(extension, 'package.json');
  const manifest = JSON.parse(readFileSync(manifestPath, 'utf8'));
  writeFileSync(
    manifestPath,
    JSON.stringify({ ...manifest, activationEvents: [], main: './timed.js' }),
  );
  writeFileSync(join(extension, 'timed.js'), timed(manifest.main));
  writeEmptyExtension(join(scratch, 'server/extensions/tokenscope.empty-0.0.1'));
  const folder = join(scratch, 'workspace');
  mkdirSync(folder);
  writeFileSync(join(folder, 'large.ts'), largeSource());

  const host = await installedHost();
  const server = await startServer({
    host,
    data: join(scratch, 'server'),
    automation: true,
    settings: steadySettings,
    env: {
      TOKENSCOPE_REPORT: report,
      HOME: scratch,
    },
  });
  const browser = await launchBrowser(host);
  try {
    const page = await browser.newPage();
    const ended = new Promise(resolve => void page.exposeFunction('codeAutomationExit', resolve));
    await page.exposeFunction('codeAutomationLog', () => {});
    const here = (/** @type {string} */ path) => `vscode-remote://127.0.0.1:${server.port}${path}`;
    const tests = join(await bundle('bench/inHost', /^index\.ts$/, 'cjs'), 'index.js');
    await page.goto(
      server.address(folder, [
        ['extensionDevelopmentPath', here(extension)],
        ['extensionTestsPath', here(tests)],
        ['skipWelcome', 'true'],
      ]),
    );
    await ended;
    return rowsOf(JSON.parse(readFileSync(report, 'utf8')));
  } finally {
    await browser.close();
    await server.stop();
    rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** @typedef {{ wallMs: number, cpuMs: number }} Block */

/** @typedef {{ load: Block, activate: Block }} Start */

/** @param {{ empty: Start, tokenscope: Start, idle: Block, inspecting: Block, typing: Block }} measured */
function rowsOf({ empty, tokenscope, idle, inspecting, typing }) {
  const ms = (/** @type {number} */ value) => `${value.toFixed(1)} ms`;
  const told = (/** @type {Block} */ { wallMs, cpuMs }) =>
    `${ms(wallMs)} (${ms(cpuMs)} of its thread's CPU time)`;
  /** @param {string} label @param {Block} block */
  const row = (label, block) => ({
    label,
    ratio: block.wallMs / idle.wallMs,
    rival: 'the idle host',
    budget: '< 16 ms',
    detail: `${told(block)} against ${told(idle)}`,
  });
  return [
    {
      label: 'activate()',
      ratio: tokenscope.activate.wallMs / empty.activate.wallMs,
      rival: 'an empty extension',
      budget: '< 10 ms',
      detail:
        `${told(tokenscope.activate)} against ${told(empty.activate)}, ` +
        `after loading the bundle in ${told(tokenscope.load)} against ${told(empty.load)}`,
    },
    row('longest block while 1 MB is inspected', inspecting),
    row('longest block while somebody types in it', typing),
  ];
}

/** @param {string} folder */
function writeEmptyExtension(folder) {
  mkdirSync(folder, { recursive: true });
  const manifest = { name: 'empty', publisher: 'tokenscope', version: '0.0.1', main: './timed.js' };
  const engines = { vscode: '^1.100.0' };
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ ...manifest, engines, activationEvents: ['onCommand:none'] }),
  );
  writeFileSync(join(folder, 'main.js'), 'exports.activate = () => {};');
  writeFileSync(join(folder, 'timed.js'), timed('./main.js'));
}

/**
 * A module that activates another one and exports how long that took: what the host does besides,
 * such as starting its own extensions, is not in it.
 * @param {string} main
 */
const timed = main => `
  const now = () => {
    const { user, system } = process.threadCpuUsage();
    return { wallMs: performance.now(), cpuMs: (user + system) / 1000 };
  };
  const since = began => {
    const { wallMs, cpuMs } = now();
    return { wallMs: wallMs - began.wallMs, cpuMs: cpuMs - began.cpuMs };
  };
  const began = now();
  const { activate } = require(${JSON.stringify(main)});
  const load = since(began);
  exports.activate = context => {
    const began = now();
    activate(context);
    return { load, activate: since(began) };
  };`;

/** This project's own source, over and over. */
function largeSource() {
  const source = readFileSync(join(repository, 'src/engine/models/model.ts'), 'utf8');
  return source.repeat(Math.ceil(LARGE_BYTES / source.length)).slice(0, LARGE_BYTES);
}
