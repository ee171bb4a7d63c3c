// The generated parts of pages: tables of commands and settings, written from the manifest, and those about the command
// line, from its commands. In the manifest itself, what is said of the tools for language models, from the list of them.
//   node test/docs/tables.mjs           writes them
//   node test/docs/tables.mjs --check   fails where a page differs from the manifest
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../../build/package/owner.mjs';
import { commandLine } from './commandLine.mjs';
import { listedWhen } from './listedWhen.mjs';

/** @typedef {{ command: string, title: string, enablement?: string }} Command */
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

/** @typedef {{ name: string }} DeclaredTool */

const root = join(import.meta.dirname, '../..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
/** @typedef {{ commandPalette: import('./listedWhen.mjs').Item[] }} Menus */
/** @type {{ commands: Command[], menus: Menus, keybindings: Key[], configuration: Group[], languageModelTools: DeclaredTool[] }} */
const { commands, menus, keybindings, configuration, languageModelTools } = manifest.contributes;

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

const { synopsis, options, sections, tools } = await commandLine();

/** In front of the names of tools in the manifest. */
const PREFIX = 'tokenscope_';

/** @type {Record<string, string>} */
const parts = {
  commands: table([
    ['command', 'key', 'key on macOS', 'listed when'],
    ...commands.map(command => [
      `Tokenscope: ${command.title}`,
      keysOf(command.command, 'key'),
      keysOf(command.command, 'mac'),
      listedWhen(command, menus.commandPalette),
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
  tools: table([
    ['tool', 'what it answers', 'text of at most', 'inputs'],
    ...tools.map(({ name, summary, mostBytes, schema }) => [
      `\`${name}\``,
      summary,
      `${mostBytes >> 20} MB`,
      inputsOf(schema),
    ]),
  ]),
  sections: table([['section', 'id', 'question', 'follows'], ...sections]),
};

/**
 * Besides those that every tool has.
 * @param {{ properties: Record<string, { default?: unknown }>, required?: string[] }} schema
 */
function inputsOf({ properties, required = [] }) {
  const own = Object.entries(properties).filter(([name]) => name !== 'text' && name !== 'path');
  const notes = own.map(([name, { default: value }]) => {
    if (required.includes(name)) return `\`${name}\` (required)`;
    return value === undefined ? `\`${name}\`` : `\`${name}\` (${value})`;
  });
  return notes.join(', ') || '–';
}

/** The parts of each page, between marks of their names. */
const pages = {
  'docs/commands.md': ['commands'],
  'docs/settings.md': ['settings'],
  'docs/cli.md': ['synopsis', 'options'],
  'docs/comparing.md': ['sections'],
  'docs/tools.md': ['tools'],
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

for (const declared of languageModelTools) {
  const tool = tools.find(({ name }) => `${PREFIX}${name}` === declared.name);
  if (!tool) throw new Error(`package.json declares ${declared.name}, which is no tool`);
  Object.assign(declared, {
    displayName: tool.title,
    userDescription: `Shows ${tool.summary}.`,
    modelDescription: tool.description,
    inputSchema: tool.schema,
  });
}

/**
 * What the page of issue forms links to, where the repository is known.
 * @param {string} repository
 */
function issueConfig(repository) {
  const links = [
    ['A security problem', '/security/advisories/new', 'Please report it privately.'],
    ['How to read the numbers', '/blob/main/docs/lenses.md', 'What each lens means, and does not.'],
    ['Models that can be opened', '/blob/main/docs/models.md', 'Formats, families and sizes.'],
  ];
  const lines = links.flatMap(([name, path, about]) => [
    `  - name: ${name}`,
    `    url: ${repository}${path}`,
    `    about: ${about}`,
  ]);
  const listed = repository ? ['contact_links:', ...lines] : ['contact_links: []'];
  return `${['# Written by test/docs/tables.mjs from build/package/owner.mjs.', 'blank_issues_enabled: false', ...listed].join('\n')}\n`;
}

/** @type {Record<string, (before: string) => string>} */
const written = {
  '.github/ISSUE_TEMPLATE/config.yml': () => issueConfig(REPOSITORY),
  'package.json': () => `${JSON.stringify(manifest, null, 2)}\n`,
  ...Object.fromEntries(
    Object.entries(pages).map(([page, names]) => [
      page,
      (/** @type {string} */ before) =>
        names.reduce((text, name) => replacePart(page, name, text), before),
    ]),
  ),
};

const isCheck = process.argv.includes('--check');
for (const [page, write] of Object.entries(written)) {
  const path = join(root, page);
  const before = readFileSync(path, 'utf8');
  const after = write(before);
  if (after === before) continue;
  if (isCheck) {
    console.error(`${page} differs from package.json or src. Run node test/docs/tables.mjs`);
    process.exitCode = 1;
  } else writeFileSync(path, after);
}
