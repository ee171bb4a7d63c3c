// The README's tables of commands and settings, written from the manifest, and its parts about the command line.
//   node test/docs/tables.mjs           writes them
//   node test/docs/tables.mjs --check   fails where the README differs
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandLine } from './commandLine.mjs';

const root = join(import.meta.dirname, '../..');
const readmePath = join(root, 'README.md');
const { contributes } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** @param {string[][]} rows */
const table = ([head = [], ...rows]) =>
  [head, head.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n');

/** @type {{ command: string, title: string }[]} */
const commands = contributes.commands;
/** @type {{ command: string, key: string }[]} */
const keys = contributes.keybindings;
/** @type {Record<string, { default: unknown, scope: string, markdownDescription: string }>} */
const settings = contributes.configuration.properties;

const { synopsis, options } = await commandLine();

/** @type {Record<string, string>} */
const tables = {
  commands: table([
    ['command', 'key'],
    ...commands.map(({ command, title }) => [
      `Tokenscope: ${title}`,
      keys
        .filter(key => key.command === command)
        .map(({ key }) => `\`${key}\``)
        .join(', '),
    ]),
  ]),
  settings: table([
    ['setting', 'default', 'what it does'],
    ...Object.entries(settings).map(([name, setting]) => [
      `\`${name}\``,
      `\`${JSON.stringify(setting.default)}\``,
      `${setting.markdownDescription}${setting.scope === 'machine' ? ' (set per machine)' : ''}`,
    ]),
  ]),
  synopsis: `\`\`\`\n${synopsis}\n\`\`\``,
  options: table(options),
};

const before = readFileSync(readmePath, 'utf8');
const after = Object.entries(tables).reduce((readme, [name, text]) => {
  const marked = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`);
  if (!marked.test(readme)) throw new Error(`README.md has no place marked ${name}`);
  return readme.replace(marked, (_, open, close) => `${open}\n${text}\n\n${close}`);
}, before);

if (process.argv.includes('--check')) {
  if (after !== before) {
    console.error(
      'README.md: its tables differ from package.json or src/cli. Run node test/docs/tables.mjs',
    );
    process.exit(1);
  }
} else writeFileSync(readmePath, after);
