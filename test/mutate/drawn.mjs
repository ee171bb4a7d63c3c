// A plugin of StrykerJS that ignores all faults but those that were drawn: it has no option for that, and ranges of
// lines and columns take what lies inside them along. Named by TOKENSCOPE_MUTATE_DRAWN, a JSON list of names.
import { readFileSync } from 'node:fs';
import { instrumenterOf, nameOf } from './stryker.mjs';

/**
 * What StrykerJS reads of a plugin: this one has no parts.
 * @type {object[]}
 */
export const strykerPlugins = [];

const drawn = new Set(JSON.parse(readFileSync(process.env.TOKENSCOPE_MUTATE_DRAWN ?? '', 'utf8')));
const { prototype } = await instrumenterOf();
const { instrument } = prototype;

/** @type {typeof instrument} */
prototype.instrument = async function (files, options) {
  const { mutants, ...rest } = await instrument.call(this, files, options);
  const chosen = mutants.map(fault =>
    drawn.has(nameOf(fault)) ? fault : { ...fault, status: 'Ignored', statusReason: 'not drawn' },
  );
  return { ...rest, mutants: chosen };
};
