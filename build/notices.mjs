// The licences of the packages that the extension is made of, for the file that is shipped with it.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const PACKAGE = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//;
const LICENCE = /^(licen[cs]e|copying)(\.(md|txt))?$/i;

/**
 * Names of the packages that bundles contain or that are shipped as they are.
 * @param {readonly import('esbuild').Metafile[]} metafiles
 * @param {readonly string[]} shipped the manifest's `files`
 */
export function packagesOf(metafiles, shipped) {
  const inputs = metafiles.flatMap(({ outputs }) =>
    Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs)),
  );
  const names = [...inputs, ...shipped].flatMap(path => PACKAGE.exec(path)?.[1] ?? []);
  return [...new Set(names)].sort();
}

/**
 * Throws where a package has neither a licence file nor a text in `build/licences`.
 * @param {readonly string[]} names
 */
export function noticesOf(names) {
  const notices = names.map(name => {
    const folder = join('node_modules', name);
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return `${name} ${version} (${license})\n\n${licenceOf(name, folder)}\n`;
  });
  const rule = `${'-'.repeat(78)}\n`;
  return `Tokenscope contains these packages, under the licences below.\n${rule}${notices.join(rule)}`;
}

/**
 * @param {string} name
 * @param {string} folder
 */
function licenceOf(name, folder) {
  const file = readdirSync(folder).find(file => LICENCE.test(file));
  const own = join('build/licences', `${name.replace('/', '__')}.txt`);
  try {
    return readFileSync(file ? join(folder, file) : own, 'utf8').trim();
  } catch {
    throw new Error(`${name} has no licence file: write its licence to ${own}.`);
  }
}
