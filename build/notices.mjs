// The licences of the packages that the extension is made of, for the file that is shipped with it.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const PACKAGE = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//;
const LICENCE = /^(licen[cs]e|copying)(\.(md|txt))?$/i;

/**
 * Packages that another one holds in its own files: they are not installed. Where `licence` names none of `build/licences`, it
 * is that of the package that holds them.
 * @type {Record<string, readonly { name: string, version: string, license: string, licence?: string }[]>}
 */
const held = {
  '@modelcontextprotocol/server': [
    { name: '@modelcontextprotocol/core-internal', version: '2.4.0', license: 'Apache-2.0' },
    { name: 'content-type', version: '1.0.5', license: 'MIT', licence: 'content-type' },
  ],
};

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
  const notices = names.flatMap(name => {
    const folder = join('node_modules', name);
    const own = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const licence = licenceOf(name, folder);
    const others = (held[name] ?? []).map(other =>
      notice(other, other.licence ? licenceOf(other.licence, 'build/licences') : licence),
    );
    return [notice({ name, ...own }, licence), ...others];
  });
  const rule = `${'-'.repeat(78)}\n`;
  return `Tokenscope contains these packages, under the licences below.\n${rule}${notices.join(rule)}`;
}

/**
 * @param {{ name: string, version: string, license: string }} of
 * @param {string} licence
 */
const notice = ({ name, version, license }, licence) =>
  `${name} ${version} (${license})\n\n${licence}\n`;

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
