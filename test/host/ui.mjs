// Runs the exported functions of test/ui/*.spec.ts in windows, each on a workspace of its own, with the extension installed
// as its users install it: no payload, no automation switch.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../bundle.mjs';
import { attempt } from '../report.mjs';
import { launchBrowser } from './browser.mjs';
import { installedHost } from './install.mjs';
import { modelFolders } from './modelFolders.mjs';
import { repository } from './product.mjs';
import { errorsOf, startServer } from './server.mjs';
import { specWindows } from './uiSpecs.mjs';
import { Workbench } from './workbench.mjs';

/** Windows at a time: one loads while another waits for what it is to show. */
const LANES = Number(process.env.TOKENSCOPE_UI_LANES ?? 2);
/** So many failures may be chance: a real window depends on what else the machine does. */
const CHANCES = 3;
const LIMIT_MS = Number(process.env.TOKENSCOPE_UI_LIMIT_S ?? 240) * 1000;
const pictures = join(repository, 'test-results', 'ui');

/** @typedef {import('./uiSpecs.mjs').SpecWindow} SpecWindow */

/**
 * @param {object} options
 * @param {string} [options.extension] folder of a built extension
 * @param {string[]} [options.filters] parts of names of specs or of their files; none: all
 * @returns {Promise<import('../report.mjs').Result[]>}
 */
export async function runUiSpecs({ extension = repository, filters = [] }) {
  const windows = await specWindows(await bundle('ui', /\.spec\.ts$/, 'esm'), filters);
  const specs = windows.flatMap(window => window.specs);
  const queue = [...windows];
  const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-ui-'));
  rmSync(pictures, { recursive: true, force: true });
  const host = await installedHost();
  const browser = await launchBrowser(host);
  /** @type {Map<import('./uiSpecs.mjs').Spec, import('../report.mjs').Result>} */
  const results = new Map();
  /** @param {string} data of the server; its settings and logs are of one window at a time */
  const runLane = async data => {
    const hub = await freePort();
    const server = await startServer({
      host,
      data,
      extension,
      // A spec that needs a hub starts one there; where none is, none is asked.
      env: { ...modelFolders(data), HF_ENDPOINT: `http://127.0.0.1:${hub}` },
      graceSeconds: 1,
      keybindings: Workbench.keybindings,
    });
    /** A window on a workspace of its own. */
    const newWindow = async () => {
      const workspace = join(mkdtempSync(join(scratch, 'workspace-')), 'samples');
      cpSync(join(repository, 'samples'), workspace, { recursive: true });
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
      const page = await context.newPage();
      page.setDefaultTimeout(40_000);
      // What a window before this one chose is not this one's.
      server.forgetChoices();
      return new Workbench(page, server, workspace, pictures, hub);
    };
    try {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const ended = await runWindow(next, newWindow);
        for (const [spec, result] of ended) results.set(spec, result);
      }
    } finally {
      await server.stop();
    }
  };
  try {
    const lanes = Array.from({ length: Math.min(LANES, queue.length) }, (_, i) =>
      runLane(join(scratch, `server${i}`)),
    );
    const ended = await Promise.allSettled(lanes);
    for (const lane of ended) if (lane.status === 'rejected') throw lane.reason;
    // What failed stands in the output. It fails the run if it fails in a second window, too, with nothing beside it.
    const failed = specs.filter(spec => results.get(spec)?.state === 'failed');
    if (failed.length > 0 && failed.length <= CHANCES) {
      console.log(`  Once more, alone: ${failed.map(({ title }) => title).join('; ')}`);
      for (const { open, specs } of windows)
        queue.push(
          ...specs.filter(spec => failed.includes(spec)).map(spec => ({ open, specs: [spec] })),
        );
      await runLane(join(scratch, 'again'));
    }
    return [...results.values()];
  } finally {
    await browser.close();
    rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
  }
}

/**
 * One spec after the other in the same window; after one that failed, the next has a new one.
 * @param {SpecWindow} specWindow
 * @param {() => Promise<Workbench>} newWindow that is not open yet
 */
async function runWindow({ specs, open }, newWindow) {
  /** @type {[import('./uiSpecs.mjs').Spec, import('../report.mjs').Result][]} */
  const results = [];
  /** @type {Workbench | undefined} */
  let window;
  try {
    for (const spec of specs) {
      const isNew = !window;
      const used = (window ??= await newWindow());
      const result = await attempt(spec.title, () =>
        runSpec(spec, used, () => (isNew ? open(used) : used.tidy())),
      );
      results.push([spec, result]);
      if (result.state === 'passed') continue;
      await leave(window);
      window = undefined;
    }
  } finally {
    if (window) await leave(window);
  }
  return results;
}

/** @param {Workbench} window */
async function leave({ page }) {
  // Leaving the page in the ordinary way tells the server to end its extension host.
  await page.goto('about:blank').catch(() => {});
  await page.context().close();
}

/**
 * @param {import('./uiSpecs.mjs').Spec} spec
 * @param {Workbench} window
 * @param {() => Promise<void>} begin brings the window into the state that the spec begins in
 */
async function runSpec({ name, spec }, window, begin) {
  const { page } = window;
  /** @type {string[]} */
  const violations = [];
  const hear = (/** @type {import('playwright-core').ConsoleMessage} */ message) => {
    if (/content security policy/i.test(message.text()) && /tokenscope/i.test(message.text()))
      violations.push(message.text());
  };
  page.on('console', hear);
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(reject, LIMIT_MS, new Error(`not done after ${LIMIT_MS / 1000} s`));
  });
  try {
    window.startLog();
    await Promise.race([begin().then(() => spec(window)), limit]);
    violations.push(...errorsOf(window.extensionLog()));
    if (violations.length > 0) throw new Error(violations.join('\n'));
  } catch (error) {
    const picture = await window.screenshot(`failed-${name}`).catch(() => 'none');
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const seed = window.seed === undefined ? '' : `\nwith SEED=${window.seed}`;
    const log = window.extensionLog().trim().split('\n').slice(-15).join('\n');
    const stack = `${reason}${seed}\nscreenshot: ${picture}\nthe end of the extension's log:\n${log}`;
    throw Object.assign(new Error(name), { stack });
  } finally {
    clearTimeout(timer);
    page.off('console', hear);
  }
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}
