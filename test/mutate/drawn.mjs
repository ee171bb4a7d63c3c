// A plugin of StrykerJS that ignores all faults but those that were drawn: it has no option for that, and ranges of
// lines and columns take what lies inside them along.
import { readFileSync, writeFileSync } from 'node:fs';
import { instrumenterOf, nameOf } from './stryker.mjs';

/**
 * What StrykerJS reads of a plugin: this one has no parts.
 * @type {object[]}
 */
export const strykerPlugins = [];

const { TOKENSCOPE_MUTATE_DRAWN = '', TOKENSCOPE_MUTATE_ASKED = '' } = process.env;
/** @type {Record<string, string[]>} By the name of a fault, globs of the tests that are asked about it; none: all are. */
const drawn = JSON.parse(readFileSync(TOKENSCOPE_MUTATE_DRAWN, 'utf8'));
const { prototype } = await instrumenterOf();
const { instrument } = prototype;

/** @type {typeof instrument} */
prototype.instrument = async function (files, options) {
  const { mutants, ...rest } = await instrument.call(this, files, options);
  const chosen = mutants.map(fault =>
    nameOf(fault) in drawn ? fault : { ...fault, status: 'Ignored', statusReason: 'not drawn' },
  );
  const asked = chosen.flatMap(fault => {
    const tests = drawn[nameOf(fault)];
    return tests ? [[fault.id, tests]] : [];
  });
  writeFileSync(TOKENSCOPE_MUTATE_ASKED, JSON.stringify(Object.fromEntries(asked)));
  return { ...rest, mutants: chosen };
};
