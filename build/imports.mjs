// Who may import whom: layers, and no circles. `import type` counts as much as any other import.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/**
 * A layer is a place where code runs; what is not listed here, it may not import. Every third-party
 * package is named once, in the layer that may use it.
 * @type {Record<string, string[]>}
 */
export const layers = {
  'src/core': ['src/core'],
  'src/protocol': [
    'src/core',
    'src/servers',
    'src/protocol',
    'node:child_process', // types of the ends of a connection, no code
    'node:worker_threads',
    'vscode-jsonrpc',
  ],
  'src/network': ['src/core', 'src/network', 'node:'],
  'src/hub': ['src/core', 'src/network', 'src/hub', 'node:'],
  'src/servers': ['src/core', 'src/network', 'src/servers', 'node:'],
  'src/engine': [
    'src/core',
    'src/protocol',
    'src/hub',
    'src/servers',
    'src/engine',
    'node:',
    'onnxruntime-node',
    '@huggingface/tokenizers',
    'fzstd',
    'highs',
  ],
  'src/cli': [
    'src/core',
    'src/protocol',
    'src/hub',
    'src/servers',
    'src/engine',
    'src/cli',
    'node:',
    '@modelcontextprotocol/server',
  ],
  'src/editor': [
    'src/core',
    'src/protocol',
    'src/hub',
    'src/servers',
    'src/editor',
    'node:',
    'vscode',
  ],
  webview: [
    'src/core',
    'src/protocol',
    'webview',
    '@vscode-elements/elements',
    'lit',
    'vscode-jsonrpc',
  ],
};

/**
 * One file with the targets of its imports: paths from the root without their ending, or names of packages.
 * @typedef {{ layer: string, file: string, targets: string[] }} Imports
 */

/**
 * Reads the sources rather than asking the bundler, which never sees `import type`.
 * @param {string} root
 * @param {string[]} folders the layers, as paths from the root
 * @returns {Imports[]}
 */
export function readImports(root, folders) {
  return folders.flatMap(layer =>
    readdirSync(join(root, layer), { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile() && /\.tsx?$/.test(entry.name))
      .map(entry => {
        const path = join(entry.parentPath, entry.name);
        const file = relative(root, path);
        return { layer, file, targets: importTargets(file, readFileSync(path, 'utf8')) };
      }),
  );
}

/**
 * @param {string} file path from the root
 * @param {string} source
 */
export function importTargets(file, source) {
  const pattern = /(?<!')\b(?:from|import|require)\s*\(?\s*'([^'\n]+)'/g;
  return [...source.matchAll(pattern)].map(([, target = '']) =>
    target.startsWith('.') ? join(dirname(file), target) : target,
  );
}

/**
 * @param {Imports[]} imports
 * @param {Record<string, string[]>} allowed what each layer may import: a folder, a package, or a prefix that ends with a colon
 * @returns {string[]}
 */
export function layerErrors(imports, allowed) {
  const fits = (/** @type {string} */ target, /** @type {string} */ name) =>
    target === name || target.startsWith(name.endsWith(':') ? name : `${name}/`);
  return imports.flatMap(({ layer, file, targets }) =>
    targets
      .filter(target => !allowed[layer]?.some(name => fits(target, name)))
      .map(target => `${file}: ${layer} may not import ${target}`),
  );
}

/**
 * Import circles, by walking depth first: an import of a file that is still open closes one.
 * @param {Imports[]} imports
 * @returns {string[]} one for each, with the files in order
 */
export function circleErrors(imports) {
  const graph = new Map(
    imports.map(({ file, targets }) => [
      file,
      targets.flatMap(target => [`${target}.ts`, `${target}.tsx`]),
    ]),
  );
  const closed = new Set();
  /** @type {string[]} */
  const open = [];
  /** @type {string[]} */
  const errors = [];
  /** @param {string} file */
  const visit = file => {
    if (closed.has(file)) return;
    const start = open.indexOf(file);
    if (start >= 0) {
      errors.push(`Import circle: ${[...open.slice(start), file].join(' -> ')}`);
      return;
    }
    open.push(file);
    for (const target of graph.get(file) ?? []) if (graph.has(target)) visit(target);
    open.pop();
    closed.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return errors;
}
