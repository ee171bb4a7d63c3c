// Runs the exported functions of test/ui/*.spec.ts, each in a fresh window on a fresh workspace, with
// the extension installed as its users install it: no payload, no automation switch.
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle } from '../bundle.mjs';
import { filtered } from '../filtered.mjs';
import { attempt } from '../report.mjs';
import { launchBrowser } from './browser.mjs';
import { installedHost } from './install.mjs';
import { modelFolders } from './modelFolders.mjs';
import { repository } from './product.mjs';
import { errorsOf, startServer } from './server.mjs';
import { Workbench } from './workbench.mjs';

/** Windows at a time: one loads while another waits for what it is to show. */
const LANES = Number(process.env.TOKENSCOPE_UI_LANES ?? 2);
/** So many failures may be chance: a real window depends on what else the machine does. */
const CHANCES = 3;
const LIMIT_MS = Number(process.env.TOKENSCOPE_UI_LIMIT_S ?? 240) * 1000;
const pictures = join(repository, 'test-results', 'ui');

/** @typedef {(window: Workbench) => Promise<void>} Spec */

/**
 * @param {object} options
 * @param {string} [options.extension] folder of a built extension
 * @param {string[]} [options.filters] parts of names of specs or of their files; none: all
 * @returns {Promise<import('../report.mjs').Result[]>}
 */
export async function runUiSpecs({ extension = repository, filters = [] }) {
  const folder = await bundle('ui', /\.spec\.ts$/, 'esm');
  const specs = await specsOf(folder, filters);
  const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-ui-'));
  rmSync(pictures, { recursive: true, force: true });
  const host = await installedHost();
  const browser = await launchBrowser(host);
  const queue = [...specs.entries()];
  /** @type {import('../report.mjs').Result[]} */
  const results = [];
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
    });
    try {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const [i, { title, name, ...spec }] = next;
        const workspace = join(mkdtempSync(join(scratch, `${i}-`)), 'samples');
        cpSync(join(repository, 'samples'), workspace, { recursive: true });
        results[i] = await attempt(title, () =>
          inFreshWindow(spec, name, browser, server, workspace, hub),
        );
      }
    } finally {
      await server.stop();
    }
  };
  try {
    const lanes = Array.from({ length: Math.min(LANES, specs.length) }, (_, i) =>
      runLane(join(scratch, `server${i}`)),
    );
    const ended = await Promise.allSettled(lanes);
    for (const lane of ended) if (lane.status === 'rejected') throw lane.reason;
    // What failed stands in the output. It fails the run if it fails in a second window, too, with nothing beside it.
    const failed = [...specs.entries()].filter(([i]) => results[i]?.state === 'failed');
    if (failed.length > 0 && failed.length <= CHANCES) {
      console.log(`  Once more, alone: ${failed.map(([, { title }]) => title).join('; ')}`);
      queue.push(...failed);
      await runLane(join(scratch, 'again'));
    }
    return results;
  } finally {
    await browser.close();
    rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
  }
}

/**
 * @param {string} folder of the compiled specs
 * @param {string[]} filters each must name a spec
 */
async function specsOf(folder, filters) {
  const specs = [];
  for (const file of readdirSync(folder).sort()) {
    const { settings = {}, ...exported } = await import(pathToFileURL(join(folder, file)).href);
    for (const [name, spec] of Object.entries(exported)) {
      const title = `${file.replace('.spec.mjs', '')}: ${inWords(name)}`;
      specs.push({ title, name, spec: /** @type {Spec} */ (spec), settings });
    }
  }
  return filtered(specs, filters, ({ title, name }) => [title, name]);
}

/**
 * @param {{ spec: Spec, settings: Record<string, unknown> }} spec with the settings that its file exports
 * @param {string} name
 * @param {import('playwright-core').Browser} browser
 * @param {import('./server.mjs').Server} server
 * @param {string} workspace
 * @param {number} hub a port
 */
async function inFreshWindow({ spec, settings }, name, browser, server, workspace, hub) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  page.setDefaultTimeout(40_000);
  const window = new Workbench(page, server, workspace, pictures, hub);
  /** @type {string[]} */
  const violations = [];
  page.on('console', message => {
    if (/content security policy/i.test(message.text()) && /tokenscope/i.test(message.text()))
      violations.push(message.text());
  });
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(reject, LIMIT_MS, new Error(`not done after ${LIMIT_MS / 1000} s`));
  });
  try {
    // What a window before this one chose is not this one's.
    server.forgetChoices();
    await Promise.race([window.open(settings).then(() => spec(window)), limit]);
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
    // Leaving the page in the ordinary way tells the server to end its extension host.
    await page.goto('about:blank').catch(() => {});
    await context.close();
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

/** @param {string} name such as `hoverNamesTheToken` */
const inWords = name => name.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`);
