// Runs the cases of test/window inside a real extension host, of the server or of the application. Those of a folder that is
// not trusted (restricted.test.ts) have a window of their own: VS Code trusts every folder of a window that is made for tests.
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
import { isNamed } from '../filtered.mjs';
import { launchBrowser } from './browser.mjs';
import { downloadedCode, hasDisplay } from './desktop.mjs';
import { installedHost } from './install.mjs';
import { modelFolders } from './modelFolders.mjs';
import { copyProduct, repository } from './product.mjs';
import { HostError, step } from './progress.mjs';
import { errorsOf, extensionLogBelow, startServer } from './server.mjs';
import { steadySettings } from './settings.mjs';

/** Ends what hangs: the cases take two minutes, and on a busy machine five times that. */
const LIMIT_MS = 10 * 60_000;
const RESTRICTED = 'restricted.test.ts';
const results = join(repository, 'test-results');
const sources = join(repository, 'test', 'window');

/**
 * @typedef {object} Suite what a host needs to run it
 * @property {string} scratch
 * @property {string} extension the extension as packaged
 * @property {string} tests the module whose `run` runs the cases
 * @property {string} folder to open
 * @property {Record<string, string>} env of the extension host
 *
 * @typedef {object} Ended
 * @property {number} code 0: every case passed
 * @property {string} log what the extension wrote to its output channels
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
  const tests = join(await bundle('window', /^index\.ts$|\.test\.ts$/, 'cjs'), 'index.js');
  // Each window waits for much of its time.
  const windows = windowsFor(filters, mode).map(run => runIn(run, { extension, filters, tests }));
  const ended = await Promise.allSettled(windows);
  for (const window of ended) if (window.status === 'rejected') throw window.reason;
  const all = ended.flatMap(window => (window.status === 'fulfilled' ? [window.value] : []));
  const found = all.flatMap(window => window.results);
  const unused = filters.filter(filter => all.every(window => window.unused.includes(filter)));
  for (const filter of unused)
    found.push({ name: filter, state: 'failed', ms: 0, reason: 'no case has it in its name' });
  return found;
}

/**
 * @param {(suite: Suite) => Promise<Ended>} run
 * @param {{ extension: string, filters: string[], tests: string }} options
 * @returns {Promise<{ results: import('../report.mjs').Result[], unused: string[] }>} with the filters that name no case of it
 */
async function runIn(run, { extension, filters, tests }) {
  const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-window-'));
  try {
    const report = join(scratch, 'report.json');
    /** @type {Suite} */
    const suite = {
      scratch,
      extension: join(scratch, 'extension'),
      tests,
      folder: join(scratch, 'samples'),
      env: { TOKENSCOPE_REPORT: report, TOKENSCOPE_FILTERS: JSON.stringify(filters) },
    };
    copyProduct(extension, suite.extension);
    cpSync(join(repository, 'samples'), suite.folder, { recursive: true });
    const { code, log } = await run(suite);
    const { results, unused } = resultsOf(report, code);
    return { results: [...results, logResult(log)], unused };
  } catch (error) {
    // The application has run the other cases where the server is not available.
    if (run !== runRestricted || !(error instanceof HostError) || process.env.CI) throw error;
    const name = 'a folder that is not trusted';
    return { results: [{ name, state: 'skipped', ms: 0, reason: error.message }], unused: [] };
  } finally {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
  }
}

/**
 * The windows that have cases which the filters may name.
 * @param {string[]} filters
 * @param {string} mode
 * @returns {((suite: Suite) => Promise<Ended>)[]}
 */
function windowsFor(filters, mode) {
  const text = readFileSync(join(sources, RESTRICTED), 'utf8');
  const fits = (/** @type {string[]} */ names) => filters.filter(filter => isNamed(names, filter));
  const isAll = filters.length === 0;
  const runTrusted = (/** @type {Suite} */ suite) => runSomewhere(suite, mode);
  return [
    ...(isAll || fits([RESTRICTED]).length < filters.length ? [runTrusted] : []),
    ...(isAll || fits([RESTRICTED, text]).length > 0 ? [runRestricted] : []),
  ];
}

/**
 * @param {Suite} suite
 * @param {string} mode
 * @returns {Promise<Ended>}
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
  const user = join(scratch, 'user');
  try {
    const code = await runTests({
      vscodeExecutablePath,
      extensionDevelopmentPath: extension,
      extensionTestsPath: tests,
      extensionTestsEnv: env,
      launchArgs: [
        folder,
        '--disable-extensions',
        '--disable-workspace-trust',
        `--user-data-dir=${user}`,
      ],
    });
    return { code, log: extensionLogBelow(user) };
  } catch (error) {
    if (error instanceof TestRunFailedError)
      return { code: error.code ?? 1, log: extensionLogBelow(user) };
    throw error;
  }
}

/** @param {Suite} suite */
async function runOnServer({ extension, tests, ...suite }) {
  const options = { automation: true, settings: steadySettings };
  return onServer(suite, options, async (page, server, log) => {
    /** @type {Promise<number>} */
    const exit = new Promise(resolve => void page.exposeFunction('codeAutomationExit', resolve));
    await page.exposeFunction(
      'codeAutomationLog',
      (/** @type {string} */ type, /** @type {unknown[]} */ args) =>
        log.push(`${type}: ${format(...args)}`),
    );
    const here = (/** @type {string} */ path) => `vscode-remote://127.0.0.1:${server.port}${path}`;
    await page.goto(
      server.address(suite.folder, [
        ['extensionDevelopmentPath', here(extension)],
        ['extensionTestsPath', here(tests)],
        ['skipWelcome', 'true'],
      ]),
    );
    return exit;
  });
}

/**
 * In a window that asks whether its folder is trusted, and is not answered. An extension of our own beside the one under
 * test runs the cases.
 * @param {Suite} suite
 */
async function runRestricted({ extension, tests, ...suite }) {
  const ended = join(suite.scratch, 'ended');
  const runner = join(suite.scratch, 'server', 'extensions', 'tokenscope.cases-1.0.0');
  mkdirSync(runner, { recursive: true });
  const manifest = {
    name: 'cases',
    publisher: 'tokenscope',
    version: '1.0.0',
    engines: { vscode: '^1.100.0' },
    main: './main.js',
    activationEvents: ['onStartupFinished'],
    extensionKind: ['workspace'],
    capabilities: { untrustedWorkspaces: { supported: true } },
  };
  writeFileSync(join(runner, 'package.json'), JSON.stringify(manifest));
  const [module, file] = [tests, ended].map(path => JSON.stringify(path));
  const main = `exports.activate = () => {
    const end = code => require('node:fs').writeFileSync(${file}, String(code));
    require(${module}).run().then(() => end(0), error => (console.error(error), end(1)));
  };`;
  writeFileSync(join(runner, 'main.js'), main);
  const settings = {
    ...steadySettings,
    // A window in a browser trusts every folder unless this is set.
    'security.workspace.trust.enabled': true,
    'security.workspace.trust.startupPrompt': 'never',
  };
  return onServer(suite, { extension, asksForTrust: true, settings }, async (page, server) => {
    await page.goto(server.address(suite.folder));
    while (!existsSync(ended)) await page.waitForTimeout(100);
    return Number(readFileSync(ended, 'utf8'));
  });
}

/**
 * @param {Pick<Suite, 'scratch' | 'folder' | 'env'>} suite
 * @param {Partial<import('./server.mjs').ServerOptions>} options
 * @param {(page: import('playwright-core').Page, server: import('./server.mjs').Server, log: string[]) => Promise<number>} run
 *   opens the window and answers how its cases ended; what else the window said is in `log`
 * @returns {Promise<Ended>}
 */
async function onServer({ scratch, env }, options, run) {
  const host = await installedHost();
  const server = await startServer({
    host,
    data: join(scratch, 'server'),
    ...options,
    env: {
      ...env,
      ...modelFolders(scratch),
    },
  });
  const browser = await launchBrowser(host);
  try {
    const page = await browser.newPage();
    /** @type {string[]} */
    const log = [];
    const code = await step('Cases inside the window', () =>
      Promise.race([run(page, server, log), limit()]).catch(error => ({ error })),
    );
    if (code !== 0) {
      mkdirSync(results, { recursive: true });
      const name = options.asksForTrust ? 'restricted' : 'window';
      writeFileSync(join(results, `${name}.log`), [...log, server.log()].join('\n'));
      await page.screenshot({ path: join(results, `${name}.png`) });
      console.log(`  log and picture: ${results}${sep}${name}.*`);
    }
    if (typeof code !== 'number') throw Object(code).error;
    return { code, log: server.extensionLog() };
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
 * Errors are defects: what an ordinary state or a user's file leads to is said, and logged at another level.
 * @param {string} log
 * @returns {import('../report.mjs').Result}
 */
function logResult(log) {
  const errors = errorsOf(log);
  const name = 'the log of these cases has no error';
  if (errors.length === 0) return { name, state: 'passed', ms: 0 };
  return { name, state: 'failed', ms: 0, reason: errors.join('\n') };
}

/**
 * @param {string} report
 * @param {unknown} code with which the host ended
 * @returns {{ results: import('../report.mjs').Result[], unused: string[] }} the filters that name no case of it
 */
function resultsOf(report, code) {
  if (!existsSync(report))
    throw new Error(`The window ended with code ${code} and left no report.`);
  const { host, cases, unused } = JSON.parse(readFileSync(report, 'utf8'));
  console.log(
    `  in VS Code ${host.vscode}, ${host.appHost}, ${host.ui}, ${host.electron ? `Electron ${host.electron}` : `Node ${host.node}`}`,
  );
  // An empty run is never green.
  if (cases.length === 0 && unused.length === 0) throw new Error('No case ran inside the window.');
  const failed = cases.some((/** @type {{ state: string }} */ { state }) => state === 'failed');
  if (code !== 0 && !failed)
    throw new Error(`The window ended with code ${code} though every case passed.`);
  return { results: cases, unused };
}
