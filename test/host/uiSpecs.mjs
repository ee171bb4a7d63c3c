// The exported functions of test/ui/*.spec.ts, and which of them share a window.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { filtered } from '../filtered.mjs';

/**
 * @typedef {(window: import('./workbench.mjs').Workbench) => Promise<void>} Step
 *
 * @typedef {object} SharedWindow what a file of specs exports a list of, as `windows`
 * @property {Step[]} specs in their order, each from the state that `Workbench.tidy` makes; a spec in no list has a window of its own
 * @property {Step} [open] opens the window; with the usual settings if there is none
 *
 * @typedef {{ title: string, name: string, spec: Step }} Spec
 * @typedef {{ specs: Spec[], open: Step }} SpecWindow
 */

/**
 * Those with most specs first: a long one that begins last would end alone.
 * @param {string} folder of the compiled specs
 * @param {string[]} filters each must name a spec
 * @returns {Promise<SpecWindow[]>}
 */
export async function specWindows(folder, filters) {
  /** @type {SpecWindow[]} */
  const all = [];
  for (const file of readdirSync(folder).sort())
    all.push(...windowsOf(file, await import(pathToFileURL(join(folder, file)).href)));
  const specs = all.flatMap(window => window.specs);
  const chosen = new Set(filtered(specs, filters, ({ title, name }) => [title, name]));
  return all
    .map(window => ({ ...window, specs: window.specs.filter(spec => chosen.has(spec)) }))
    .filter(window => window.specs.length > 0)
    .sort((a, b) => b.specs.length - a.specs.length);
}

/**
 * @param {string} file
 * @param {{ windows?: SharedWindow[] } & Record<string, unknown>} exports
 * @returns {SpecWindow[]}
 */
function windowsOf(file, { windows = [], ...exported }) {
  /** @type {Map<unknown, Spec>} */
  const rest = new Map();
  for (const [name, spec] of Object.entries(exported)) {
    const title = `${file.replace('.spec.mjs', '')}: ${inWords(name)}`;
    rest.set(spec, { title, name, spec: /** @type {Step} */ (spec) });
  }
  const shared = windows.map(({ specs, open = openUsual }) => ({
    open,
    specs: specs.map(step => {
      const spec = rest.get(step);
      // Named twice, or not exported: it would run twice, or without a name.
      if (!spec || !rest.delete(step)) throw new Error(`${file}: windows has ${step.name}`);
      return spec;
    }),
  }));
  return [...shared, ...Array.from(rest.values(), spec => ({ open: openUsual, specs: [spec] }))];
}

/** @type {Step} */
const openUsual = window => window.open();

/** @param {string} name such as `hoverNamesTheToken` */
const inWords = name => name.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`);
