// `npm test`: everything, in order.
import { buildBundles, check } from './check.mjs';
import { HostError } from './host/progress.mjs';
import { print, reasonOf } from './report.mjs';
import { engineTests, unitTests } from './testFiles.mjs';
import { runVitest } from './vitestRun.mjs';

const usage = `npm test                        everything
npm test -- check               types, format, lint, layers, tables and bundle sizes
npm test -- unit engine         these parts: check, unit, engine, window, ui
npm test -- unit FILE ...       test files whose path contains FILE, from unit and engine
npm test -- window NAME ...     cases whose file or name contains NAME
npm test -- ui NAME ...         specs whose file or name contains NAME`;

/** @typedef {import('./report.mjs').Result} Result */

/** @type {Record<string, { title: string, run: (filters: string[]) => Promise<Result[]> }>} */
const parts = {
  check: { title: 'Types, format, lint, layers and bundles', run: check },
  unit: {
    title: 'Unit tests',
    run: filters => runVitest(unitTests(filters)),
  },
  engine: {
    title: 'The engine in its own process',
    run: filters => runVitest(engineTests(filters)),
  },
  window: { title: 'Cases inside a VS Code extension host', run: window },
  ui: { title: 'A VS Code window seen in a browser', run: ui },
};

/** @param {string[]} filters */
async function window(filters) {
  const { runWindowSuite } = await import('./host/window.mjs');
  const results = await runWindowSuite({ filters });
  results.forEach(print);
  return results;
}

/** @param {string[]} filters */
async function ui(filters) {
  const { runUiSpecs } = await import('./host/ui.mjs');
  return runUiSpecs({ filters });
}

/**
 * A part whose host is not available is skipped, except in CI, where it must run.
 * @param {string} name
 * @param {string[]} filters
 * @returns {Promise<Result[]>}
 */
async function runPart(name, filters) {
  const part = /** @type {typeof parts[string]} */ (parts[name]);
  console.log(`\n${part.title}`);
  try {
    return await part.run(filters);
  } catch (error) {
    const unavailable = error instanceof HostError && !process.env.CI;
    /** @type {Result} */
    const result = {
      name: part.title,
      state: unavailable ? 'skipped' : 'failed',
      ms: 0,
      reason: reasonOf(error),
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

/**
 * The chosen parts with the words after each.
 * @param {string[]} args
 * @returns {[part: string, filters: string[]][]}
 */
function chosenParts(args) {
  if (args.length === 0) return Object.keys(parts).map(name => [name, []]);
  /** @type {[string, string[]][]} */
  const chosen = [];
  for (const arg of args) {
    if (parts[arg]) chosen.push([arg, []]);
    else if (chosen.length > 0 && chosen.at(-1)?.[0] !== 'check') chosen.at(-1)?.[1].push(arg);
    else fail(`No part "${arg}".`);
  }
  return chosen;
}

/** @param {string} message */
function fail(message) {
  console.error(`${message}\n\n${usage}`);
  process.exit(2);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));

const args = process.argv.slice(2);
if (args.includes('--help')) {
  console.log(usage);
  process.exit(0);
}
const chosen = chosenParts(args);
/** @type {Result[]} */
const results = [];
const needsBundles = chosen.some(([name]) => name === 'window' || name === 'ui');
if (needsBundles && !chosen.some(([name]) => name === 'check')) results.push(await buildBundles());
for (const [name, filters] of chosen) results.push(...(await runPart(name, filters)));
process.exit(summary(results) ? 0 : 1);
