// `npm test`: everything, in order. `npm test -- unit engine window ui` runs the named parts alone.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildBundles, check } from './check.mjs';
import { repository } from './host/product.mjs';
import { HostError } from './host/progress.mjs';
import { print } from './report.mjs';
import { runVitest } from './vitestRun.mjs';

/** @typedef {import('./report.mjs').Result} Result */

const unitFolders = readdirSync(join(repository, 'test'), { withFileTypes: true })
  .filter(
    entry =>
      entry.isDirectory() &&
      !['bench', 'cli', 'engine', 'prove', 'ui', 'window'].includes(entry.name),
  )
  .map(({ name }) => `test/${name}/`);

/** @type {Record<string, { title: string, run: () => Promise<Result[]> }>} */
const parts = {
  check: { title: 'Types, format, lint, layers and bundles', run: check },
  unit: { title: 'Unit tests', run: () => runVitest(unitFolders) },
  engine: {
    title: 'The engine in its own process',
    run: () => runVitest(['test/engine/', 'test/cli/']),
  },
  window: { title: 'Cases inside a VS Code extension host', run: window },
  ui: { title: 'A VS Code window seen in a browser', run: ui },
};

async function window() {
  const { runWindowSuite } = await import('./host/window.mjs');
  const results = await runWindowSuite();
  results.forEach(print);
  return results;
}

async function ui() {
  const { runUiSpecs } = await import('./host/ui.mjs');
  return runUiSpecs();
}

/**
 * A part whose host cannot be had is skipped, unless this is a place where it must run.
 * @param {string} name
 * @returns {Promise<Result[]>}
 */
async function runPart(name) {
  const part = /** @type {{ title: string, run: () => Promise<Result[]> }} */ (parts[name]);
  console.log(`\n${part.title}`);
  try {
    return await part.run();
  } catch (error) {
    const unavailable = error instanceof HostError && !process.env.CI;
    /** @type {Result} */
    const result = {
      name: part.title,
      state: unavailable ? 'skipped' : 'failed',
      ms: 0,
      reason:
        error instanceof HostError
          ? error.message
          : String(error instanceof Error ? error.stack : error),
    };
    print(result);
    return [result];
  }
}

/** @param {Result[]} results */
function summary(results) {
  const of = (/** @type {Result['state']} */ state) =>
    results.filter(result => result.state === state);
  const lists = /** @type {const} */ ([
    ['Failed', of('failed')],
    ['Skipped', of('skipped')],
  ]);
  for (const [title, list] of lists) {
    if (list.length > 0) console.log(`\n${title}:`);
    for (const { name, state, reason } of list)
      console.log(`  ${name}${state === 'skipped' ? `: ${reason}` : ''}`);
  }
  console.log(
    `\n${of('passed').length} passed, ${of('failed').length} failed, ${of('skipped').length} skipped`,
  );
  return of('failed').length === 0 && of('passed').length > 0;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));

const chosen = process.argv.slice(2);
const unknown = chosen.filter(name => !parts[name]);
if (unknown.length > 0) {
  console.error(`No part "${unknown.join(', ')}": choose from ${Object.keys(parts).join(', ')}.`);
  process.exit(2);
}
/** @type {Result[]} */
const results = [];
if (chosen.length > 0 && !chosen.includes('check')) results.push(await buildBundles());
for (const name of chosen.length > 0 ? chosen : Object.keys(parts))
  results.push(...(await runPart(name)));
process.exit(summary(results) ? 0 : 1);
