// The generated parts of pages: tables of commands and settings, written from the manifest, and those about the command
// line, from its commands.
//   node test/docs/tables.mjs           writes them
//   node test/docs/tables.mjs --check   fails where a page differs from the manifest
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandLine } from './commandLine.mjs';

/** @typedef {{ command: string, title: string }} Command */
/** @typedef {{ command: string, key: string, mac: string }} Key */
/**
 * @typedef {object} Setting
 * @property {unknown} default
 * @property {string} scope
 * @property {string} markdownDescription
 * @property {string[]} [enum]
 * @property {string[]} [enumDescriptions]
 * @property {string[]} [markdownEnumDescriptions]
 */
/** @typedef {{ title: string, properties: Record<string, Setting> }} Group */

const root = join(import.meta.dirname, '../..');
/** @type {{ commands: Command[], keybindings: Key[], configuration: Group[] }} */
const { commands, keybindings, configuration } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
).contributes;

/** @param {string[][]} rows */
const table = ([head = [], ...rows]) =>
  [head, head.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n');

/**
 * @param {string} command
 * @param {'key' | 'mac'} system
 */
const keysOf = (command, system) =>
  keybindings
    .filter(key => key.command === command)
    .map(key => `\`${key[system]}\``)
    .join(', ');

/** @param {Setting} setting */
function describe(setting) {
  const values = setting.markdownEnumDescriptions ?? setting.enumDescriptions ?? [];
  const choices = values.map((text, i) => `\`${setting.enum?.[i]}\`: ${text}`);
  const scope = setting.scope === 'machine' ? ['(set per machine)'] : [];
  return [setting.markdownDescription, ...choices, ...scope].join(' ');
}

const { synopsis, options, sections } = await commandLine();

/** @type {Record<string, string>} */
const parts = {
  commands: table([
    ['command', 'key', 'key on macOS'],
    ...commands.map(({ command, title }) => [
      `Tokenscope: ${title}`,
      keysOf(command, 'key'),
      keysOf(command, 'mac'),
    ]),
  ]),
  settings: configuration
    .map(({ title, properties }) => {
      const rows = Object.entries(properties).map(([name, setting]) => [
        `\`${name}\``,
        `\`${JSON.stringify(setting.default)}\``,
        describe(setting),
      ]);
      return `## ${title}\n\n${table([['setting', 'default', 'what it does'], ...rows])}`;
    })
    .join('\n\n'),
  synopsis: `\`\`\`\n${synopsis}\n\`\`\``,
  options: table(options),
  sections: table([['section', 'id', 'question', 'follows'], ...sections]),
};

/** The parts of each page, between marks of their names. */
const pages = {
  'docs/commands.md': ['commands'],
  'docs/settings.md': ['settings'],
  'docs/cli.md': ['synopsis', 'options'],
  'docs/comparing.md': ['sections'],
  'README.md': ['synopsis'],
};

/**
 * @param {string} page
 * @param {string} name
 * @param {string} text
 */
function replacePart(page, name, text) {
  const marked = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`);
  if (!marked.test(text)) throw new Error(`${page} has no place marked ${name}`);
  return text.replace(marked, (_, open, close) => `${open}\n${parts[name]}\n\n${close}`);
}

const isCheck = process.argv.includes('--check');
for (const [page, names] of Object.entries(pages)) {
  const path = join(root, page);
  const before = readFileSync(path, 'utf8');
  const after = names.reduce((text, name) => replacePart(page, name, text), before);
  if (after === before) continue;
  if (isCheck) {
    console.error(`${page} differs from package.json or src/cli. Run node test/docs/tables.mjs`);
    process.exitCode = 1;
  } else writeFileSync(path, after);
}
