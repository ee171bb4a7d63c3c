// StrykerJS, installed at its first use: a run of it, and the faults that it makes of a file.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { npm } from '../host/npm.mjs';
import { repository } from '../host/product.mjs';
import { step } from '../host/progress.mjs';
import options from './stryker.config.mjs';

const here = import.meta.dirname;
const packages = join(here, 'node_modules/@stryker-mutator');

/**
 * @typedef {{ line: number, column: number }} Place
 * @typedef {object} Fault
 * @property {string} id of one run
 * @property {string} fileName
 * @property {string} mutatorName
 * @property {string} replacement
 * @property {{ start: Place, end: Place }} location lines and columns from 0
 * @property {string} [status]
 * @property {string} [statusReason]
 *
 * @typedef {object} Instrumenter
 * @property {(files: object[], options: object) => Promise<{ mutants: Fault[] }>} instrument
 * @typedef {{ prototype: Instrumenter, new (log: object): Instrumenter }} InstrumenterClass
 */

export async function install() {
  if (!existsSync(join(packages, 'core')))
    await step('Installing StrykerJS (once)', () => npm(['ci'], here));
}

/**
 * @param {string[]} mutate files and globs
 * @param {string[]} tests globs
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 * @returns {number} the exit code
 */
export function stryker(mutate, tests, args, env) {
  const { status } = spawnSync(
    process.execPath,
    [
      join(packages, 'core/bin/stryker.js'),
      'run',
      join(relative(repository, here), 'stryker.config.mjs'),
      '--mutate',
      mutate.join(','),
      ...args,
    ],
    {
      cwd: repository,
      stdio: 'inherit',
      env: { ...process.env, ...env, TOKENSCOPE_MUTATE_TESTS: tests.join(',') },
    },
  );
  return status ?? 1;
}

/**
 * The part of StrykerJS that makes faults. The package is no dependency of the repository: its types are those that are
 * used here.
 * @returns {Promise<InstrumenterClass>}
 */
export async function instrumenterOf() {
  const path = join(packages, 'instrumenter/dist/src/index.js');
  const { Instrumenter } = await import(pathToFileURL(path).href);
  return Instrumenter;
}

/**
 * The faults that a run puts into the files.
 * @param {string[]} files
 * @returns {Promise<Fault[]>}
 */
export async function faultsOf(files) {
  const Instrumenter = await instrumenterOf();
  const silent = { isDebugEnabled: () => false, debug: () => {}, info: () => {} };
  const sources = files.map(name => ({
    name,
    mutate: true,
    content: readFileSync(join(repository, name), 'utf8'),
  }));
  const { mutants } = await new Instrumenter(silent).instrument(sources, {
    ...options.mutator,
    plugins: null,
    ignorers: [],
  });
  return mutants.filter(({ status }) => status !== 'Ignored');
}

/**
 * Names a fault; the same in every run over the same sources.
 * @param {Fault} fault
 */
export function nameOf({ fileName, mutatorName, replacement, location: { start, end } }) {
  const file = relative(repository, resolve(repository, fileName)).split(sep).join('/');
  const range = `${start.line}:${start.column}-${end.line}:${end.column}`;
  return `${file} ${range} ${mutatorName} ${replacement}`;
}
