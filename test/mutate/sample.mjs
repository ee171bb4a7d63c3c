// A seeded sample of the faults of some paths: how many of them the tests notice, and within which limits that says the
// same of all. Every fault is as likely as every other one.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repository } from '../host/product.mjs';
import { libraryOf } from './library.mjs';
import { sourcesOf, testsOf } from './mirror.mjs';
import { faultsOf, nameOf, stryker } from './stryker.mjs';

/**
 * @typedef {import('./stryker.mjs').Fault} Fault
 *
 * @typedef {object} Tried lines and columns from 1
 * @property {string} file
 * @property {import('./stryker.mjs').Fault['location']} location
 * @property {string} mutatorName
 * @property {string} original
 * @property {string} replacement
 * @property {string} status
 *
 * @typedef {object} Folder
 * @property {string} folder
 * @property {number} faults in all
 * @property {Tried[]} drawn
 */

/** Faults that nobody noticed, by StrykerJS's words. */
const UNNOTICED = ['Survived', 'NoCoverage'];

/**
 * @param {string[]} paths
 * @param {object} options
 * @param {number} options.size
 * @param {number} options.seed
 * @param {string | undefined} options.tests
 * @param {string | undefined} options.json
 */
export async function sample(paths, { size, seed, tests, json }) {
  const library = await libraryOf();
  const files = [...new Set(paths.flatMap(sourcesOf))].sort();
  const all = await faultsOf(files);
  const drawn = draw(all, size, library.seededRandom(seed));
  console.log(`${drawn.length} of ${all.length} faults in ${files.length} files, seed ${seed}.`);

  const start = performance.now();
  const tried = ask(drawn, tests);
  const minutes = (performance.now() - start) / 60_000;
  if (json) writeFileSync(json, JSON.stringify({ paths, seed, minutes, faults: tried }, null, 2));

  for (const fault of tried) if (isUnnoticed(fault)) print(fault);
  const folders = [...new Set(files.map(dirname))].map(folder => ({
    folder,
    faults: all.filter(({ fileName }) => dirname(fileName) === folder).length,
    drawn: tried.filter(({ file }) => dirname(file) === folder),
  }));
  const head = 'folder,faults,asked,noticed,survived,not run,score,95 %'.split(',');
  const rows = [...folders, { folder: 'all', faults: all.length, drawn: tried }];
  const cells = rows.map(each => rowOf(each, library.wilsonInterval));
  console.log(library.columns([head, ...cells], ['left', 'right']).join('\n'));
  console.log(`${minutes.toFixed(1)} min`);
}

/**
 * `size` of the faults, or all, in their order.
 * @param {Fault[]} faults
 * @param {number} size
 * @param {() => number} random
 */
function draw(faults, size, random) {
  const order = faults.map((_, i) => i);
  const count = Math.min(size, order.length);
  for (let i = 0; i < count; i++) {
    const other = i + Math.floor(random() * (order.length - i));
    [order[i], order[other]] = [Number(order[other]), Number(order[i])];
  }
  const drawn = new Set(order.slice(0, count));
  return faults.filter((_, i) => drawn.has(i));
}

/**
 * @param {Fault[]} faults
 * @param {string | undefined} tests those of all of them; undefined: each one's own
 * @returns {Tried[]}
 */
function ask(faults, tests) {
  const cache = join(repository, '.cache/mutate');
  mkdirSync(cache, { recursive: true });
  const scratch = mkdtempSync(join(cache, 'sample-'));
  try {
    const drawn = join(scratch, 'drawn.json');
    const report = join(scratch, 'report.json');
    const asked = faults.map(fault => {
      const globs = tests ? [] : testsOf(dirname(fault.fileName));
      return /** @type {const} */ ([nameOf(fault), globs]);
    });
    writeFileSync(drawn, JSON.stringify(Object.fromEntries(asked)));
    const files = new Set(faults.map(fault => fault.fileName));
    const globs = new Set(asked.flatMap(([, globs]) => globs));
    const code = stryker([...files], tests ? [tests] : [...globs], [], {
      TOKENSCOPE_MUTATE_DRAWN: drawn,
      TOKENSCOPE_MUTATE_ASKED: join(scratch, 'asked.json'),
      TOKENSCOPE_MUTATE_REPORT: report,
    });
    if (code !== 0) throw new Error(`StrykerJS ended with code ${code}: see above.`);
    return triedIn(JSON.parse(readFileSync(report, 'utf8')));
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/**
 * @param {{ files: Record<string, { source: string, mutants: Omit<Tried, 'file' | 'original'>[] }> }} report
 * @returns {Tried[]}
 */
const triedIn = ({ files }) =>
  Object.entries(files).flatMap(([file, { source, mutants }]) =>
    mutants
      .filter(({ status }) => status !== 'Ignored')
      .map(({ location, mutatorName, replacement, status }) => {
        const original = textAt(source, location);
        return { file, location, mutatorName, original, replacement, status };
      }),
  );

/**
 * @param {string} source
 * @param {Tried['location']} location
 */
function textAt(source, { start, end }) {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  const last = lines.length - 1;
  lines[last] = (lines[last] ?? '').slice(0, end.column - 1);
  lines[0] = (lines[0] ?? '').slice(start.column - 1);
  return lines.join('\n');
}

/** @param {Tried} fault */
const isUnnoticed = ({ status }) => UNNOTICED.includes(status);

/** @param {Tried} fault */
function print({ file, location, mutatorName, original, replacement, status }) {
  const { line, column } = location.start;
  console.log(`[${status}] ${mutatorName}  ${file}:${line}:${column}`);
  console.log(original.replace(/^/gm, '-   '));
  console.log(replacement.replace(/^/gm, '+   '), '\n');
}

/**
 * @param {Folder} folder
 * @param {(successes: number, trials: number) => [number, number]} interval
 */
function rowOf({ folder, faults, drawn }, interval) {
  const count = (/** @type {string} */ wanted) =>
    drawn.filter(({ status }) => status === wanted).length;
  const noticed = drawn.filter(fault => !isUnnoticed(fault)).length;
  const [low, high] = interval(noticed, drawn.length).map(percent);
  return [
    ...[folder, faults, drawn.length, noticed, count('Survived'), count('NoCoverage')].map(String),
    ...(drawn.length > 0 ? [percent(noticed / drawn.length), `${low}-${high}`] : ['', '']),
  ];
}

/** @param {number} share */
const percent = share => (100 * share).toFixed(0);
