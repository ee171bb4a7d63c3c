// Runs the cases of test/window inside a real extension host, of the server or of the application.
import { TestRunFailedError, runTests } from '@vscode/test-electron';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { format } from 'node:util';
import { bundle } from '../bundle.mjs';
import { launchBrowser } from './browser.mjs';
import { downloadedCode, hasDisplay } from './desktop.mjs';
import { installedHost } from './install.mjs';
import { modelFolders } from './modelFolders.mjs';
import { copyProduct, repository } from './product.mjs';
import { HostError, step } from './progress.mjs';
import { startServer } from './server.mjs';
import { steadySettings } from './settings.mjs';

const LIMIT_MS = 5 * 60_000;
const results = join(repository, 'test-results');

/**
 * @typedef {object} Suite what a host needs to run it
 * @property {string} scratch
 * @property {string} extension the extension as packaged
 * @property {string} tests the module whose `run` runs the cases
 * @property {string} folder to open
 * @property {Record<string, string>} env of the extension host
 */

/**
 * HOST says which: code-server, desktop, or auto (the application where one is given or there is a display to download it for).
 * @param {object} options
 * @param {string} [options.extension] folder of a built extension
 * @param {string[]} [options.filters] parts of names of cases or of their files; none: all
 * @param {string} [options.mode]
 * @returns {Promise<import('../report.mjs').Result[]>}
 */
export async function runWindowSuite({
  extension = repository,
  filters = [],
  mode = process.env.HOST || 'auto',
}) {
  const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-window-'));
  try {
    const report = join(scratch, 'report.json');
    /** @type {Suite} */
    const suite = {
      scratch,
      extension: join(scratch, 'extension'),
      tests: join(await bundle('window', /^index\.ts$|\.test\.ts$/, 'cjs'), 'index.js'),
      folder: join(scratch, 'samples'),
      env: { TOKENSCOPE_REPORT: report, TOKENSCOPE_FILTERS: JSON.stringify(filters) },
    };
    copyProduct(extension, suite.extension);
    cpSync(join(repository, 'samples'), suite.folder, { recursive: true });
    const code = await runSomewhere(suite, mode);
    return resultsOf(report, code);
  } finally {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
  }
}

/**
 * @param {Suite} suite
 * @param {string} mode
 */
async function runSomewhere(suite, mode) {
  if (mode === 'code-server') return runOnServer(suite);
  const given = process.env.VSCODE_EXECUTABLE;
  if (mode === 'desktop' || given)
    return runOnDesktop(suite, given ?? (await downloadedCode(60_000)).executable);
  if (mode !== 'auto')
    throw new HostError(`HOST: "${mode}" is none of code-server, desktop, auto.`);
  if (!hasDisplay()) return runOnServer(suite);
  const found = await downloadedCode(5000).catch(() => undefined);
  return found ? runOnDesktop(suite, found.executable) : runOnServer(suite);
}

/**
 * @param {Suite} suite
 * @param {string} vscodeExecutablePath
 */
async function runOnDesktop({ scratch, extension, tests, folder, env }, vscodeExecutablePath) {
  try {
    return await runTests({
      vscodeExecutablePath,
      extensionDevelopmentPath: extension,
      extensionTestsPath: tests,
      extensionTestsEnv: env,
      launchArgs: [
        folder,
        '--disable-extensions',
        '--disable-workspace-trust',
        `--user-data-dir=${join(scratch, 'user')}`,
      ],
    });
  } catch (error) {
    if (error instanceof TestRunFailedError) return error.code ?? 1;
    throw error;
  }
}

/** @param {Suite} suite */
async function runOnServer({ scratch, extension, tests, folder, env }) {
  const host = await installedHost();
  const server = await startServer({
    host,
    data: join(scratch, 'server'),
    automation: true,
    settings: steadySettings,
    env: {
      ...env,
      ...modelFolders(scratch),
    },
  });
  const browser = await launchBrowser(host);
  try {
    const page = await browser.newPage();
    /** @type {Promise<number>} */
    const exit = new Promise(resolve => void page.exposeFunction('codeAutomationExit', resolve));
    /** @type {string[]} */
    const log = [];
    await page.exposeFunction(
      'codeAutomationLog',
      (/** @type {string} */ type, /** @type {unknown[]} */ args) =>
        log.push(`${type}: ${format(...args)}`),
    );
    const here = (/** @type {string} */ path) => `vscode-remote://127.0.0.1:${server.port}${path}`;
    const address = server.address(folder, [
      ['extensionDevelopmentPath', here(extension)],
      ['extensionTestsPath', here(tests)],
      ['skipWelcome', 'true'],
    ]);
    const code = await step('Cases inside the window', async () => {
      await page.goto(address);
      return Promise.race([exit, limit()]).catch(error => ({ error }));
    });
    if (code !== 0) {
      mkdirSync(results, { recursive: true });
      writeFileSync(join(results, 'window.log'), [...log, server.log()].join('\n'));
      await page.screenshot({ path: join(results, 'window.png') });
      console.log(`  log and picture: ${results}${sep}window.*`);
    }
    if (typeof code !== 'number') throw Object(code).error;
    return code;
  } finally {
    await browser.close();
    await server.stop();
  }
}

/** @returns {Promise<never>} */
const limit = () =>
  new Promise((_, reject) =>
    setTimeout(reject, LIMIT_MS, new Error('The cases did not end in time.')).unref(),
  );

/**
 * An empty run is never green.
 * @param {string} report
 * @param {unknown} code with which the host ended
 * @returns {import('../report.mjs').Result[]}
 */
function resultsOf(report, code) {
  if (!existsSync(report))
    throw new Error(`The window ended with code ${code} and left no report.`);
  const { host, cases } = JSON.parse(readFileSync(report, 'utf8'));
  console.log(
    `  in VS Code ${host.vscode}, ${host.appHost}, ${host.ui}, ${host.electron ? `Electron ${host.electron}` : `Node ${host.node}`}`,
  );
  if (cases.length === 0) throw new Error('No case ran inside the window.');
  const failed = cases.some((/** @type {{ state: string }} */ { state }) => state === 'failed');
  if (code !== 0 && !failed)
    throw new Error(`The window ended with code ${code} though every case passed.`);
  return cases;
}
